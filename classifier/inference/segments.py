"""Merge windows into segments, as they come: stretches of a recording in which a label is recognised.

Memory holds the segments of a recording and the probabilities of a few windows, however long it is.
"""

from dataclasses import dataclass, field

import numpy as np

from classifier.records.audio_format import AudioFormat
from classifier.scoring.thresholds import in_order, reached


@dataclass(frozen=True)
class Segment:
    """Windows of one label that touch or overlap.

    Attributes:
        label: its name.
        start, end: seconds.
        peak, mean: of the label's probability, 0 to 1, in the windows in which it is recognised; windows of a gap that
            SegmentRules.merge_gap closes are left out.
    """

    label: str
    start: float
    end: float
    peak: float
    mean: float


@dataclass(frozen=True)
class SegmentRules:
    """In which windows a label is recognised, and which of them become a segment.

    Attributes:
        labels: in the order of the model's outputs.
        thresholds: {label: least probability}; a label without one needs none.
        independent: every label that reaches its threshold is recognised in a window; else the most probable, or none.
        smooth: odd number of windows, whose mean stands for the one in the middle.
        merge_gap: seconds between two segments of a label that become one.
        min_duration: seconds; shorter segments are left out.
    """

    labels: tuple[str, ...]
    thresholds: dict[str, float]
    independent: bool = False
    smooth: int = 1
    merge_gap: float = 0.0
    min_duration: float = 0.0


@dataclass
class _OpenSegment:
    """A segment that may go on. label: its index; first, last: windows; n, total, peak: of the label's probability."""

    label: int
    first: int
    last: int
    n: int = 0
    total: float = 0.0
    peak: float = 0.0


@dataclass
class SegmentMerger:
    """Takes the probabilities of the windows of one recording, in order, and gives its segments at the end.

    Attributes:
        rules: of the segments.
        audio_format: of the windows.
        hop: samples from the start of a window to that of the next.
    """

    rules: SegmentRules
    audio_format: AudioFormat
    hop: int
    n_windows: int = field(default=0, init=False)
    _n_heard: int = field(default=0, init=False)
    _n_decided: int = field(default=0, init=False)

    def __post_init__(self):
        n_labels = len(self.rules.labels)
        self._rate, self._length = self.audio_format.sample_rate, self.audio_format.window_length
        self._limits = in_order(self.rules.thresholds, list(self.rules.labels))
        self._total = np.zeros((1, n_labels))
        self._waiting = np.zeros((self.rules.smooth // 2, n_labels + 1))  # their neighbours have not come yet
        self._open: dict[int, _OpenSegment] = {}
        self._closed: list[_OpenSegment] = []

    def add(self, probabilities: np.ndarray) -> None:
        """Take the next windows; probabilities: (windows, labels) in 0 to 1."""
        self.n_windows += len(probabilities)
        self._n_heard += int(np.count_nonzero(probabilities.any(axis=1)))
        self._total = np.concatenate([self._total, probabilities]).sum(axis=0, keepdims=True)
        self._decide(self._smoothed(np.pad(probabilities.astype("float64"), ((0, 0), (0, 1)), constant_values=1)))

    def finish(self, n_samples: int) -> list[Segment]:
        """The segments, by start.

        Args:
            n_samples: of the recording; no segment ends behind it.
        """
        self._decide(self._smoothed(np.zeros((self.rules.smooth // 2, len(self.rules.labels) + 1))))
        self._closed += self._open.values()
        self._open = {}
        latest = max(0, n_samples - self._length)  # where the last window starts
        spans = [
            (min(of.first * self.hop, latest), min(self._end(of), n_samples), of.label, of.peak, of.total / of.n)
            for of in self._joined(latest)
        ]
        shortest = self.rules.min_duration * self._rate - 0.5  # half a sample: seconds seldom are whole samples
        return [
            Segment(self.rules.labels[label], first / self._rate, end / self._rate, peak, mean)
            for first, end, label, peak, mean in sorted(spans, key=lambda span: (span[0], span[2]))
            if end - first >= shortest
        ]

    @property
    def mean(self) -> np.ndarray:
        """(labels,) mean probability of all windows in which something is heard (metrics.heard), not smoothed."""
        return self._total[0] / max(1, self._n_heard)

    def _smoothed(self, rows: np.ndarray) -> np.ndarray:
        """Means over neighbours, of the windows whose neighbours are all known by now.

        The last column counts: it is 1 for a window, and 0 for what stands in where a recording has no more of them.
        """
        rows = np.concatenate([self._waiting, rows])
        n = max(0, len(rows) - self.rules.smooth + 1)
        self._waiting = rows[n:]
        sums = sum((rows[i : n + i] for i in range(self.rules.smooth)), start=np.zeros((n, rows.shape[1])))
        return sums[:, :-1] / sums[:, -1:]

    def _decide(self, rows: np.ndarray) -> None:
        if self.rules.independent:
            recognised = np.argwhere(rows >= self._limits).tolist()
        else:
            best = reached(rows, self._limits)
            recognised = [(i, best[i]) for i in np.flatnonzero(best >= 0).tolist()]
        for i, label in recognised:
            self._extend(int(label), self._n_decided + i, float(rows[i, label]))
        self._n_decided += len(rows)

    def _extend(self, label: int, window: int, probability: float) -> None:
        segment = self._open.get(label)
        if segment and not self._reaches(segment, window * self.hop):
            self._closed.append(self._open.pop(label))
            segment = None
        segment = segment or self._open.setdefault(label, _OpenSegment(label, window, window))
        segment.last = window
        segment.n += 1
        segment.total += probability
        segment.peak = max(segment.peak, probability)

    def _end(self, segment: _OpenSegment) -> int:
        return segment.last * self.hop + self._length

    def _reaches(self, segment: _OpenSegment, start: int) -> bool:
        """Whether a window that starts at a sample goes on with a segment."""
        return start - self._end(segment) <= self.rules.merge_gap * self._rate + 0.5

    def _joined(self, latest: int) -> list[_OpenSegment]:
        """The closed segments; the last window, which starts earlier than it seemed, may close a gap."""
        kept: dict[int, _OpenSegment] = {}  # of each label, the last
        found = []
        for segment in self._closed:
            before = kept.get(segment.label)
            if before and segment.first == self.n_windows - 1 and self._reaches(before, latest):
                before.last, before.peak = segment.last, max(before.peak, segment.peak)
                before.n, before.total = before.n + segment.n, before.total + segment.total
            else:
                found.append(segment)
                kept[segment.label] = segment
        return found
