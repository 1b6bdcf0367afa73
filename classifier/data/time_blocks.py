"""Blocks of time of long recordings, where a label is in too few recordings to be split by recording.

Between two blocks lies a gap, which no split hears. Blocks of one recording share its place, day and microphone: scores
say less of other places, which is said.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from classifier.core.console import warn
from classifier.core.text import plain
from classifier.data import splits, unlabelled
from classifier.data.labels import listed
from classifier.data.layouts import Clip

COUNTS = (10, 20, 40, 80, 5, 3)  # of blocks, in the order in which they are tried
GAP_WINDOWS = 2  # between blocks: a window that begins in either ends before the other
KEPT = 0.5  # share of a stretch, or of a window if that is less, that must be left of it beside a gap


def dealt(clips: Sequence[Clip], window_seconds: float, unmarked: str | None = None) -> list[Clip]:
    """The clips, with a group per block of time in recordings that must be split by time; it is said.

    These are recordings with marked parts of a label that is in fewer than three groups, where nobody said which group,
    fold or split they are of.

    Args:
        clips: of a data set, the unlabelled parts of its recordings among them.
        window_seconds: of the longest window.
        unmarked: the label of unlabelled parts, which may be cut anywhere.
    """
    if not clips or splits.how(clips) != splits.BY_GROUP:
        return list(clips)
    groups: dict[str, set[str]] = defaultdict(set)
    paths: dict[str, set[Path]] = defaultdict(set)  # of a group
    for clip in clips:
        groups[clip.label].add(clip.group)
        paths[clip.group].add(clip.path)
    rare = {label for label, of in groups.items() if len(of) < len(splits.SPLITS) and label != unmarked}
    chosen = {clip.path for clip in clips if clip.label in rare and _is_part(clip) and len(paths[clip.group]) == 1}
    made: dict[Path, list[Clip]] = {}
    for path in sorted(chosen):
        of = [clip for clip in clips if clip.path == path]
        if cut := _cut(of, rare, window_seconds, unmarked):
            made[path] = cut
    found = [clip for clip in clips if clip.path not in made] + [clip for of in made.values() for clip in of]
    if made:
        _tell(made, clips, rare & {clip.label for of in made.values() for clip in of}, window_seconds, unmarked)
    return sorted(found, key=lambda clip: clip.label == unmarked)  # negatives stay behind the others


def _is_part(clip):
    return (clip.start, clip.end) != (0, None)


def _cut(clips, rare, window_seconds, unmarked):
    """The clips of one recording in blocks, so many that each rare label is in enough; None where it is too short."""
    gap, path = GAP_WINDOWS * window_seconds, clips[0].path
    length = unlabelled.seconds_of(path) or max(clip.end or clip.start for clip in clips)
    marked = sorted((clip.start, clip.end or length) for clip in clips if clip.label != unmarked)
    best, most = None, 0
    for n in COUNTS:
        if length / n < 2 * gap:
            continue
        found = _in_blocks(clips, _edges(length, n, marked, gap), gap, length, window_seconds, unmarked)
        held = [len({clip.group for clip in found if clip.label == label}) for label in rare & _labels(clips)]
        if min(held) > most:
            best, most = found, min(held)
        if most >= splits.FOLDS:
            break
    return best


def _labels(clips):
    return {clip.label for clip in clips}


def _edges(length, n, marked, gap):
    """Where blocks meet: about evenly, in an unlabelled place where there is one within half a block."""
    free, end = [], 0.0
    for start, until in [*marked, (length, length)]:
        if start - end >= gap:
            free.append((end + gap / 2, start - gap / 2))
        end = max(end, until)
    edges = []
    for k in range(1, n):
        ideal = k * length / n
        near = min((min(max(ideal, low), high) for low, high in free), key=lambda at: abs(at - ideal), default=ideal)
        edges.append(near if abs(near - ideal) <= length / n / 2 else ideal)
    return [0.0, *sorted(set(edges)), length]


def _in_blocks(clips, edges, gap, length, window_seconds, unmarked):
    """The parts of clips that lie in blocks, each in the group of its block."""
    found = []
    for begin, end in pairwise(edges):
        first = 0.0 if begin == 0 else begin + gap / 2
        last = length if end == length else end - gap / 2
        name = f"{clips[0].group} from {first:.0f} to {last:.0f} s"
        for clip in clips:
            until = length if clip.end is None else clip.end
            start, stop = max(clip.start, first), min(until, last if end < length else until)
            least = window_seconds if clip.label == unmarked else KEPT * min(until - clip.start, window_seconds)
            if stop - start >= least and stop > start:
                whole = stop == until
                found.append(
                    replace(clip, group=name, start=round(start, 6), end=clip.end if whole else round(stop, 6))
                )
    return found


def _tell(made: dict[Path, list[Clip]], before: Sequence[Clip], rare: Collection[str], window_seconds, unmarked):
    n = {path: len({clip.group for clip in of}) for path, of in made.items()}
    lost = _seconds(before, made, unmarked) - _seconds([clip for of in made.values() for clip in of], made, unmarked)
    which = listed(f"{plain(path.name)} ({n[path]} blocks)" for path in made)
    warn(
        f"{listed(sorted(rare))}: in fewer than {len(splits.SPLITS)} recordings, so these are split by blocks of time "
        f"with gaps of {GAP_WINDOWS * window_seconds:g} s: {which}. The scores are of the same place, day and "
        "microphone; add recordings of others to know more"
        + (f". {lost:.1f} s of labelled sound lie in the gaps and are not used" if lost > 0.05 else "")
    )


def _seconds(clips, paths, unmarked):
    """Labelled seconds of recordings, whose clips have ends."""
    return sum(
        clip.end - clip.start
        for clip in clips
        if clip.path in paths and clip.end is not None and clip.label != unmarked
    )
