import numpy as np
import pytest

from classifier.inference.suggestions.rankings import Candidate, Disagreement, Rare, Uncertain, aligned, in_turn
from classifier.inference.writers import Classified


def recording(file, windows, hop=2.0, seconds=None):
    windows = np.array(windows, "float32")
    length = seconds or hop * len(windows)
    about = (length, 8000.0, None, 0.0, [], file, windows, hop, 2.0)
    return Classified(file, file, *about, independent=False)


def places(ranking):
    return [(one.file, one.window) for one in ranking.ranked]


def test_the_most_uncertain_of_all_recordings_come_first_and_silence_never():
    ranking = Uncertain(3, 3)
    ranking.add(recording("a", [[0.9, 0.1], [0.5, 0.5], [0.52, 0.48], [0, 0]]))
    ranking.add(recording("b", [[0.6, 0.4], [0.99, 0.01]]))
    assert places(ranking) == [("a", 1), ("b", 0)]  # the others are silent, or near one of these


def test_many_recordings_leave_the_best():
    ranking = Uncertain(2, 1)
    for i in range(100):
        ranking.add(recording(f"{i:02}", [[0.5 + i / 250, 0.5 - i / 250]]))
    assert places(ranking) == [("00", 0), ("01", 0)]


def test_the_last_window_starts_where_the_recording_lets_it():
    ranking = Uncertain(1, 1)
    ranking.add(recording("a", [[1, 0], [0.5, 0.5]], seconds=3.0))
    assert ranking.ranked == [Candidate(1.0, "a", 1, 1.0)]


def test_a_seldom_label_comes_first():
    ranking = Rare(2, 1, 2)
    ranking.add(recording("a", [[0.99, 0.01]] * 20))
    ranking.add(recording("b", [[0.1, 0.9], [0.45, 0.55], [0.99, 0.01], [0, 0]]))
    assert places(ranking) == [("b", 0), ("b", 1)]


def test_two_models_of_other_windows_and_another_order_of_labels_are_compared():
    first = recording("a", [[0.9, 0.1], [0.9, 0.1], [0.2, 0.8]])
    other = recording("a", [[0.1, 0.9]] * 4 + [[0.7, 0.3], [0.7, 0.3]], hop=1.0, seconds=7.0)
    ranking = Disagreement(1, 1, [1, 0])
    ranking.add(first, other)
    ranking.add(recording("not read by the other", [[0.9, 0.1]]), None)
    assert places(ranking) == [("a", 2)] and ranking.ranked[0].score == pytest.approx(0.3)
    values = aligned(other, np.array([0.0, 2.0, 4.0]), 2.0)
    assert values[:, 0] == pytest.approx([0.1, 0.1, 0.5])


def test_rankings_take_turns():
    def of(name, *windows):
        return [(name, Candidate(0, "a", window, float(window))) for window in windows]

    chosen = in_turn([of("x", 0, 10, 20), of("y", 1, 30)], 3, 5)
    assert [(name, one.window) for name, one in chosen] == [("x", 0), ("x", 10), ("y", 30)]
