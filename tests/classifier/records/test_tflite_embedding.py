import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.inference.litert import LiteRT
from classifier.records import tflite_embedding
from tests import tiny_tflite
from tests.tiny_tflite import WEIGHTS, N, Tiny

BASIS = np.random.default_rng(2).normal(size=(8, N)).astype("float32")
LAST = np.random.default_rng(3).normal(size=(3, 8)).astype("float32")


def two_layers(last="SOFTMAX", shaped=False):
    tiny = Tiny()
    audio = tiny.tensor((1, N))
    values = tiny.dense(tiny.dense(audio, BASIS), LAST)
    values = tiny.reshape(values, (1, 3)) if shaped else values
    return tiny.bytes([audio], [tiny.activation(values, last)], ["probabilities"])


@pytest.mark.parametrize(("last", "shaped"), [("SOFTMAX", False), ("LOGISTIC", True)])
def test_what_is_left_computes_what_the_last_layer_took(tmp_path, last, shaped):
    whole, cut = tmp_path / "whole.tflite", tmp_path / "cut.tflite"
    whole.write_bytes(two_layers(last, shaped))
    cut.write_bytes(tflite_embedding.before_last_layer(whole))
    window = np.random.default_rng(4).normal(size=(5, N)).astype("float32")
    assert LiteRT(cut).run(window) == pytest.approx(window @ BASIS.T, rel=1e-5, abs=1e-5)


def test_a_single_layer_has_no_embedding(tmp_path):
    path = tmp_path / "one.tflite"
    tiny = Tiny()
    audio = tiny.tensor((1, N))
    path.write_bytes(tiny.bytes([audio], [tiny.activation(tiny.dense(audio, WEIGHTS), "SOFTMAX")]))
    with pytest.raises(InputError, match="one.tflite has a single layer"):
        tflite_embedding.before_last_layer(path)


def test_an_unknown_end_and_a_damaged_file_are_named(tmp_path):
    path = tmp_path / "strange.tflite"
    path.write_bytes(two_layers("TANH"))
    with pytest.raises(InputError, match="strange.tflite ends in TANH"):
        tflite_embedding.before_last_layer(path)
    path.write_bytes(tiny_tflite.network()[:200])
    with pytest.raises(InputError, match="strange.tflite is damaged"):
        tflite_embedding.before_last_layer(path)
