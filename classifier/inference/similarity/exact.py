"""The nearest embeddings, by looking at all of them: brute force, block by block, so that memory stays flat."""

from typing import NamedTuple

import numpy as np

from classifier.core.console import progress
from classifier.inference.similarity.store import Rows

BLOCK = 1 << 13  # rows


class Nearest(NamedTuple):
    """Rows, best first.

    Attributes:
        rows: (n,) their numbers.
        scores: (n,) float32 cosine with the query that is nearest, -1 to 1.
        queries: (n,) which query that is.
    """

    rows: np.ndarray
    scores: np.ndarray
    queries: np.ndarray


def nearest(rows: Rows, queries: np.ndarray, n: int, ranges: list[tuple[int, int]] | None = None) -> Nearest:
    """The n nearest rows.

    Args:
        queries: (queries, width) float32, of length 1.
        ranges: of rows to look at; None: all that are searched.
    """
    given = rows.within(0, rows.end) if ranges is None else ranges
    blocks = [(first, min(first + BLOCK, last)) for begin, last in given for first in range(begin, last, BLOCK)]
    best = Nearest(np.empty(0, "int64"), np.empty(0, "float32"), np.empty(0, "int64"))
    buffer = np.empty((BLOCK, rows.width), "float32")  # a new one each time would take twice as long
    for first, last in progress(blocks, "comparing"):
        values = buffer[: last - first]
        values[:] = rows.of(first, last)
        found = score(values, np.arange(first, last), queries)
        best = first_of([best, found], n)
        rows.forget()
    return best


def score(values: np.ndarray, numbers: np.ndarray, queries: np.ndarray) -> Nearest:
    """Compare (n, width) float32 values of rows, whose numbers are (n,), with (queries, width); in their order."""
    cosines = values @ queries.T
    which = cosines.argmax(axis=1)
    return Nearest(numbers, cosines[np.arange(len(cosines)), which], which)


def first_of(found: list[Nearest], n: int) -> Nearest:
    """The n best of several, best first; of equal ones the first row."""
    rows, scores, queries = (np.concatenate(columns) for columns in zip(*found, strict=True))
    if len(rows) > 4 * n:  # a sort of all would cost more than the products
        kept = np.argpartition(-scores, n)[:n] if n else np.empty(0, int)
        rows, scores, queries = rows[kept], scores[kept], queries[kept]
    order = np.lexsort((rows, -scores))[:n]
    return Nearest(rows[order], scores[order], queries[order])
