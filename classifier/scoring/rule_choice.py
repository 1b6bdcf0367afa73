"""The decision rule of a model, chosen by its misses and false alarms on timelines.

A miss is a placed event in which its label is never reported; a false alarm is a reported segment that overlaps no
event. The rule with the fewest misses is chosen, of those whose false alarms per hour stay under a bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from classifier.scoring.decision_rule import DecisionRule, RuleStream
from classifier.scoring.thresholds import FalseAlarms, in_order, rates

PER_HOUR = 1.0  # false alarms of a label that are allowed
TRIED = 48  # thresholds, evenly spread over log odds
LOG_ODDS = (-2.0, 8.5)  # of the lowest and the highest threshold tried: 0.12 and 0.9998
DIGITS = 4  # of a threshold
SMOOTH = (1, 3)  # windows
N_OF_M = ((1, 1), (2, 3))
WINDOWS_LONG = (1.0, 1.5)  # least duration, in windows; one window is none
RELEASE = (1.0, 0.5)


@dataclass(frozen=True)
class Placed:
    """An event of a timeline. label: its name; start, end: seconds."""

    label: str
    start: float
    end: float


@dataclass(frozen=True)
class Heard:
    """What a model hears in a timeline.

    Attributes:
        probabilities: (windows, labels).
        events: by start; they do not overlap.
        seconds: length of the timeline.
    """

    probabilities: np.ndarray
    events: tuple[Placed, ...]
    seconds: float


@dataclass(frozen=True, kw_only=True)
class TimelineScore(FalseAlarms):
    """What a rule does to a label on timelines. threshold: of the label; events: placed; missed: never reported."""

    threshold: float
    events: int
    missed: int


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """A point of a DET curve. misses: share of the events; false_alarms_per_hour: of the label."""

    threshold: float
    misses: float
    false_alarms_per_hour: float


@dataclass(frozen=True, kw_only=True)
class RuleScores:
    """{label: score} of the chosen rule and of the default rule: thresholds alone, each window for itself."""

    chosen: dict[str, TimelineScore]
    default: dict[str, TimelineScore]


@dataclass(frozen=True, kw_only=True)
class DecisionRecord:
    """How the decision rule of a model was chosen; run.json keeps it.

    Attributes:
        rule: None where the default rule is used.
        why_default: why it is; None where a rule was chosen.
        per_hour: false alarms of a label that were allowed.
        minutes: {split: of background recordings, each counted once}.
        validation, test: what the rules do there; the test split only reports. None where it is too small.
        curves: {label: DET curve of the chosen rule, by threshold}, on the test split, else on validation.
    """

    rule: DecisionRule | None
    why_default: str | None
    per_hour: float
    minutes: dict[str, float]
    validation: RuleScores | None = None
    test: RuleScores | None = None
    curves: dict[str, list[CurvePoint]] | None = None


@dataclass(frozen=True)
class _Counts:
    """Of columns: false alarms and events missed; hours without an event, events of each column's label."""

    alarms: np.ndarray
    missed: np.ndarray
    hours: float
    events: np.ndarray


def structures(length: float, hop: float) -> list[DecisionRule]:
    """The rules that are tried, without thresholds, the simplest first; length, hop: seconds."""
    return [
        DecisionRule({}, smooth, needed, among, length * windows if windows > 1 else 0.0, release, hop=hop)
        for smooth in SMOOTH
        for needed, among in N_OF_M
        for windows in WINDOWS_LONG
        for release in RELEASE
    ]


