import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from classifier.core import registry
from classifier.export import convert, float16
from classifier.inference import litert
from classifier.models import assemble
from classifier.records.audio_format import AudioFormat


@pytest.fixture(scope="module")
def held():
    module = registry.load("models", "residual")
    return convert.converted(assemble.build(module, assemble.features_of(module, AudioFormat()), AudioFormat(), 3))


def kinds(held):
    return [(tensor["name"], tensor["dtype"]) for tensor in Interpreter(model_content=held).get_tensor_details()]


def test_weights_take_half_the_place_and_answers_stay(held, tmp_path):
    small = float16.halved(held)
    predictions = {}
    for name, content in (("whole", held), ("half", small)):
        (tmp_path / name).write_bytes(content)
        predictions[name] = litert.LiteRT(tmp_path / name).run(litert.probes(AudioFormat()))
    assert predictions["half"] == pytest.approx(predictions["whole"], abs=5e-3)
    assert not np.array_equal(predictions["half"], predictions["whole"])
    in_16_bits = [
        tensor for tensor in Interpreter(model_content=small).get_tensor_details() if tensor["dtype"] == np.float16
    ]
    n_weights = sum(int(np.prod(tensor["shape"])) for tensor in in_16_bits)
    assert n_weights > 0.9 * 78_227
    assert len(held) - len(small) == pytest.approx(2 * n_weights, rel=0.05)


def test_what_the_features_count_with_keeps_its_32_bits(held):
    halves = {name for name, kind in kinds(float16.halved(held)) if kind == np.float16}
    assert halves
    assert not any("features" in name for name in halves)
