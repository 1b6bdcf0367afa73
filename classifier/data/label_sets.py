"""Labels that are heard at the same time: one clip for each part of a recording, with all of its labels."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import inf
from pathlib import Path

from classifier.core.console import say_once, warn
from classifier.data import label_lists
from classifier.data.layouts import Clip

LEAST = 0.0005  # seconds: label files round; half of what stands for a point


def together(clips: Sequence[Clip], window_seconds: float) -> list[Clip]:
    """The clips of a data set, none of which overlaps another, each with every label that is heard in it.

    A recording is cut where a label begins or ends. A part that is shorter than a window has the labels of the window
    around it, because that is what a model hears.

    Args:
        clips: with the labels of each (Clip.several); parts of one recording may overlap.
    """
    of_recordings: dict[tuple[Path, int | None], list[Clip]] = defaultdict(list)
    for clip in clips:
        of_recordings[clip.path.resolve(), clip.channel].append(clip)
    found = [part for of in of_recordings.values() for part in _parts(of, window_seconds)]
    counts = [len(clip.labels) for clip in found]
    say_once(
        f"several labels at once: {len(found)} clips, {sum(n > 1 for n in counts)} of them with two labels or more, "
        f"{counts.count(0)} with none"
    )
    if max(counts, default=0) < 2:
        warn("no clip has two labels: without --multi-label, a model says which one of them is heard")
    return found


def _parts(clips, window_seconds):
    """The parts of one recording."""
    spans = [(clip.start, inf if clip.end is None else clip.end, clip) for clip in clips]
    edges = sorted({time for start, end, _ in spans for time in (start, end)})
    parts = []
    for start, end in pairwise(edges):
        inside = [clip for begins, ends, clip in spans if begins < end - LEAST and ends > start + LEAST]
        if end - start <= LEAST or not inside:
            continue
        low, high = start, end
        if end - start < window_seconds:
            low = max(0.0, (start + end - window_seconds) / 2)  # as the window is cut: surroundings
            high = low + window_seconds
        heard = [clip for begins, ends, clip in spans if begins < high - LEAST and ends > low + LEAST]
        labels = tuple(sorted(set(label_lists.of_each(heard))))
        until = None if end == inf else end
        parts.append(replace(inside[0], label=label_lists.name(labels), several=labels, start=start, end=until))
    return parts or [clips[0]]  # all are points that take no time
