import keras
import numpy as np
import pytest

from classifier.audio import recording
from classifier.core import registry
from classifier.core.errors import InputError
from classifier.export import convert, proof
from classifier.inference import litert
from classifier.models import assemble
from classifier.records import artifact, conversion
from classifier.records.audio_format import AudioFormat
from classifier.records.tflite_operators import output_operator
from classifier.scoring import thresholds
from tests.conftest import CHEAPEST


def built(name):
    module = registry.load("models", name)
    return assemble.build(module, assemble.features_of(module, AudioFormat()), AudioFormat(), 3)


@pytest.fixture(scope="module")
def untrained():
    return built("signal")


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


def test_what_variants_are_made_from_is_converted_once_for_those_that_are_fast_and_once_for_the_small():
    model = built("mel")
    floats = convert.Floats(model)
    held = convert.converted(model, floats=floats)
    assert floats.converted(as_products=True) is held
    assert len(floats.converted(as_products=False)) < len(held)


def test_windows_are_of_all_recordings_in_turn(trained, tmp_path):
    model = artifact.load(trained.out / "signal")
    long, short = tmp_path / "long.wav", tmp_path / "short.wav"
    recording.write(long, np.full(5 * 32_000, 0.5), 16_000)
    recording.write(short, np.full(32_000, 0.25), 16_000)
    found = convert.windows(model, [long, short], 4)
    assert found.max(axis=1) == pytest.approx([0.5, 0.25, 0.5], abs=1e-4)
    assert len(convert.windows(model, [long, short], 1)) == 1
    assert convert.windows(model, [], 4).shape == (0, 32_000)


CONSTANTS = (0.003, 0.1)
SILENT = {"all zeros": lambda n: np.zeros(n), "a constant": lambda n: np.full(n, 0.003)}


@pytest.fixture(scope="module", params=[1, None], ids=["a label for silence", "no label for silence"])
def tiny(request, data_short, tmp_path_factory):
    """A model of random weights that tells recordings apart, its files, and a window of each recording."""
    files = sorted(data_short.rglob("*.wav"))[::6]
    windows = np.stack([recording.read(path, 16_000)[:32_000] for path in files if path.stat().st_size > 64_044])
    windows[0, 20_000:] = 0  # as the end of a recording is
    module = registry.load("models", CHEAPEST)
    features = assemble.features_of(module, AudioFormat())
    statistics = assemble.statistics(features, [assemble.heard(features, 32_000)(windows)])
    keras.utils.set_random_seed(0)
    model = assemble.build(module, features, AudioFormat(), 3, *statistics, silent=request.param)
    folder, paths, floats = tmp_path_factory.mktemp("tiny"), {}, convert.Floats(model)
    for variant in conversion.VARIANTS:
        paths[variant] = folder / conversion.VARIANTS[variant]
        is_int8 = variant == conversion.INT8
        made = (
            next(convert.int8_candidates(model, windows, floats))
            if is_int8
            else convert.converted(model, variant, floats)
        )
        paths[variant].write_bytes(made)
    return model, {variant: litert.LiteRT(path) for variant, path in paths.items()}, windows, request.param


def test_a_constant_changes_nothing_in_an_exported_file(tiny):
    model, files, windows, _ = tiny
    whole = model.predict(windows, verbose=0)
    assert np.ptp(whole, axis=0).max() > 0.05  # not the same whatever it hears
    for constant in CONSTANTS:
        for variant in (conversion.FLOAT32, conversion.FLOAT16):
            found = files[variant].run(windows + np.float32(constant))
            assert found == pytest.approx(files[variant].run(windows), abs=1e-4), variant
        for variant in (conversion.DYNAMIC, conversion.INT8):  # whose steps are coarser
            found = files[variant].run(windows + np.float32(constant))
            assert found == pytest.approx(files[variant].run(windows), abs=0.03), variant


@pytest.mark.parametrize("what", SILENT)
def test_digital_silence_is_silence_or_none_of_the_labels_in_every_exported_file(tiny, what):
    model, files, windows, silent = tiny
    certain = [float(i == silent) for i in range(3)]
    window = SILENT[what](32_000).astype("float32")[None]
    assert model.predict(window, verbose=0).tolist() == [certain]
    for variant, file in files.items():
        assert file.run(window).tolist() == [certain], variant
        assert file.run(windows).sum(axis=1) == pytest.approx(1, abs=1e-3), variant
        assert output_operator(file.path) == "SOFTMAX"
    assert thresholds.reached(model.predict(window, verbose=0), np.zeros(3)).tolist() == [-1 if silent is None else 1]
