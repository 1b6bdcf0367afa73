"""Say which share of a window is the labelled stretch that gives it its label.

Windows of longer stretches lie in them. A shorter stretch has one window, around it, of which it is only a part.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from classifier.data.layouts import Clip


def sentences(clips: Sequence[Clip], lengths: Sequence[float] | np.ndarray, window_length: float) -> list[str]:
    """What to say of stretches that are shorter than a window: nothing where there are none.

    Args:
        lengths: (clips,) of each, in the unit of window_length.
    """
    shares: dict[str, list[float]] = defaultdict(list)
    for clip, length in zip(clips, lengths, strict=True):
        if (clip.start, clip.end) != (0, None) and length < window_length:
            shares[clip.label].append(length / window_length)
    if not shares:
        return []
    of_labels = ", ".join(f"{label} {_percent(np.mean(of))} ({len(of)})" for label, of in sorted(shares.items()))
    n = sum(map(len, shares.values()))
    return [
        f"{n} labelled stretches are shorter than a window, which lies around them; they are this share of it, on "
        f"average: {of_labels}. Windows of longer stretches lie in them"
    ]


def _percent(share):
    return f"{share:.0%}" if share >= 0.01 else f"{share:.2%}"
