from dataclasses import replace

import pytest

from classifier.inference.prediction import predict_recording
from classifier.inference.predictor import load_predictor
from tests.conftest import write_tone


def test_times_cover_the_recording_and_the_recording_is_the_mean(trained, tmp_path):
    prediction = predict_recording(load_predictor(trained.out / "signal"), write_tone(tmp_path / "a b.wav", seconds=5))
    assert prediction.starts.tolist() == [0, 2, 3]
    assert prediction.ends.tolist() == [2, 4, 5]
    assert prediction.recording == pytest.approx(prediction.windows.mean(axis=0))
    assert replace(prediction, thresholds={}).label == prediction.labels[int(prediction.recording.argmax())]
    assert replace(prediction, thresholds={label: 1.0 for label in prediction.labels}).label is None
