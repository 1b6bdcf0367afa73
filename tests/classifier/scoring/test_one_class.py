import numpy as np
import pytest

from classifier.scoring import one_class


def test_a_threshold_lets_the_share_of_normal_windows_through_that_was_asked_for():
    distances = np.arange(99.0)
    chosen, is_proven = one_class.threshold(distances, np.arange(99), 0.05)
    assert np.sum(distances >= chosen) == 4  # the 95th of 99 is the last below: 5 of 100, with the window to come
    assert is_proven
    assert not one_class.threshold(distances, np.arange(99) // 10, 0.05)[1]  # 10 groups; 19 are needed


def test_each_group_counts_as_one_however_many_windows_it_has():
    groups = np.array([0] * 1000 + list(range(1, 39)))
    distances = np.concatenate([np.full(1000, 0.0), np.arange(1.0, 39)])
    chosen, _ = one_class.threshold(distances, groups, 0.05)
    assert np.sum(distances >= chosen) == 1  # one of 39 groups, and the one to come, of 40


def test_of_too_few_windows_none_reaches_the_threshold():
    assert one_class.threshold(np.array([1.0, 3.0, 2.0]), np.arange(3), 0.05)[0] > 3


def test_areas_and_alarms_are_counted_by_recording_and_by_window():
    scores = np.array([0.1, 0.6, 0.2, 0.2, 0.9, 0.8, 0.4, 0.2])
    recordings, abnormal = np.arange(8) // 2, np.arange(8) >= 4
    found = one_class.measure(scores, abnormal, recordings, recordings.astype(str))
    assert (found.false_alarms, found.normal_windows, found.normal_groups) == (1, 4, 2)
    assert (found.abnormal_recordings, found.detected) == (2, 1)
    assert found.auc == 0.75  # 0.35 and 0.2 against 0.85 and 0.3
    assert found.rate_interval[0] < 0.25 < found.rate_interval[1]


def test_without_abnormal_recordings_no_area_is_made_up():
    found = one_class.measure(np.array([0.1, 0.2]), np.zeros(2, bool), np.arange(2), np.array(["a", "b"]))
    assert (found.auc, found.partial_auc, found.auc_interval) == (None, None, None)


def test_a_partial_area_of_chance_is_a_half():
    scores = np.random.default_rng(0).random(20_000)
    assert one_class.area(scores, np.arange(20_000) % 2 == 0, 0.1) == pytest.approx(0.5, abs=0.01)
