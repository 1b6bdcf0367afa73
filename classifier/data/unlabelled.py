"""What no label marks in recordings of which parts are marked, as clips.

That is negatives, if all sounds of the labels were marked: only whoever marked them knows.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from classifier.audio import recording
from classifier.core.errors import InputError
from classifier.data.layouts import NOTHING, Clip

IGNORE, NEGATIVES = WAYS = ("ignore", "negatives")  # what becomes of it; the first is the default


def rest(clips: Sequence[Clip], label: str, window_seconds: float) -> list[Clip]:
    """The unlabelled parts of recordings, in which a window has room.

    A stretch that is shorter than a window takes a window's room: a point does not say how long its sound is.

    Args:
        clips: of a data set; a recording in which nothing is heard has the label NOTHING.
        label: of the parts.

    Returns:
        Clips with the group, fold, split and source of their recording.
    """
    of_recordings: dict[Path, list[Clip]] = defaultdict(list)
    for clip in clips:
        of_recordings[clip.path.resolve()].append(clip)
    return [part for of in of_recordings.values() for part in _rest(of, label, window_seconds)]


def seconds_of(path: Path) -> float | None:
    """The length of a recording, as its header says; None where it does not, or cannot be read."""
    try:
        return recording.properties(path).seconds
    except InputError:  # said when it is decoded
        return None


def _rest(clips, label, window_seconds):
    marked = [clip for clip in clips if clip.label != NOTHING]
    if any((clip.start, clip.end) == (0, None) for clip in marked):
        return []
    first, length = clips[0], seconds_of(clips[0].path)
    whole = float("inf") if length is None else length
    edges = [(float("-inf"), 0.0), *sorted(_room(clip, whole, window_seconds) for clip in marked), (whole, whole)]
    found, begin = [], 0.0
    for (_, ends), (starts, _) in pairwise(edges):
        begin = max(begin, ends)
        if starts - begin >= window_seconds or not marked:
            end = None if starts == whole else round(starts, 6)
            found.append(
                Clip(first.path, label, first.group, first.fold, first.split, round(begin, 6), end, first.source)
            )
    return found


def _room(clip, whole, window_seconds):
    """From when to when a stretch is heard, at least for a window."""
    end = whole if clip.end is None else clip.end
    middle = (clip.start + end) / 2
    return min(clip.start, middle - window_seconds / 2), max(end, middle + window_seconds / 2)
