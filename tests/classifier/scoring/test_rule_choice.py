"""On timelines counted by hand, the rule with the fewest misses under the bound is chosen."""

from dataclasses import replace

import numpy as np
import pytest

from classifier.scoring import rule_choice
from classifier.scoring.decision_rule import DecisionRule
from classifier.scoring.rule_choice import Heard, Placed

LABELS = ["silence", "song", "speech"]
HOP, LENGTH = 1.0, 2.0


def heard(song, *events, speech=()):
    """A timeline in which song has these probabilities; speech, in some windows, a probability of its own."""
    values = np.zeros((len(song), 3))
    values[:, 1] = song
    for window, probability in speech:
        values[window, 2] = probability
    values[:, 0] = 1 - values.sum(axis=1)
    return Heard(values, tuple(Placed(*event) for event in events), len(song) + 1.0)


def long(n, *loud):
    """n windows of which some are loud: {window: probability}."""
    song = np.full(n, 0.05)
    for window, probability in loud:
        song[window] = probability
    return song


def test_misses_and_alarms_are_counted():
    song = long(100, (20, 0.9), (21, 0.9), (50, 0.9), (70, 0.9))
    of = heard(song, ("song", 20.5, 22.0), ("song", 40.0, 42.0), ("speech", 70.0, 72.0))
    found = rule_choice.measure([of], LABELS, DecisionRule({"song": 0.6, "speech": 0.6}), HOP, LENGTH)
    song, speech = found["song"], found["speech"]
    assert (song.events, song.missed, song.false_alarms) == (2, 1, 1)  # in the event of speech it is no false alarm
    assert (speech.events, speech.missed, speech.false_alarms) == (1, 1, 0)
    assert song.hours == pytest.approx((101 - 1.5 - 2 - 2) / 3600)


def test_a_segment_over_two_events_finds_both():
    of = heard(long(30, *((i, 0.9) for i in range(5, 20))), ("song", 6.0, 8.0), ("song", 17.0, 19.0))
    assert rule_choice.measure([of], LABELS, DecisionRule({"song": 0.6}), HOP, LENGTH)["song"].missed == 0


def test_single_loud_windows_are_kept_out_by_a_rule_over_several():
    """Background is as loud as the events, but never twice: a threshold cannot tell them apart, N of M can."""
    clicks = [(i, 0.97) for i in range(10, 900, 30)]
    events = [("song", at + 0.5, at + 3.5) for at in range(1000, 1600, 30)]
    loud = [(int(start) + i, 0.9) for _, start, _ in events for i in range(3)]
    of = heard(long(1700, *clicks, *loud), *events)
    rule = rule_choice.choose([of], LABELS, ["song"], HOP, LENGTH)
    assert not rule.is_thresholds_alone and rule.hop == HOP
    found = rule_choice.measure([of], LABELS, rule, HOP, LENGTH)["song"]
    assert (found.missed, found.false_alarms) == (0, 0)
    alone = rule_choice.measure([of], LABELS, DecisionRule({"song": rule.thresholds["song"]}), HOP, LENGTH)["song"]
    assert alone.false_alarms == len(clicks)


def test_where_a_threshold_will_do_the_rule_is_a_threshold_in_the_middle():
    of = heard(long(3600, *((i, 0.9) for i in range(100, 110))), ("song", 100.0, 110.0))
    rule = rule_choice.choose([of], LABELS, ["song"], HOP, LENGTH)
    assert rule.is_thresholds_alone and 0.45 < rule.thresholds["song"] < 0.75


def test_the_bound_decides_how_many_alarms_a_miss_is_worth():
    alarms, events = range(100, 3000, 1000), [("song", at + 0.5, at + 2.5) for at in range(600, 3000, 1000)]
    loud = [(at + i, 0.8) for at in alarms for i in range(4)] + [
        (int(s) + i, 0.7) for _, s, _ in events for i in (0, 1)
    ]
    of = heard(long(3700, *loud), *events)
    for per_hour, missed in ((5.0, 0), (1.0, 3)):
        rule = rule_choice.choose([of], LABELS, ["song"], HOP, LENGTH, per_hour)
        found = rule_choice.measure([of], LABELS, rule, HOP, LENGTH)["song"]
        assert found.missed == missed and found.false_alarms_per_hour <= per_hour


def test_the_curve_trades_misses_for_alarms():
    of = heard(long(3700, (10, 0.55), (500, 0.7), (501, 0.9)), ("song", 500.0, 503.0))
    curve = rule_choice.curves([of], LABELS, replace(DecisionRule({"song": 0.6}), hop=HOP), HOP, LENGTH)["song"]
    points = [(point.misses, round(point.false_alarms_per_hour, 1)) for point in curve]
    assert points[-1] == (1, 0) and (0, 0) in points and (0, 1) in points
    assert sorted(point.threshold for point in curve) == [point.threshold for point in curve]
