"""From answers about windows, as they come, to segments: stretches of a recording in which a label is heard.

What is kept of a recording are its segments and the answers about a few windows, however long it is.
"""

from dataclasses import dataclass

import numpy as np

from classifier.scoring.thresholds import in_order, reached


@dataclass(frozen=True)
class Segment:
    """Windows of one label that touch or overlap. start, end: seconds. peak, mean: of the label's probability in them.

    Windows that `merge_gap` bridges, in which it is not heard, are left out of peak and mean.
    """

    label: str
    start: float
    end: float
    peak: float
    mean: float


@dataclass(frozen=True)
class Rules:
    """What makes a label heard, and windows a segment.

    labels: names, in the order of the model's answers.
    thresholds: {label: how probable it must be}; a label without one needs none.
    independent: every label that reaches its threshold is heard in a window; otherwise the most probable, or none.
    smooth: odd number of windows, the mean of which stands for the one in the middle.
    merge_gap: seconds between two segments of a label that are bridged.
    min_duration: seconds; shorter segments are left out.
    """

    labels: tuple
    thresholds: dict
    independent: bool = False
    smooth: int = 1
    merge_gap: float = 0.0
    min_duration: float = 0.0


class Merger:
    """Probabilities of the windows of one recording go in, in order; segments come out at the end."""

    def __init__(self, rules, audio_format, hop):
        """hop: samples from one window to the next."""
        self.rules, self.hop = rules, hop
        self.rate, self.length = audio_format.sample_rate, audio_format.window_length
        self.limits = in_order(rules.thresholds, list(rules.labels))
        self.n_windows, self.total = 0, np.zeros((1, len(rules.labels)))
        self.waiting = np.zeros((rules.smooth // 2, len(rules.labels) + 1))  # their neighbours have not come yet
        self.n_heard, self.open, self.found = 0, {}, []

    def add(self, probabilities):
        """probabilities: (windows, labels)."""
        self.n_windows += len(probabilities)
        self.total = np.concatenate([self.total, probabilities]).sum(axis=0, keepdims=True)
        self._hear(self._smoothed(np.pad(probabilities.astype("float64"), ((0, 0), (0, 1)), constant_values=1)))

    def finish(self, n_samples):
        """The segments of a recording of so many samples, by start, in which none goes on behind its end."""
        self._hear(self._smoothed(np.zeros((self.rules.smooth // 2, len(self.rules.labels) + 1))))
        for label in list(self.open):
            self._close(label)
        spans = [(first, min(end, n_samples), *rest) for first, end, *rest in self.found]
        shortest = self.rules.min_duration * self.rate - 0.5  # half a sample: seconds seldom are whole samples
        return [
            Segment(self.rules.labels[label], first / self.rate, end / self.rate, peak, mean)
            for first, end, label, peak, mean in sorted(spans, key=lambda span: (span[0], span[2]))
            if end - first >= shortest
        ]

    @property
    def mean(self):
        """(labels,) of all windows, not smoothed."""
        return self.total[0] / self.n_windows

    def _smoothed(self, rows):
        """Means over neighbours, of the windows whose neighbours are all known by now.

        The last column counts: it is 1 for a window, and 0 for what stands in where a recording has no more of them.
        """
        rows = np.concatenate([self.waiting, rows])
        n = max(0, len(rows) - self.rules.smooth + 1)
        self.waiting = rows[n:]
        sums = sum(rows[i : n + i] for i in range(self.rules.smooth))
        return sums[:, :-1] / sums[:, -1:]

    def _hear(self, rows):
        if self.rules.independent:
            heard = np.argwhere(rows >= self.limits).tolist()
        else:
            best = reached(rows, self.limits)
            heard = [(i, best[i]) for i in np.flatnonzero(best >= 0).tolist()]
        for i, label in heard:
            self._extend(int(label), self.n_heard + i, float(rows[i, label]))
        self.n_heard += len(rows)

    def _extend(self, label, window, probability):
        held = self.open.get(label)
        if held and (window - held[1]) * self.hop - self.length > self.rules.merge_gap * self.rate + 0.5:
            self._close(label)
            held = None
        first, _, n, total, peak = held or (window, window, 0, 0.0, 0.0)
        self.open[label] = first, window, n + 1, total + probability, max(peak, probability)

    def _close(self, label):
        first, last, n, total, peak = self.open.pop(label)
        self.found.append((first * self.hop, last * self.hop + self.length, label, peak, total / n))
