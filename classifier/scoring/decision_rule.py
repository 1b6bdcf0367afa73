"""The decision rule: from the probabilities of windows, in order, to labels and segments.

One streaming implementation serves recordings, live listening and the choice of a rule. export/snippets/ holds the same
rule for apps; tests/decision_rule.json holds what all of them must decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from classifier.core.bounds import check_range
from classifier.core.errors import InputError
from classifier.scoring.thresholds import in_order

SLACK = 1e-4  # seconds; times in seconds seldom are whole samples


@dataclass(frozen=True)
class DecisionRule:
    """When a label is recognised in a stream of windows.

    A window counts for a label that has its largest smoothed probability (or, where labels are independent, for any)
    if that is more than 0 and reaches the label's threshold. A segment begins when `needed` of the last `among` windows
    count, with the first of these. It goes on with a window that counts, and with one that follows at once and stays
    over the release threshold. It is reported from the window on with which it is `min_duration` long.

    Attributes:
        thresholds: {label: least probability}; a label without one needs none.
        smooth: odd number of windows, whose mean stands for the one in the middle.
        needed, among: N of M.
        min_duration: seconds; shorter segments are not reported.
        release: the release threshold, as a share of the threshold; 1 is no hysteresis.
        merge_gap: seconds between two segments of a label that become one.
        hop: seconds between the windows that the rule was chosen on; None: any.

    Raises:
        InputError: a value is outside its range.
    """

    thresholds: dict[str, float] = field(default_factory=dict)
    smooth: int = 1
    needed: int = 1
    among: int = 1
    min_duration: float = 0.0
    release: float = 1.0
    merge_gap: float = 0.0
    hop: float | None = None

    def __post_init__(self):
        for label, threshold in self.thresholds.items():
            check_range(f"threshold of {label!r}", threshold, "a probability", 0, 1)
        if self.smooth < 1 or self.smooth % 2 == 0:
            raise InputError(f"smooth {self.smooth}: give an odd number of windows, so that one is in the middle")
        if not 1 <= self.needed <= self.among:
            raise InputError(f"{self.needed} of {self.among} windows: give N of M with 1 <= N <= M")
        check_range("min_duration", self.min_duration, "seconds", 0)
        check_range("release", self.release, "a share of the threshold", 0, 1)
        check_range("merge_gap", self.merge_gap, "seconds", 0)
        if self.hop is not None and not 0 < self.hop < np.inf:
            raise InputError(f"hop {self.hop:g}: give seconds, more than 0")

    @property
    def is_thresholds_alone(self) -> bool:
        """Whether each window is decided for itself."""
        return (self.smooth, self.among, self.min_duration, self.release) == (1, 1, 0, 1)


@dataclass
class Span:
    """A segment as numbers of windows. label: index of the column; n, total, peak: of its smoothed probabilities."""

    label: int
    first: int
    last: int
    n: int
    total: float
    peak: float


@dataclass(frozen=True)
class Decided:
    """The windows that `add` has decided.

    Attributes:
        probabilities: (windows, labels), smoothed.
        reported: (windows, columns) whether a segment that is reported holds the window.
        wanted: (columns,) whether the label has a threshold; background has none.
    """

    probabilities: np.ndarray
    reported: np.ndarray
    wanted: np.ndarray

    @property
    def labels(self) -> list[int | None]:
        """The most probable of the labels that are reported in each window, or None; columns must be labels.

        Background that is more probable than a label that goes on over its release threshold does not hide it.
        """
        best = np.where(self.reported, self.probabilities + self.wanted, -1.0).argmax(axis=1)
        return [int(i) if row[i] else None for i, row in zip(best, self.reported, strict=True)]

    @property
    def ranked(self) -> list[list[int]]:
        """All labels that are reported in each window, the most probable first; columns must be labels."""
        order = np.argsort(-self.probabilities, axis=1, kind="stable")
        return [[int(i) for i in ranked if row[i]] for ranked, row in zip(order, self.reported, strict=True)]


class RuleStream:
    """A rule at work on one stream of windows; memory does not grow with the stream, but for `closed`.

    Args:
        rule: its thresholds are in `limits`.
        limits: (columns,) thresholds. Several columns of one label are decided beside each other.
        labels: (columns,) index of each column's label.
        hop, length: seconds from one window to the next, and of a window.
        independent: whether each label has a probability of its own, so that several may be right at once.
        seconds: of a recording whose last window ends with it, and so begins earlier than a hop after the one before.

    Attributes:
        closed: segments that have ended, by their end; `finish` ends all.
    """

    def __init__(
        self,
        rule: DecisionRule,
        limits: np.ndarray,
        labels: np.ndarray,
        hop: float,
        length: float,
        independent: bool = False,
        seconds: float = np.inf,
    ):
        self.rule, self.limits, self.labels, self.independent = rule, limits, labels, independent
        self.hop, self.length, self.seconds = hop, length, seconds
        self.closed: list[Span] = []
        hysteresis = (rule.release < 1) & (limits > 0)  # every probability reaches a threshold of 0, and none releases
        self._release = np.where(hysteresis, rule.release * limits, np.inf)
        columns, self._n = len(limits), 0
        self._first, self._last = np.zeros(columns, int), np.full(columns, -2)
        self._open = np.zeros(columns, bool)
        self._windows, self._total, self._peak = np.zeros(columns, int), np.zeros(columns), np.zeros(columns)
        self._counting = np.zeros((rule.among, columns), bool)  # the last windows that count and are in no segment
        self._counted = np.zeros((rule.among, columns))  # their probabilities
        self._waiting: np.ndarray | None = None  # windows whose neighbours have not come yet

    @classmethod
    def of(
        cls,
        rule: DecisionRule,
        labels: Sequence[str],
        hop: float,
        length: float,
        independent: bool = False,
        seconds: float = np.inf,
    ) -> "RuleStream":
        """A stream with a column per label; labels: in the order of the probabilities.

        Raises:
            InputError: the rule has a threshold for an unknown label.
        """
        return cls(rule, in_order(rule.thresholds, labels), np.arange(len(labels)), hop, length, independent, seconds)

    def add(self, probabilities: np.ndarray) -> Decided:
        """Take the next windows; decides those `smooth` // 2 windows before them.

        Args:
            probabilities: (windows, labels) in 0 to 1.
        """
        return self._decide(np.pad(np.asarray(probabilities, "float64"), ((0, 0), (0, 1)), constant_values=1))

    def finish(self) -> Decided:
        """The stream is over: decide the windows that still wait, and end all segments."""
        n_labels = int(self.labels.max()) + 1 if self._waiting is None else self._waiting.shape[1] - 1
        decided = self._decide(np.zeros((self.rule.smooth // 2, n_labels + 1)))
        self._close(self._open)
        return decided

    def whole(self, probabilities: np.ndarray) -> Decided:
        """All windows of a recording at once, as a listener hears of them; probabilities: (windows, labels)."""
        added, waited = self.add(probabilities), self.finish()
        smoothed, reported = (
            np.concatenate([getattr(one, name) for one in (added, waited)]) for name in ("probabilities", "reported")
        )
        return Decided(smoothed, reported, added.wanted)

    def is_long(self, seconds: float | np.ndarray) -> bool | np.ndarray:
        """Whether a segment of so many seconds is reported."""
        return seconds >= self.rule.min_duration - SLACK

    def is_joined(self, seconds: float | np.ndarray) -> bool | np.ndarray:
        """Whether a segment goes on after a gap of so many seconds; less than 0: they overlap."""
        return seconds <= self.rule.merge_gap + SLACK

    def _decide(self, rows):
        smoothed = self._smoothed(rows)
        reported = [self._step(row) for row in smoothed]
        return Decided(smoothed, np.array(reported, bool).reshape(len(smoothed), len(self.limits)), self.limits > 0)

    def _smoothed(self, rows):
        """Means over neighbours, of the windows whose neighbours are all known by now.

        The last column counts: it is 1 for a window, and 0 for what stands in where a recording has no more of them.
        """
        if self._waiting is None:
            self._waiting = np.zeros((self.rule.smooth // 2, rows.shape[1]))
        rows = np.concatenate([self._waiting, rows])
        n = max(0, len(rows) - self.rule.smooth + 1)
        self._waiting = rows[n:]
        sums = sum((rows[i : n + i] for i in range(self.rule.smooth)), start=np.zeros((n, rows.shape[1])))
        return sums[:, :-1] / sums[:, -1:]

    def _step(self, row):
        """Decide one smoothed window, (labels,); returns (columns,) whether it is reported."""
        window, self._n = self._n, self._n + 1
        values = row[self.labels]
        counts = (values >= self.limits) & (values > 0)  # all are 0 in digital silence
        if not self.independent:
            counts &= self.labels == row.argmax()
        reaches = self._open & self.is_joined((window - self._last) * self.hop - self.length)
        if (self._open & ~reaches).any():
            self._close(self._open & ~reaches)
        goes_on = reaches & counts | (self._last == window - 1) & (values >= self._release) & self._open
        self._windows[goes_on] += 1
        self._total[goes_on] += values[goes_on]
        np.maximum(self._peak, values, out=self._peak, where=goes_on)
        begins = self._begins(window, counts & ~goes_on, values)
        holds = goes_on | begins
        self._last[holds] = window
        began = np.minimum(self._first * self.hop, max(0, self.seconds - self.length))
        return holds & self.is_long(min(window * self.hop + self.length, self.seconds) - began)

    def _begins(self, window, counts, values):
        """(columns,) whether a segment begins, now that `needed` of the last `among` windows count."""
        place = window % self.rule.among
        self._counting[place], self._counted[place] = counts, values
        begins = counts & (self._counting.sum(axis=0) >= self.rule.needed)
        if begins.any():
            self._close(begins & self._open)
            held = self._counting[:, begins]
            ages = (place - np.arange(self.rule.among)) % self.rule.among
            self._first[begins] = window - np.where(held, ages[:, None], -1).max(axis=0)
            self._windows[begins] = held.sum(axis=0)
            self._total[begins] = np.where(held, self._counted[:, begins], 0).sum(axis=0)
            self._peak[begins] = np.where(held, self._counted[:, begins], 0).max(axis=0)
            self._counting[:, begins] = False
            self._open |= begins
        return begins

    def _close(self, which):
        for i in np.flatnonzero(which).tolist():
            of = int(self._first[i]), int(self._last[i]), int(self._windows[i])
            self.closed.append(Span(i, *of, float(self._total[i]), float(self._peak[i])))
        self._open &= ~which
