"""The decision rule of frames, chosen by the F1 of onsets and offsets on timelines.

Thresholds of windows say whether a sound was there. Where it begins and ends depends on the smoothing and the gaps too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from classifier.scoring import events
from classifier.scoring.decision_rule import SLACK, DecisionRule, RuleStream
from classifier.scoring.rule_choice import DIGITS, LOG_ODDS, Heard, Placed

SMOOTH = 5  # frames, a third of a second: attacks and decays of one sound differ
MERGE_GAP = 0.2  # seconds; as the collar of onsets
MIN_DURATION = 0.1  # seconds
TRIED = 24  # thresholds, evenly spread over log odds
TRIED_SMOOTH = (1, SMOOTH, 11, 21)  # frames
TRIED_RELEASE = (1.0, 0.5, 0.2, 0.05)
TRIED_GAPS = (MERGE_GAP, 0.5, 1.0, 2.0)  # seconds; events of timelines are further apart
TRIED_DURATIONS = (MIN_DURATION, 0.3, 0.6, 1.0)  # seconds


@dataclass(frozen=True, kw_only=True)
class EventScore:
    """How well a rule hits the events of a label. f1: 0 to 1; events: placed; segments: reported; hits: that match."""

    f1: float
    events: int
    segments: int
    hits: int


@dataclass(frozen=True, kw_only=True)
class EventScores:
    """{label: score} of the chosen rule and of the default rule."""

    chosen: dict[str, EventScore]
    default: dict[str, EventScore]


@dataclass(frozen=True, kw_only=True)
class FrameDecision:
    """How the decision rule of a model's frames was chosen; run.json keeps it.

    Attributes:
        rule: None where the default rule is used; its hop is the seconds of a frame.
        why_default: why it is; None where a rule was chosen.
        minutes: {split: of background recordings, each counted once}.
        validation, test: what the rules do there; the test split only reports. None where it is too small.
    """

    rule: DecisionRule | None
    why_default: str | None
    minutes: dict[str, float]
    validation: EventScores | None = None
    test: EventScores | None = None


def default(thresholds: Mapping[str, float], each: float) -> DecisionRule:
    """The rule where none was chosen: the thresholds of windows. each: seconds of a frame."""
    return DecisionRule(dict(thresholds), smooth=SMOOTH, merge_gap=MERGE_GAP, min_duration=MIN_DURATION, hop=each)


def choose(heard: Sequence[Heard], labels: Sequence[str], usual: DecisionRule) -> DecisionRule:
    """The rule with the best F1 of events, as the mean over labels.

    Of equal rules the usual one or the simplest is taken, and of equal thresholds the one in the middle.

    Args:
        heard: timelines of the validation split; probabilities (frames, labels).
        labels: in the order of the columns.
        usual: the default rule; its thresholds are of the labels that are reported.
    """
    wanted = list(usual.thresholds)
    best, chosen = mean_f1(measure(heard, labels, usual)), usual
    for rule, f1s in _tried(heard, labels, wanted, usual.hop):
        if np.mean(f1s.max(axis=1)) > best + 1e-9:
            best = float(np.mean(f1s.max(axis=1)))
            equal = [np.flatnonzero(row >= row.max() - 1e-9) for row in f1s]
            thresholds = [float(_thresholds()[of[len(of) // 2]]) for of in equal]
            chosen = replace(rule, thresholds=dict(zip(wanted, thresholds, strict=True)))
    return chosen


def mean_f1(scores: Mapping[str, EventScore]) -> float:
    """The mean F1 of labels, 0 to 1; 0 of none."""
    return float(np.mean([of.f1 for of in scores.values()])) if scores else 0.0


def measure(heard: Sequence[Heard], labels: Sequence[str], rule: DecisionRule) -> dict[str, EventScore]:
    """How well a rule hits the events of timelines, label by label of its thresholds; arguments as of `choose`."""
    found = [segments(of, labels, rule) for of in heard]
    scores = {}
    for label in rule.thresholds:
        pairs = [
            [[x for x in one if x.label == label] for one in (of.events, of_rule)]
            for of, of_rule in zip(heard, found, strict=True)
        ]
        counted = [events.hits(*pair) for pair in pairs]
        sums = {name: sum(getattr(of, name) for of in counted) for name in ("events", "segments", "hits")}
        scores[label] = EventScore(f1=events.f1(counted), **sums)
    return scores


def segments(heard: Heard, labels: Sequence[str], rule: DecisionRule) -> list[Placed]:
    """What a rule reports of a timeline, by label and start; rule: its hop is the seconds of a frame."""
    limits = np.array([rule.thresholds[label] for label in rule.thresholds])
    columns = np.array([labels.index(label) for label in rule.thresholds], int)
    of_columns = _spans(heard, rule, limits, columns)
    return [
        Placed(label, float(start), float(end))
        for label, spans in zip(rule.thresholds, of_columns, strict=True)
        for start, end in _joined(spans, rule.merge_gap, rule.min_duration)
    ]


def _thresholds():
    return np.round(1 / (1 + np.exp(-np.linspace(*LOG_ODDS, TRIED))), DIGITS)


def _tried(heard, labels, wanted, each):
    """(rule without thresholds, (labels, thresholds) F1), the simplest first."""
    limits = np.tile(_thresholds(), len(wanted))
    columns = np.repeat([labels.index(label) for label in wanted], TRIED)
    placed = [[[event for event in of.events if event.label == label] for label in wanted] for of in heard]
    for smooth, release in product(TRIED_SMOOTH, TRIED_RELEASE):
        rule = DecisionRule({}, smooth=smooth, release=release, hop=each)
        spans = [_spans(of, rule, limits, columns) for of in heard]
        for gap, least in product(TRIED_GAPS, TRIED_DURATIONS):
            f1s = [_f1(placed, spans, i, gap, least) for i in range(len(columns))]
            yield replace(rule, merge_gap=gap, min_duration=least), np.reshape(f1s, (len(wanted), TRIED))


def _f1(placed, spans, column, gap, least):
    """F1 of one column over all timelines."""
    label, pairs = column // TRIED, zip(placed, spans, strict=True)
    return events.f1([events.hits_of_label(of[label], _joined(one[column], gap, least)) for of, one in pairs])


def _spans(heard, rule, limits, columns):
    """[(n, 2) start and end in seconds] of each column, by start, no gap closed and none too short."""
    stream = RuleStream(replace(rule, merge_gap=0.0, min_duration=0.0), limits, columns, rule.hop, rule.hop)
    stream.add(heard.probabilities)
    stream.finish()
    found = np.array([(of.label, of.first, of.last) for of in stream.closed], int).reshape(-1, 3)
    found = found[np.lexsort((found[:, 1], found[:, 0]))]
    times = np.maximum(0, (found[:, 1:] + [-0.5, 0.5]) * rule.hop)
    times[:, 1] = np.where((found[:, 2] + 1) * rule.hop >= heard.seconds, heard.seconds, times[:, 1])
    return np.split(times, np.searchsorted(found[:, 0], np.arange(1, len(columns))))


def _joined(spans, gap, least):
    """(n, 2) spans, gaps of up to `gap` seconds closed, those of less than `least` seconds left out."""
    if not len(spans):
        return spans
    is_apart = spans[1:, 0] - spans[:-1, 1] > gap + SLACK
    joined = np.stack([spans[np.r_[True, is_apart], 0], spans[np.r_[is_apart, True], 1]], axis=1)
    return joined[joined[:, 1] - joined[:, 0] >= least - SLACK]
