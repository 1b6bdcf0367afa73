"""From the nearest windows to stretches of recordings: neighbours that are as near are one sound."""

from dataclasses import dataclass

from classifier.inference.similarity.exact import Nearest
from classifier.inference.similarity.store import Owners

AS_NEAR = 0.9  # of a stretch's best score: windows beside it that reach this belong to it


@dataclass
class Stretch:
    """Windows of one recording that are near a query.

    Attributes:
        recording: index into the recordings.
        first, last: numbers of its windows.
        like: which of the recordings that were given it is nearest to.
        best: score of its best window.
        total, n: sum of the scores of its windows, and how many these are.
    """

    recording: int
    first: int
    last: int
    like: int
    best: float
    total: float
    n: int = 1

    @property
    def mean(self) -> float:
        """The mean of the scores of its windows."""
        return self.total / self.n


def stretches(
    nearest: Nearest, owners: Owners, like: list[int], top: int, windows_per_length: float
) -> tuple[list[Stretch], bool]:
    """The best stretches, best first.

    A window that touches or overlaps a stretch and is nearly as near belongs to it. One that overlaps it and is less
    near is the same sound half heard, and is left out.

    Args:
        nearest: windows.
        owners: of their rows.
        like: of which recording each query is.
        top: how many stretches.
        windows_per_length: windows that start within the length of one.

    Returns:
        The stretches, and whether more windows could change them: there were too few.
    """
    found: list[Stretch] = []
    of_recording: dict[int, list[Stretch]] = {}
    for row, score, query in zip(*(column.tolist() for column in nearest), strict=True):
        recording, window = owners.of(row)
        known = of_recording.setdefault(recording, [])
        near = [one for one in known if _apart(one, window) <= windows_per_length]
        joined = next((one for one in near if score >= AS_NEAR * one.best), None)
        if joined:
            joined.first, joined.last = min(joined.first, window), max(joined.last, window)
            joined.total, joined.n = joined.total + score, joined.n + 1
        elif not any(_apart(one, window) < windows_per_length for one in near):
            if len(found) == top:
                return found, False
            known.append(Stretch(recording, window, window, like[query], score, score))
            found.append(known[-1])
    return found, True


def _apart(stretch: Stretch, window: int) -> int:
    """Windows between the nearest start in a stretch and that of a window."""
    return max(stretch.first - window, window - stretch.last, 0)
