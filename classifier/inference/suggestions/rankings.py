"""Rank the windows of many recordings, recording by recording: memory holds the best of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from classifier.inference.writers import Classified
from classifier.scoring import suggestions


class Candidate(NamedTuple):
    """A window: score, file of its recording (Classified.file), its number, and where it starts in seconds."""

    score: float
    file: str
    window: int
    start: float


@dataclass
class Best:
    """The best windows that were added, no two of a recording near each other.

    Attributes:
        n: how many are kept.
        apart: seconds between two of one recording.
    """

    n: int
    apart: float
    _found: list[Candidate] = field(default_factory=list)

    def add(self, file: str, scores: np.ndarray, starts: np.ndarray) -> None:
        """Take the windows of a recording: (windows,) scores, -inf for none, and starts in seconds."""
        chosen = suggestions.spaced(scores, starts, self.n, self.apart)
        self._found += [Candidate(float(scores[i]), file, int(i), float(starts[i])) for i in chosen]
        if len(self._found) > 4 * self.n:
            self._found = self.ranked

    @property
    def ranked(self) -> list[Candidate]:
        """The best, best first."""
        return sorted(self._found, key=lambda one: (-one.score, one.file, one.window))[: self.n]


class Uncertain:
    """Windows in which the model can decide least."""

    def __init__(self, n: int, apart: float) -> None:
        self.best = Best(n, apart)

    def add(self, recording: Classified, other: Classified | None = None) -> None:
        """Take the windows of a recording."""
        windows = _windows(recording)
        scores = suggestions.uncertainty(windows, recording.independent)
        self.best.add(recording.file, _heard(scores, windows), np.array(recording.starts))

    @property
    def ranked(self) -> list[Candidate]:
        """The best, best first."""
        return self.best.ranked


class Disagreement(Uncertain):
    """Windows of which two models say the most different.

    Args:
        order: for each label of the first model, its column in the second.
    """

    def __init__(self, n: int, apart: float, order: Sequence[int]) -> None:
        super().__init__(n, apart)
        self.order = list(order)

    def add(self, recording: Classified, other: Classified | None = None) -> None:
        """Take the windows of a recording, and what the other model says of it; None: it could not read it."""
        if other is not None:
            windows, starts = _windows(recording), np.array(recording.starts)
            scores = suggestions.disagreement(windows, aligned(other, starts, recording.window_seconds)[:, self.order])
            self.best.add(recording.file, _heard(scores, windows), starts)


class Rare:
    """Windows in which the model is sure of a label that it seldom gives."""

    def __init__(self, n: int, apart: float, n_labels: int) -> None:
        self.n = n
        self._of_label = [Best(n, apart) for _ in range(n_labels)]
        self._counts = np.zeros(n_labels, int)

    def add(self, recording: Classified, other: Classified | None = None) -> None:
        """Take the windows of a recording."""
        windows, starts = _windows(recording), np.array(recording.starts)
        confidence, labels = _heard(windows.max(axis=1), windows), windows.argmax(axis=1)
        for label in np.unique(labels[confidence > -np.inf]).tolist():
            is_own = labels == label
            self._counts[label] += np.count_nonzero(is_own & (confidence > -np.inf))
            self._of_label[label].add(recording.file, np.where(is_own, confidence, -np.inf), starts)

    @property
    def ranked(self) -> list[Candidate]:
        """The best, best first."""
        found = [(label, one) for label, best in enumerate(self._of_label) for one in best.ranked]
        if not found:
            return []
        labels, candidates = zip(*found, strict=True)
        confidence = np.array([one.score for one in candidates])
        order = suggestions.rare_first(confidence, np.array(labels), self._counts)
        return [candidates[i] for i in order[: self.n]]


def aligned(other: Classified, starts: np.ndarray, seconds: float) -> np.ndarray:
    """What another model says of windows: the mean over those of its own that overlap each.

    Args:
        starts: (windows,) seconds, ascending.
        seconds: length of a window.

    Returns:
        (windows, labels) probabilities.
    """
    own, theirs = np.array(other.starts), _windows(other).astype("float64")
    first = np.searchsorted(own + other.window_seconds, starts, "right").clip(max=len(own) - 1)
    last = np.maximum(np.searchsorted(own, starts + seconds, "left"), first + 1)
    sums = np.concatenate([np.zeros((1, theirs.shape[1])), theirs.cumsum(axis=0)])
    return (sums[last] - sums[first]) / (last - first)[:, None]


def in_turn(rankings: Sequence[Sequence[tuple[str, Candidate]]], n: int, apart: float) -> list[tuple[str, Candidate]]:
    """The first of each ranking, then the second of each ..., without those near one that is there already."""
    chosen: list[tuple[str, Candidate]] = []
    for place in range(max(map(len, rankings), default=0)):
        for ranking in rankings:
            if place < len(ranking) and len(chosen) < n:
                _, new = ranking[place]
                if not any(_is_near(one, new, apart) for _, one in chosen):
                    chosen.append(ranking[place])
    return chosen


def _is_near(one: Candidate, other: Candidate, apart: float) -> bool:
    return one.file == other.file and (one.window == other.window or abs(one.start - other.start) < apart)


def _windows(recording: Classified) -> np.ndarray:
    assert recording.windows is not None  # they were asked for
    return recording.windows


def _heard(scores: np.ndarray, windows: np.ndarray) -> np.ndarray:
    """(windows,) scores, -inf for digital silence, of which all probabilities are 0."""
    return np.where(windows.any(axis=1), scores, -np.inf)
