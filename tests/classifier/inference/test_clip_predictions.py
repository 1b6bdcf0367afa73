from types import SimpleNamespace

import numpy as np
import pytest

from classifier.audio.windows import Cut
from classifier.core.errors import InputError
from classifier.data.audio_cache import AudioCache
from classifier.data.layouts import Clip
from classifier.inference.clip_predictions import predict_clips
from classifier.records.audio_format import AudioFormat

LABELS = ["quiet", "loud"]


@pytest.fixture
def cache():
    """Clips of 10 and 3 samples, quiet and loud."""
    samples = np.concatenate([np.full(10, 100), np.full(3, 30_000)]).astype("int16")
    clips = [Clip("quiet.wav", "quiet", "anna"), Clip("loud.wav", "loud", "ben")]
    return AudioCache(samples, np.array([0, 10]), np.array([10, 13]), clips, ["x", "y"], [])


def predictor(labels=LABELS):
    def probabilities(windows):
        loud = windows.max(axis=1)
        return np.stack([1 - loud, loud], axis=1)

    audio_format = AudioFormat(sample_rate=16_000, window_length=4)
    return SimpleNamespace(source="model.tflite", audio_format=audio_format, labels=labels, probabilities=probabilities)


@pytest.mark.parametrize(("overlap", "n_windows"), [(0.0, [3, 1]), (0.5, [4, 1])])
def test_every_sample_is_in_a_window(cache, monkeypatch, overlap, n_windows):
    monkeypatch.setattr(AudioCache, "forget", lambda self: None)
    found = predict_clips(predictor(), cache, Cut(overlap))
    assert np.bincount(found["recordings"]).tolist() == n_windows
    assert found["targets"].tolist() == found["recordings"].tolist()
    assert found["probabilities"].argmax(axis=1).tolist() == found["targets"].tolist()


@pytest.mark.parametrize("overlap", [1, -0.1, float("nan")])
def test_an_overlap_out_of_range_is_refused(overlap):
    with pytest.raises(InputError, match="--overlap"):
        Cut(overlap)


def test_crops_are_spread_over_a_clip_and_a_short_one_has_one(cache, monkeypatch):
    monkeypatch.setattr(AudioCache, "forget", lambda self: None)
    found = predict_clips(predictor(), cache, Cut(crops=5), only=[1, 0])
    assert found["recordings"].tolist() == [1, 0, 0, 0, 0, 0]


def test_a_label_the_model_does_not_know_is_named(cache):
    with pytest.raises(InputError, match="knows quiet, noisy, and not loud"):
        predict_clips(predictor(["quiet", "noisy"]), cache)


def test_parts_beside_the_first_decide_on_their_windows_and_are_not_predicted(monkeypatch):
    monkeypatch.setattr(AudioCache, "forget", lambda self: None)
    samples = np.array([0, 0, 0, 9, 0, 30_000, 30_000, 30_000], "int16")
    clips = [Clip("a.wav", "quiet", "g", start=4, end=5), Clip("a.wav", "loud", "g", start=5, end=8)]
    bounds = np.array([4, 5]), np.array([5, 8])
    whole = AudioCache(samples, *bounds, clips, ["x", "y"], [], wholes=np.array([[0, 8]] * 2))
    found = predict_clips(predictor(), whole, only=[0])
    assert found["recordings"].tolist() == [0]
    assert found["probabilities"][0].argmax() == 0  # samples 1 to 4
    alone = AudioCache(samples, bounds[0][:1], bounds[1][:1], clips[:1], ["x"], [], wholes=np.array([[0, 8]]))
    assert predict_clips(predictor(), alone)["probabilities"][0].argmax() == 1  # samples 2 to 5
