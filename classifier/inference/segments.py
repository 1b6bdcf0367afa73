"""Segments of a recording, by the decision rule, as its windows come: stretches in which a label is recognised.

Memory holds the segments of a recording and the probabilities of a few windows, however long it is.
"""

from dataclasses import dataclass, field

import numpy as np

from classifier.records.audio_format import AudioFormat
from classifier.scoring.decision_rule import DecisionRule, RuleStream, Span


@dataclass(frozen=True)
class Segment:
    """Windows of one label that touch or overlap.

    Attributes:
        label: its name.
        start, end: seconds.
        peak, mean: of the label's probability, 0 to 1, in the windows in which it is recognised; windows of a gap that
            DecisionRule.merge_gap closes are left out.
    """

    label: str
    start: float
    end: float
    peak: float
    mean: float


@dataclass
class SegmentMerger:
    """Takes the probabilities of the windows of one recording, in order, and gives its segments at the end.

    Attributes:
        rule: that decides.
        labels: in the order of the model's outputs.
        audio_format: of the windows.
        hop: samples from the start of a window to that of the next.
        independent: as of RuleStream.
    """

    rule: DecisionRule
    labels: tuple[str, ...]
    audio_format: AudioFormat
    hop: int
    independent: bool = False
    n_windows: int = field(default=0, init=False)
    _n_heard: int = field(default=0, init=False)

    def __post_init__(self):
        self._rate, self._length = self.audio_format.sample_rate, self.audio_format.window_length
        hop, length = self.hop / self._rate, self._length / self._rate
        self._stream = RuleStream.of(self.rule, self.labels, hop, length, self.independent)
        self._total = np.zeros((1, len(self.labels)))

    def add(self, probabilities: np.ndarray) -> None:
        """Take the next windows; probabilities: (windows, labels) in 0 to 1."""
        self.n_windows += len(probabilities)
        self._n_heard += int(np.count_nonzero(probabilities.any(axis=1)))
        self._total = np.concatenate([self._total, probabilities]).sum(axis=0, keepdims=True)
        self._stream.add(probabilities)

    def finish(self, n_samples: int) -> list[Segment]:
        """The segments, by start.

        Args:
            n_samples: of the recording; no segment ends behind it.
        """
        self._stream.finish()
        latest = max(0, n_samples - self._length)  # where the last window starts
        spans = [
            (min(of.first * self.hop, latest), min(self._end(of), n_samples), of.label, of.peak, of.total / of.n)
            for of in self._joined(latest)
        ]
        return [
            Segment(self.labels[label], first / self._rate, end / self._rate, peak, mean)
            for first, end, label, peak, mean in sorted(spans, key=lambda span: (span[0], span[2]))
            if self._stream.is_long((end - first) / self._rate)
        ]

    @property
    def mean(self) -> np.ndarray:
        """(labels,) mean probability of all windows in which something is heard (metrics.heard), not smoothed."""
        return self._total[0] / max(1, self._n_heard)

    def _end(self, span: Span) -> int:
        return span.last * self.hop + self._length

    def _joined(self, latest: int) -> list[Span]:
        """The closed segments; the last window, which starts earlier than it seemed, may close a gap."""
        kept: dict[int, Span] = {}  # of each label, the last
        found = []
        for span in self._stream.closed:
            before = kept.get(span.label)
            is_last = span.first == self.n_windows - 1
            if before and is_last and self._stream.is_joined((latest - self._end(before)) / self._rate):
                before.last, before.peak = span.last, max(before.peak, span.peak)
                before.n, before.total = before.n + span.n, before.total + span.total
            else:
                found.append(span)
                kept[span.label] = span
        return found
