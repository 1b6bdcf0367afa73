import numpy as np
import pytest

from classifier.scoring import robustness
from classifier.scoring.robustness import AS_IT_IS, DIGITAL_SILENCE

RATE, LENGTH = 16_000, 16_000
LABELS = ["silence", "low", "high"]
TARGETS = np.repeat([0, 1, 2], 4)


def windows():
    """Faint noise, tones of 500 Hz, and tones of 6 kHz, which no telephone carries."""
    times, random = np.arange(LENGTH) / RATE, np.random.default_rng(0)
    tones = np.stack([np.sin(2 * np.pi * hertz * times) for hertz in (0, 500, 6000)])
    return (0.3 * tones[TARGETS] + random.normal(0, 0.001, (len(TARGETS), LENGTH))).astype("float32")


def by_pitch(audio):
    """A model that knows loud tones by their pitch, and cares for a constant as cheap ones do."""
    power = np.abs(np.fft.rfft(audio)) ** 2
    hertz = np.fft.rfftfreq(LENGTH, 1 / RATE)
    loud = np.stack(
        [np.full(len(audio), 100.0), power[:, hertz < 1000].sum(axis=1), power[:, hertz > 5000].sum(axis=1)]
    )
    return (loud / loud.sum(axis=0)).T


def found():
    return {of.what: of for of in robustness.measure(by_pitch, windows(), TARGETS, LABELS, RATE)}


def test_each_alteration_is_a_row_with_the_recall_of_each_label():
    rows = found()
    assert list(rows) == [*robustness.ALTERED, DIGITAL_SILENCE]
    assert rows[AS_IT_IS].balanced_accuracy == 1
    assert rows[AS_IT_IS].recall == dict.fromkeys(LABELS, 1)
    assert rows["constant of 0.1 added"].recall == {"silence": 0, "low": 1, "high": 1}
    assert rows["8 kHz telephone"].recall == {"silence": 1, "low": 1, "high": 0}
    assert rows["peak at 0 dB"].recall["low"] == rows["8-bit mu-law"].recall["low"] == 1
    assert rows["first half zeros"].balanced_accuracy == rows["last half zeros"].balanced_accuracy == 1
    assert rows[DIGITAL_SILENCE].balanced_accuracy == 1


def test_what_falls_by_more_than_ten_points_is_listed():
    fallen = {of.what for of in robustness.falls(list(found().values()))}
    assert {"constant of 0.1 added", "8 kHz telephone"} <= fallen
    assert not fallen & {AS_IT_IS, "first half zeros", DIGITAL_SILENCE}
    assert robustness.falls(()) == []


def test_digital_silence_must_be_the_silent_label_or_none_of_them():
    def sure(audio):
        return np.tile([0.1, 0.8, 0.1], (len(audio), 1))

    def none(audio):
        return np.zeros((len(audio), 3))

    for predict, labels, share in ((sure, LABELS, 0), (none, ["a", "b", "c"], 1), (none, LABELS, 0)):
        last = robustness.measure(predict, windows(), TARGETS, labels, RATE)[-1]
        assert (last.what, last.balanced_accuracy) == (DIGITAL_SILENCE, share)
        assert (last in robustness.falls([last])) == (share < 1)


def test_a_window_in_which_nothing_is_left_does_not_count():
    made = windows()
    made[TARGETS == 1, LENGTH // 2 :] = 0
    rows = {of.what: of for of in robustness.measure(by_pitch, made, TARGETS, LABELS, RATE)}
    assert set(rows["first half zeros"].recall) == {"silence", "high"}


def test_the_alterations_are_what_they_are_called():
    made = windows()[4:8]
    altered = {what: alter(made, RATE) for what, alter in robustness.ALTERED.items()}
    assert altered["constant of 0.003 added"] - made == pytest.approx(0.003, abs=1e-6)
    assert 20 * np.log10(np.abs(altered["peak at -40 dB"]).max(axis=1)) == pytest.approx(-40, abs=1e-3)
    assert not altered["first three quarters zeros"][:, : 3 * LENGTH // 4].any()
    assert len(np.unique(altered["8-bit mu-law"])) <= 256
    assert altered["8-bit mu-law"] == pytest.approx(made, abs=0.02)
    assert altered["8 kHz telephone"].shape == made.shape
    assert robustness.ALTERED["8 kHz telephone"](made, 8_000) is made


def test_a_few_hundred_windows_are_chosen_of_all_labels():
    targets = np.repeat([0, 1, 3], [1000, 5, 300])
    chosen = robustness.choose(targets)
    assert np.bincount(targets[chosen]).tolist() == [80, 5, 0, 80]
    assert len(set(chosen)) == len(chosen)
    assert (chosen[0], chosen[-1]) == (0, len(targets) - 1)
    assert len(robustness.choose(np.zeros(0, int))) == 0
