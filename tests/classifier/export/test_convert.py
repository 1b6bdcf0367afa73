import keras
import numpy as np
import pytest

from classifier.audio import recording
from classifier.core import registry
from classifier.core.errors import InputError
from classifier.export import convert, proof
from classifier.inference import litert
from classifier.models import assemble
from classifier.records import artifact
from classifier.records.audio_format import AudioFormat


@pytest.fixture(scope="module")
def untrained():
    module = registry.load("models", "signal")
    return assemble.build(module, assemble.features_of(module, AudioFormat()), AudioFormat(), 3)


def test_a_file_predicts_what_keras_predicts_for_silence_noise_and_a_tone(untrained, tmp_path):
    path = tmp_path / "model.tflite"
    assert convert.export(untrained, path, litert.probes(AudioFormat())) <= proof.TOLERANCE
    model = litert.LiteRT(path)
    assert (model.n_inputs, model.n_outputs) == (32_000, 3)


def test_only_built_in_operators_are_used(untrained, tmp_path):
    convert.export(untrained, tmp_path / "model.tflite", litert.probes(AudioFormat()))
    assert b"Flex" not in (tmp_path / "model.tflite").read_bytes()


def changed(model, last_bias):
    """A copy of the model with something added to the bias of its outputs."""
    copy = keras.models.clone_model(model)
    weights = model.get_weights()
    copy.set_weights([*weights[:-1], weights[-1] + np.float32(last_bias)])
    return copy


@pytest.mark.parametrize(("bias", "complaint"), [(np.nan, "predicts NaN"), ([3, 0, -3], "differs from Keras by")])
def test_a_file_that_predicts_something_else_is_not_left_behind(untrained, tmp_path, monkeypatch, bias, complaint):
    path = tmp_path / "model.tflite"
    path.write_text("the file of yesterday")
    converted = convert.converted
    monkeypatch.setattr(convert, "converted", lambda model, *_: converted(changed(model, bias)))
    with pytest.raises(InputError, match=complaint):
        convert.export(untrained, path, litert.probes(AudioFormat()))
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [(path.name, "the file of yesterday")]


def test_windows_are_of_all_recordings_in_turn(trained, tmp_path):
    model = artifact.load(trained.out / "signal")
    long, short = tmp_path / "long.wav", tmp_path / "short.wav"
    recording.write(long, np.full(5 * 32_000, 0.5), 16_000)
    recording.write(short, np.full(32_000, 0.25), 16_000)
    found = convert.windows(model, [long, short], 4)
    assert found.max(axis=1) == pytest.approx([0.5, 0.25, 0.5], abs=1e-4)
    assert len(convert.windows(model, [long, short], 1)) == 1
    assert convert.windows(model, [], 4).shape == (0, 32_000)