def choose(
    heard: Sequence[Heard],
    labels: Sequence[str],
    wanted: Sequence[str],
    hop: float,
    length: float,
    per_hour: float = PER_HOUR,
) -> DecisionRule:
    """The rule with the fewest misses, of those whose false alarms per hour stay under a bound.

    Where no threshold of a label stays under it, the one with the fewest false alarms is taken. Of equal rules the
    simplest is taken, and of equal thresholds the one in the middle.

    Args:
        heard: timelines of the validation split.
        labels: in the order of the columns.
        wanted: labels that are reported.
        hop, length: seconds from one window to the next, and of a window.
        per_hour: false alarms of one label.
    """
    best, chosen = None, DecisionRule()
    for rule in structures(length, hop):
        thresholds, cost = {}, np.zeros(2)
        for label, tried, counts in _swept(heard, labels, wanted, rule, length):
            over = np.maximum(0, counts.alarms - (per_hour * counts.hours + 1e-9))
            least = np.lexsort((counts.missed, over))[0]
            equal = np.flatnonzero((over == over[least]) & (counts.missed == counts.missed[least]))
            thresholds[label] = float(tried[equal[len(equal) // 2]])
            cost += [over[least], counts.missed[least] / max(1, counts.events[0])]
        if best is None or tuple(cost) < best:
            best, chosen = tuple(cost), replace(rule, thresholds=thresholds)
    return chosen


def measure(
    heard: Sequence[Heard], labels: Sequence[str], rule: DecisionRule, hop: float, length: float
) -> dict[str, TimelineScore]:
    """What a rule does on timelines, label by label of its thresholds; arguments are those of `choose`."""
    wanted = list(rule.thresholds)
    columns = np.array([labels.index(label) for label in wanted])
    counts = _counted(heard, labels, rule, in_order(rule.thresholds, labels)[columns], columns, hop, length)
    return {
        label: TimelineScore(
            threshold=rule.thresholds[label],
            events=int(counts.events[i]),
            missed=int(counts.missed[i]),
            **rates(int(counts.alarms[i]), counts.hours),
        )
        for i, label in enumerate(wanted)
    }


def curves(
    heard: Sequence[Heard], labels: Sequence[str], rule: DecisionRule, hop: float, length: float
) -> dict[str, list[CurvePoint]]:
    """{label: misses against false alarms per hour} of a rule at other thresholds; arguments are those of `measure`."""
    found = {}
    for label, tried, counts in _swept(heard, labels, list(rule.thresholds), replace(rule, hop=hop), length):
        if counts.hours and counts.events[0]:
            rows = zip(tried, counts.missed / counts.events, counts.alarms / counts.hours, strict=True)
            found[label] = [
                CurvePoint(threshold=float(t), misses=float(m), false_alarms_per_hour=float(a)) for t, m, a in rows
            ]
    return found


def _swept(heard, labels, wanted, rule, length):
    """(label, (n,) thresholds, their counts) of a rule at each threshold that is tried."""
    tried = np.round(1 / (1 + np.exp(-np.linspace(*LOG_ODDS, TRIED))), DIGITS)
    columns = np.repeat([labels.index(label) for label in wanted], TRIED)
    counts = _counted(heard, labels, rule, np.tile(tried, len(wanted)), columns, rule.hop, length)
    for i, label in enumerate(wanted):
        own = slice(i * TRIED, (i + 1) * TRIED)
        yield label, tried, _Counts(counts.alarms[own], counts.missed[own], counts.hours, counts.events[own])


def _counted(heard, labels, rule, limits, columns, hop, length):
    alarms, missed, events = (np.zeros(len(limits), int) for _ in range(3))
    silent = 0.0
    for of in heard:
        stream = RuleStream(rule, limits, columns, hop, length)
        stream.add(of.probabilities)
        stream.finish()
        spans = np.array([(span.label, span.first, span.last) for span in stream.closed], int).reshape(-1, 3)
        starts, ends = spans[:, 1] * hop, np.minimum(spans[:, 2] * hop + length, of.seconds)
        is_reported = stream.is_long(ends - starts)
        column, starts, ends = spans[is_reported, 0], starts[is_reported], ends[is_reported]
        begun, over = (np.array([getattr(event, name) for event in of.events]) for name in ("start", "end"))
        first, behind = np.searchsorted(over, starts, "right"), np.searchsorted(begun, ends, "left")
        alarms += np.bincount(column[first >= behind], minlength=len(limits))
        found = np.zeros((len(limits), len(of.events)), bool)
        for i in range(int((behind - first).max(initial=0))):
            overlaps = first + i < behind
            found[column[overlaps], first[overlaps] + i] = True
        own = columns[:, None] == np.array([labels.index(event.label) for event in of.events], int)
        missed += (own & ~found).sum(axis=1)
        events += own.sum(axis=1)
        silent += of.seconds - float(np.sum(over - begun))
    return _Counts(alarms, missed, silent / 3600, events)
