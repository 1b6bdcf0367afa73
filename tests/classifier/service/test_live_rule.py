"""Live listening decides by the model's rule, on windows as far apart as those that it was chosen on."""

from pathlib import Path

import numpy as np

from classifier.inference.prediction import predict_signal
from classifier.inference.predictor import Predictor
from classifier.records.audio_format import AudioFormat
from classifier.scoring.decision_rule import DecisionRule
from classifier.service.live import HOP, LiveRule

LABELS = ["silence", "song"]
RATE = 100


def predictor(rule):
    def by_level(windows):
        song = np.abs(windows).mean(axis=1)
        return np.stack([1 - song, song], axis=1)

    return Predictor(Path("model"), AudioFormat(sample_rate=RATE, window_length=2 * RATE), LABELS, by_level, rule)


def heard(model, signal):
    """The label after each prediction of a live stream."""
    rule, length = LiveRule(model), model.audio_format.window_length
    hop = round(rule.hop * RATE)
    ends = range(hop, len(signal) + 1, hop)
    windows = [np.pad(signal[max(0, end - length) : end], (max(0, length - end), 0)) for end in ends]
    return [rule.label(model.probabilities(window[None])[0]) for window in windows]


def test_without_a_rule_of_its_own_each_half_second_is_decided_for_itself():
    model = predictor(DecisionRule({"song": 0.6}))
    assert LiveRule(model).hop == HOP
    signal = np.repeat([0, 1, 0], 2 * RATE)
    assert [label for label in heard(model, signal) if label == "song"] == ["song"] * 3  # 0.75, 1 and 0.75 of a window


def test_a_rule_hears_the_windows_that_a_recording_has():
    model = predictor(DecisionRule({"song": 0.6}, needed=2, among=3, release=0.5, hop=1.0))
    signal = np.repeat([0, 1, 0, 1, 1, 0], 2 * RATE).astype("float32")
    live = heard(model, signal)
    recorded = predict_signal(model, signal).window_labels
    assert live[5::2] == recorded[1:]  # from 3 s on: before a recording there is nothing, and live there is silence
    assert {"song", "silence"} <= set(recorded)
