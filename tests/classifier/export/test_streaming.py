import shutil
from dataclasses import replace

import numpy as np
import pytest

from classifier.audio.recording import read
from classifier.core import console, registry
from classifier.core.errors import InputError
from classifier.export.stream_runner import Described, StreamRunner, describe
from classifier.inference.predictor import load_predictor
from classifier.records import artifact, tflite_metadata
from classifier.records.audio_format import AudioFormat
from tests import tiny_tflite
from tests.conftest import call_script

console.import_tensorflow()
import keras  # noqa: E402

from classifier.export import streaming  # noqa: E402
from classifier.models import assemble  # noqa: E402

NAME = "residual_causal"
WINDOW = 32_000
HOP = 2048
STEPS = 16  # hops that a window has a part in


def built():
    """A model as it begins a training, with batch statistics and a silence label."""
    keras.utils.set_random_seed(0)
    module, audio_format = registry.load("models", NAME), AudioFormat()
    network = assemble.build(
        module, assemble.features_of(module, audio_format), audio_format, 3, np.array([-40.0]), np.array([300.0]), 1
    )
    for layer in network.get_layer("body").layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.beta.assign(np.random.default_rng(1).normal(0, 0.5, layer.beta.shape))
    return network


@pytest.fixture(scope="module")
def model():
    return built()


def stream_of(model, path, hop=HOP):
    path.write_bytes(streaming.converted(registry.load("models", NAME), model, WINDOW, hop))
    return StreamRunner(path)


