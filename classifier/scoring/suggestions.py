"""Which windows a person should listen to next: numbers in, numbers out.

Source: Settles, Active Learning Literature Survey, 2009; Sener & Savarese, ICLR 2018, arXiv 1708.00489 (k-center)
"""

import numpy as np


def uncertainty(probabilities: np.ndarray, independent: bool = False) -> np.ndarray:
    """How little a model can decide: 1 between two labels that are as probable, 0 where it is certain.

    Args:
        probabilities: (windows, labels).
        independent: whether each label has a probability of its own: then 1 is where one label is at 0.5.

    Returns:
        (windows,) in [0, 1].
    """
    if independent or probabilities.shape[1] == 1:
        return 1 - np.abs(2 * probabilities - 1).min(axis=1)
    second, best = np.partition(probabilities, -2, axis=1)[:, -2:].T
    return 1 - (best - second)


def disagreement(probabilities: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The largest difference between the probabilities that two models give one label.

    Args:
        probabilities, others: (windows, labels).

    Returns:
        (windows,) in [0, 1].
    """
    return np.abs(probabilities - others).max(axis=1)


def rare_first(confidence: np.ndarray, labels: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """An order in which labels that a model gives less often than the average take turns, the most certain first.

    Args:
        confidence: (windows,) probability of the most probable label.
        labels: (windows,) index of that label.
        counts: (labels,) windows in all recordings of which a label is the most probable one.

    Returns:
        (windows,) their numbers: of each of these labels the window that the model is surest of, the most seldom label
        first; then of each the second ...; all other labels in the same way at the end.
    """
    turn = np.empty(len(labels), int)
    for label in np.unique(labels):
        own = np.flatnonzero(labels == label)
        turn[own[np.argsort(-confidence[own], kind="stable")]] = np.arange(len(own))
    is_frequent = counts[labels] > counts.sum() / max(1, np.count_nonzero(counts))
    return np.lexsort((counts[labels], turn, is_frequent))


def k_center(values: np.ndarray, n: int, known: np.ndarray | None = None) -> np.ndarray:
    """The n rows that are farthest from all that is known, each counting as known from then on.

    Args:
        values: (rows, width) of length 1.
        n: of rows to choose, at most all.
        known: (m, width) of length 1; None: the row that is most like all others is the first.

    Returns:
        (n,) numbers of rows, in the order in which they were chosen.
    """
    n = min(n, len(values))
    nearest = np.full(len(values), -np.inf)  # cosine with what is most alike of all that is known
    for row in [] if known is None else known:
        np.maximum(nearest, values @ row, out=nearest)
    chosen = []
    for i in range(n):
        first = i == 0 and (known is None or not len(known))
        row = int((values @ values.mean(axis=0)).argmax() if first else nearest.argmin())
        chosen.append(row)
        np.maximum(nearest, values @ values[row], out=nearest)
        nearest[row] = np.inf
    return np.array(chosen, int)


def spaced(scores: np.ndarray, starts: np.ndarray, n: int, apart: float) -> np.ndarray:
    """The n best windows of a recording that are not near a better one.

    Args:
        scores: (windows,); -inf is never chosen.
        starts: (windows,) seconds.
        apart: seconds between two that are chosen.

    Returns:
        (n or fewer,) numbers of windows, best first.
    """
    left, chosen = scores.astype("float64"), []
    while len(chosen) < n and left.max(initial=-np.inf) > -np.inf:
        chosen.append(int(left.argmax()))
        left[np.abs(starts - starts[chosen[-1]]) < apart] = -np.inf
        left[chosen[-1]] = -np.inf
    return np.array(chosen, int)
