import shutil

import numpy as np
import pytest

from classifier.audio.recording import read
from classifier.core.errors import InputError
from classifier.export import embedding, runtimes
from classifier.export.config import CheckConfig
from classifier.inference.litert import probes
from classifier.inference.predictor import load_predictor
from classifier.inference.similarity import embedder
from classifier.records import artifact
from tests.tiny_tflite import N, Tiny


@pytest.fixture(scope="module")
def written(trained, tmp_path_factory):
    """A trained `signal` with its embedding file."""
    out = tmp_path_factory.mktemp("trained")
    model = artifact.load(shutil.copytree(trained.out / "signal", out / "signal"))
    (path,) = embedding.write([model])
    assert path == out / "signal" / "model_signal_embedding_metadata.tflite"
    return model, path


def test_it_gives_what_keras_has_before_its_last_layer(written):
    import keras

    model, path = written
    network = artifact.load_keras(model)
    body = network.get_layer("body")
    before = keras.Model(body.input, body.layers[-1].input)
    heard = keras.Model(network.input, network.get_layer("standardise").output)
    rows = probes(model.audio_format)
    expected = before.predict(heard.predict(rows, verbose=0), verbose=0)
    found = runtimes.ask(runtimes.LITERT, path, rows)
    assert found.shape == (len(rows), 64)
    assert found == pytest.approx(expected, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("runtime", [runtimes.MEDIAPIPE, runtimes.TASK_LIBRARY])
def test_audio_embedders_load_it_and_give_what_litert_gives(written, runtime):
    model, path = written
    rows = probes(model.audio_format)
    try:
        found = runtimes.ask(runtime, path, rows)
    except runtimes.CannotRunHereError as error:
        pytest.skip(str(error))
    except runtimes.RefusesFileError as error:
        assert error.reason == runtimes.Reason.BINDINGS and "litertlm" in error.words
        pytest.skip(str(error))
    assert found == pytest.approx(runtimes.ask(runtimes.LITERT, path, rows), abs=1e-4)


def test_search_takes_it_and_hears_what_it_hears_with_the_model(written, monkeypatch, tmp_path):
    monkeypatch.setattr(embedder, "CACHE", tmp_path)
    model, path = written
    own, whole = embedder.load_embedder(path), embedder.load_embedder(model.folder)
    assert own.audio_format == whole.audio_format and own.network == path
    windows = read(artifact.example(path), 16_000)[None, :32_000]
    assert np.array_equal(own.embed(windows), whole.embed(windows))


def test_who_wants_labels_is_told_what_it_is_and_a_check_leaves_it_out(written):
    model, path = written
    with pytest.raises(InputError, match="computes embeddings, not labels; search with it"):
        load_predictor(path)
    assert path not in CheckConfig(files=(), trained=model.folder.parent, recording=None).paths()


def test_a_model_that_has_a_row_of_values_per_part_gets_no_file(trained, tmp_path):
    model = artifact.load(shutil.copytree(trained.out / "signal", tmp_path / "signal"))
    tiny = Tiny()
    parts = tiny.tensor((1, N))
    values = tiny.reshape(tiny.dense(parts, np.ones((8, N), "float32")), (2, 4))
    last = tiny.dense(values, np.ones((3, 4), "float32"))
    (model.folder / artifact.TFLITE).write_bytes(tiny.bytes([parts], [last], ["probabilities"]))
    with pytest.raises(InputError, match="signal gets no embedding file: its layer before the last has 2 rows"):
        embedding.write([model])
    assert not list(model.folder.glob("*embedding*"))
