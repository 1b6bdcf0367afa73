"""What AudioCache.contents tell: the sound of each clip, and which part of it the clip is."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

import numpy as np

END = 1 << 62  # samples, more than any recording has
SHARED = 0.1  # of the shorter one of two parts of a sound: what two people mark differs at its ends


def whole(content: str) -> str:
    """Of a part of a sound, "<sound> <start> <end>", the sound."""
    return content.partition(" ")[0]


def spans(contents: Iterable[str]) -> list[list[tuple[int, int, int]]]:
    """Of each sound the clips that are of it, sorted: (first sample, the one after the last, number of the clip)."""
    found = defaultdict(list)
    for i, content in enumerate(contents):
        sound, _, part = content.partition(" ")
        start, end = map(int, part.split()) if part else (0, END)
        found[sound].append((start, end, i))
    return [sorted(members) for members in found.values()]


def same(contents: Sequence[Hashable]) -> np.ndarray:
    """(clips,) numbers, the same for the same sound: equal contents, and parts of one sound that share much of it."""
    names, number_of = np.unique([str(content) for content in contents], return_inverse=True)
    pairs = []
    for members in spans(names.tolist()):
        running: list[tuple[int, int, int]] = []
        for start, end, number in members:
            running = [part for part in running if part[1] > start]
            for first, last, other in running:
                if min(last, end) - start >= SHARED * min(last - first, end - start):
                    pairs.append((number, other))
            running.append((start, end, number))
    return components(np.array(pairs, int).reshape(-1, 2), len(names))[number_of]


def components(pairs: np.ndarray, n: int) -> np.ndarray:
    """(n,) the number of each one's component; pairs: (pairs, 2) numbers of two that belong together."""
    from scipy import sparse  # here: --help need not wait for it

    joins = sparse.coo_matrix((np.ones(len(pairs)), pairs.T), (n, n))
    return sparse.csgraph.connected_components(joins, directed=False)[1]