def by_keras(model, signal):
    """What the same layers say of a whole recording of (hops * HOP) samples: a row of probabilities per hop."""
    module = registry.load("models", NAME)
    features = model.get_layer("features")
    inner = keras.Input((features.n_mels, len(signal) // features.hop_length, 1))
    body = keras.Model(inner, module.build(inner, 3))
    body.set_weights(model.get_layer("body").get_weights())
    mean = next(layer for layer in body.layers if type(layer).__name__ == "RecentMean")
    heard = model.get_layer("standardise")(features(signal[None]))
    frames = np.asarray(keras.Model(inner, mean.input)(heard)).mean(axis=1)[0]
    sums = np.cumsum(np.pad(frames, [[STEPS, 0], [0, 0]]).astype("float64"), axis=0)
    return np.asarray(body.layers[-1](((sums[STEPS:] - sums[:-STEPS]) / STEPS).astype("float32")))


@pytest.mark.parametrize("hop", [None, HOP])
def test_a_recording_hop_by_hop_is_what_keras_says_of_the_whole(model, tmp_path, data_short, hop):
    stream = stream_of(model, tmp_path / "a_stream.tflite", hop)
    signal = read(next((data_short / "song").glob("*.wav")), 16_000)
    signal = np.tile(signal, 1 + 3 * WINDOW // len(signal))
    signal = signal[: len(signal) // (2 * HOP) * 2 * HOP]
    found = np.array([stream.push(part) for part in signal.reshape(-1, stream.hop)])
    expected = by_keras(model, signal)[stream.hop // HOP - 1 :: stream.hop // HOP]
    assert len(found) == len(expected) > STEPS and np.ptp(expected, axis=0).max() > 0.01
    assert found == pytest.approx(expected, abs=1e-4)


def test_at_the_end_of_the_first_window_it_says_what_the_model_says_of_that_window(model, tmp_path):
    stream = stream_of(model, tmp_path / "a_stream.tflite")
    window = np.random.default_rng(2).normal(0, 0.1, WINDOW).astype("float32")
    hops = np.pad(window, [-WINDOW % HOP, 0], mode="edge").reshape(-1, HOP)
    assert [stream.push(hop) for hop in hops][-1] == pytest.approx(model.predict(window[None], verbose=0)[0], abs=1e-4)
    silent = [stream.push(np.full(HOP, 0.25, "float32")) for _ in range(STEPS + 1)]  # a microphone that is off
    assert silent[-1].tolist() == [0, 1, 0] and silent[-3].tolist() != [0, 1, 0]
    assert model.predict(np.full((1, WINDOW), 0.25), verbose=0).tolist() == [[0, 1, 0]]


def test_no_value_of_the_model_depends_on_what_comes_after(model):
    features = model.get_layer("features")
    inner = keras.Input((features.n_mels, 64, 1))
    body = keras.Model(inner, registry.load("models", NAME).build(inner, 3))
    mean = next(layer for layer in body.layers if type(layer).__name__ == "RecentMean")
    signal = np.random.default_rng(3).normal(0, 0.1, 8 * HOP).astype("float32")
    other = np.concatenate([signal[: 4 * HOP], np.zeros(4 * HOP, "float32")])
    first, second = np.asarray(keras.Model(inner, mean.input)(features(np.stack([signal, other]))))
    assert np.array_equal(first[:, :4], second[:, :4]) and not np.array_equal(first[:, 4:], second[:, 4:])


def test_odd_hops_are_refused_by_name(model, tmp_path):
    module = registry.load("models", NAME)
    for hop in (320, HOP + 1, 20 * HOP, -HOP):
        with pytest.raises(InputError, match=rf"--hop {hop}: this model takes hops of 2048 samples \(128 ms\)"):
            streaming.converted(module, model, WINDOW, hop)
    with pytest.raises(InputError, match="a_stream.tflite takes hops of 2048 samples, not 320"):
        stream_of(model, tmp_path / "a_stream.tflite").push(np.zeros(320, "float32"))


def test_other_models_say_why_they_have_none(model, tmp_path):
    for name, why in (("mel", "its dense layer has weights for every frame"), ("lstm", "its LSTM is trained to begin")):
        module, audio_format = registry.load("models", name), AudioFormat()
        other = assemble.build(module, assemble.features_of(module, audio_format), audio_format, 3)
        other.save(tmp_path / "model.keras")
        found = streaming.why_none(tmp_path / "model.keras", name)
        assert found.startswith(f"{name} gets no stream: {why}") and found.endswith("; residual_causal has one")
    model.save(tmp_path / "model.keras")
    assert streaming.why_none(tmp_path / "model.keras", NAME) == ""
    (tmp_path / "a.tflite").write_bytes(tiny_tflite.network())
    with pytest.raises(InputError, match="a.tflite is no stream"):
        StreamRunner(tmp_path / "a.tflite")


def test_a_stream_that_is_copied_away_says_its_labels_its_rate_and_its_rule(model, trained, tmp_path):
    record = replace(artifact.load(trained.out / "signal").record, model=NAME)
    (tmp_path / NAME).mkdir()
    path = streaming.write_one(artifact.Artifact(tmp_path / NAME, record), model, 2 * HOP)
    alone = shutil.move(path, tmp_path / "a.tflite")
    rule = artifact.Artifact(tmp_path, record).rule
    assert rule.thresholds and describe(alone) == Described(16_000, record.labels, rule)
    assert StreamRunner(alone).push(np.zeros(2 * HOP, "float32")).shape == (len(record.labels),)
    with pytest.raises(InputError, match="a.tflite is a stream: it takes a hop and its state, not a window"):
        load_predictor(alone)
    printed, _ = call_script("CheckModel.py", alone, cwd=tmp_path)
    assert "LiteRT            loads it; " in printed and "faults: none" in printed
    assert "It is a stream: it takes a hop and its state" in printed
    assert printed.splitlines()[-2] == "verdict: an app can use it, hop by hop, with LiteRT"
    says = tflite_metadata.as_dict(alone.read_bytes())["subgraph_metadata"][0]
    assert says["input_tensor_metadata"][0]["description"].startswith("A hop of 4096 samples (256 ms) of mono audio")
    names = [[one["name"] for one in says[f"{side}_tensor_metadata"]] for side in ("input", "output")]
    assert names == [["audio_clip", "state"], ["probability", "state"]]


def test_a_stream_of_an_earlier_version_is_refused_by_name(model, tmp_path):
    stream_of(model, tmp_path / "a_stream.tflite")
    with pytest.raises(InputError, match="a_stream.tflite names no labels: .* run ConvertModelToTFLite.py --streaming"):
        describe(tmp_path / "a_stream.tflite")
