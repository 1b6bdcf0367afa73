"""What a rule must decide is worked out by hand, or held in tests/decision_rule.json, which apps must agree on too."""

import json

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.scoring.decision_rule import DecisionRule, RuleStream
from tests.conftest import ROOT

LABELS = ["silence", "song", "speech"]
VECTOR = json.loads((ROOT / "tests" / "decision_rule.json").read_text())


def song(values):
    """Probabilities in which song has these, and silence the rest."""
    values = np.array(values)
    return np.stack([1 - values, values, 0 * values], axis=1)


def window_labels(probabilities, rule, labels, *times, **how):
    """The label that is reported in each window of a recording, or None."""
    decided = RuleStream.of(rule, labels, *times, **how).whole(probabilities)
    return [None if i is None else labels[i] for i in decided.labels]


def reported(values, rule, hop=1.0):
    """In which windows song is reported; they are two seconds long."""
    return [i for i, label in enumerate(window_labels(song(values), rule, LABELS, hop, 2.0)) if label == "song"]


def spans(values, rule, hop=1.0):
    """(first, last) window of the segments of song."""
    stream = RuleStream.of(rule, LABELS, hop, 2.0)
    for row in song(values):
        stream.add(row[None])
    stream.finish()
    return [(span.first, span.last) for span in stream.closed if span.label == 1]


@pytest.mark.parametrize("case", VECTOR, ids=range(len(VECTOR)))
def test_the_vector_that_apps_must_agree_on(case):
    times = case["hop"], case["length"], case["independent"]
    stream = RuleStream.of(DecisionRule(**case["rule"]), case["labels"], *times)
    decided = [stream.add(np.array([row])).reported for row in case["probabilities"]]
    named = [[case["labels"][k] for k in np.flatnonzero(rows[0])] if len(rows) else [] for rows in decided]
    assert named == case["decisions"] and any(named)


def test_the_vector_has_every_part_of_a_rule():
    rules = [DecisionRule(**case["rule"]) for case in VECTOR]
    for name in ("smooth", "needed", "among", "min_duration", "release", "merge_gap", "hop"):
        assert len({getattr(rule, name) for rule in rules}) > 1
    assert {case["independent"] for case in VECTOR} == {True, False}


def test_a_rule_of_thresholds_decides_each_window_for_itself():
    rule = DecisionRule({"song": 0.6})
    assert rule.is_thresholds_alone
    assert reported([0.9, 0.5, 0.55, 0.6, 0.1], rule) == [0, 3]


def test_two_of_three_windows_begin_a_segment_with_the_first_of_them():
    rule = DecisionRule({"song": 0.6}, needed=2, among=3)
    values = [0.1, 0.9, 0.1, 0.9, 0.1, 0.1, 0.1, 0.9, 0.1, 0.1]
    assert reported(values, rule, hop=2.0) == [3]  # it is heard of when the second counts
    assert spans(values, rule, hop=2.0) == [(1, 3)]
    assert reported([0.9, 0.1, 0.1, 0.9], rule) == []  # four apart


def test_a_segment_goes_on_over_the_release_threshold_and_does_not_begin_there():
    rule = DecisionRule({"song": 0.8}, release=0.5)
    values = [0.45, 0.9, 0.45, 0.45, 0.3, 0.45, 0.1, 0.1, 0.1]
    assert reported(values, rule) == [1, 2, 3]  # although silence has more than half
    assert spans(values, rule) == [(1, 3)]
    assert reported(values, DecisionRule({"song": 0.8})) == [1]


def test_a_label_without_a_threshold_is_released_when_another_leads():
    rule = DecisionRule({"song": 0.6}, release=0.5)
    assert window_labels(song([0.1, 0.9, 0.1]), rule, LABELS, 1.0, 2.0) == ["silence", "song", "silence"]


def test_a_segment_is_reported_from_the_window_on_with_which_it_is_long_enough():
    rule = DecisionRule({"song": 0.6}, min_duration=4.0)
    assert reported([0.9, 0.9, 0.9, 0.9, 0.1], rule) == [2, 3]  # 0 to 4 s, 0 to 5 s
    assert reported([0.9, 0.9, 0.1], rule) == []


def test_smoothing_decides_a_window_when_its_neighbours_are_known():
    stream = RuleStream.of(DecisionRule({"song": 0.6}, smooth=3), LABELS, 1.0, 2.0)
    rows = song([0.9, 0.9, 0.0, 0.9])
    assert [len(stream.add(row[None]).reported) for row in rows] == [0, 1, 1, 1]
    assert len(stream.finish().reported) == 1
    assert reported([0.9, 0.9, 0.0, 0.9, 0.0], DecisionRule({"song": 0.59}, smooth=3)) == [0, 1, 2]


def test_columns_of_one_label_are_decided_as_if_each_were_alone():
    random = np.random.default_rng(0)
    probabilities = random.dirichlet([1, 1, 1], 200)
    rule, limits = DecisionRule({}, 3, 2, 3, 3.0, 0.5), np.array([0.3, 0.4, 0.5, 0.6])
    together = RuleStream(rule, limits, np.array([1, 1, 2, 2]), 1.0, 2.0)
    found = together.add(probabilities).reported
    for column, (label, limit) in enumerate([("song", 0.3), ("song", 0.4), ("speech", 0.5), ("speech", 0.6)]):
        alone = RuleStream.of(DecisionRule({label: limit}, 3, 2, 3, 3.0, 0.5), LABELS, 1.0, 2.0)
        expected = alone.add(probabilities).reported[:, LABELS.index(label)]
        assert np.array_equal(found[:, column], expected) and expected.any()


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"thresholds": {"song": 1.5}}, "threshold of 'song' 1.5"),
        ({"smooth": 2}, "smooth 2: give an odd"),
        ({"needed": 3, "among": 2}, "3 of 2 windows"),
        ({"min_duration": -1}, "min_duration -1"),
        ({"release": 1.1}, "release 1.1"),
        ({"merge_gap": float("nan")}, "merge_gap nan"),
        ({"hop": 0}, "hop 0"),
    ],
)
def test_a_value_out_of_range_is_an_error(values, complaint):
    with pytest.raises(InputError, match=complaint):
        DecisionRule(**values)


def test_a_threshold_for_an_unknown_label_is_an_error():
    with pytest.raises(InputError, match="threshold for 'cow'"):
        RuleStream.of(DecisionRule({"cow": 0.5}), LABELS, 1.0, 2.0)


@pytest.mark.parametrize(("seconds", "labels"), [(2.05, [None, None]), (2.999, [None, None]), (3.0, [None, "song"])])
def test_a_last_window_that_ends_with_the_recording_makes_a_sound_no_longer_than_it_is(seconds, labels):
    rule = DecisionRule({"song": 0.5}, min_duration=3.0)
    assert window_labels(song([0.9, 0.9]), rule, LABELS, 1.0, 2.0, seconds=seconds) == labels


def test_in_a_recording_shorter_than_a_window_a_sound_is_as_long_as_the_recording():
    rule = DecisionRule({"song": 0.5}, min_duration=1.5)
    found = [window_labels(song([0.9]), rule, LABELS, 2.0, 2.0, seconds=seconds) for seconds in (1.0, 1.6)]
    assert found == [[None], ["song"]]
