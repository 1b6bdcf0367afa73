from pathlib import Path

import numpy as np
import pytest

from classifier.audio import decoders, recording
from classifier.audio.windows import cut_audio_pad_last
from classifier.core.errors import InputError
from classifier.inference import false_alarms
from classifier.inference.predictor import Predictor
from classifier.inference.segments import Segment
from classifier.records.audio_format import AudioFormat
from classifier.scoring.decision_rule import DecisionRule
from tests.conftest import write_tone

LABELS = ["cat", "dog", "silence"]
AUDIO_FORMAT = AudioFormat(sample_rate=2000, window_length=4000)


def by_level(windows):
    """A model that predicts a cat where it is loud."""
    loud = np.sqrt(np.mean(np.square(windows), axis=1)) > 0.1
    return np.where(loud[:, None], [[0.9, 0.1, 0.0]], [[0.1, 0.1, 0.8]])


def test_false_alarms_of_three_minutes(tmp_path, monkeypatch):
    monkeypatch.setattr(decoders, "BLOCK", 7001)  # blocks end within windows, as those of a day would
    signal = np.full(180 * 2000, 0.001, "float32")
    for second in (10, 11, 12, 60, 178):  # 10 to 13 is one event
        signal[second * 2000 : (second + 1) * 2000] = 0.5
    recording.write(tmp_path / "street.wav", signal, 2000)
    predictor = Predictor(Path("model"), AUDIO_FORMAT, LABELS, by_level)
    found = false_alarms.count(predictor, [tmp_path / "street.wav"], DecisionRule({"cat": 0.8, "dog": 0.5}))
    raised = found.recordings[str(tmp_path / "street.wav")]
    assert [(alarm.start, alarm.end) for alarm in raised] == [(9, 14), (59, 62), (177, 180)]
    assert found.hours == pytest.approx(0.05)
    assert found.labels["cat"].false_alarms_per_hour == pytest.approx(60)
    assert found.labels["cat"].share_of_time == pytest.approx(11 / 180)
    assert found.labels["dog"].false_alarms == 0
    assert found.false_alarms == 3
    quiet = false_alarms.count(predictor, [tmp_path / "street.wav"], DecisionRule({"cat": 0.95}))
    assert quiet.false_alarms == 0
    assert not false_alarms.count(predictor, [tmp_path / "street.wav"], DecisionRule({"cat": 0.8}), ["cat"]).labels


@pytest.mark.parametrize("samples", [1, 3999, 4000, 4001, 6000, 25_001, 40_000])
def test_windows_cut_block_by_block_are_those_of_the_whole(tmp_path, monkeypatch, samples):
    monkeypatch.setattr(decoders, "BLOCK", 1500)
    path = write_tone(tmp_path / "tone.wav", seconds=samples / 2000, rate=2000)
    seen = []

    def remember(windows):
        seen.extend(np.array(windows))
        return by_level(windows)

    predictor = Predictor(Path("model"), AUDIO_FORMAT, LABELS, remember)
    found = false_alarms.count(predictor, [path], DecisionRule({"cat": 0.5}))
    assert np.array_equal(seen, cut_audio_pad_last(recording.read(path, 2000), 4000, 2000))
    assert found.hours == pytest.approx(samples / 2000 / 3600)
    assert found.recordings[str(path)] == [Segment("cat", 0, samples / 2000, 0.9, pytest.approx(0.9))] or samples == 1


def test_errors_come_before_the_work(tmp_path):
    predictor = Predictor(Path("model"), AUDIO_FORMAT, LABELS, by_level)
    with pytest.raises(InputError, match="no recordings to count false alarms in"):
        false_alarms.count(predictor, [], DecisionRule({"cat": 0.5}))
    with pytest.raises(InputError, match="threshold for 'cow'"):
        false_alarms.count(predictor, [tmp_path / "none.wav"], DecisionRule({"cow": 0.5}))
