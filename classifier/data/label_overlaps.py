"""Refuse labelled stretches of one recording that contradict each other: a window has one label."""

from collections.abc import Sequence

from classifier.core.errors import InputError
from classifier.core.text import plain
from classifier.data.label_files import Labelled

TOLERANCE = 0.001  # seconds by which stretches may overlap: label files round
NAMED = 10  # overlaps in a message


def check(stretches: Sequence[Labelled]) -> None:
    """Look at all stretches of one recording.

    Raises:
        InputError: two of different labels overlap, all such pairs are named; or one is there twice.
    """
    found: list[tuple[Labelled, Labelled]] = []
    running: list[Labelled] = []
    for each in sorted(stretches, key=lambda of: (of.stretch.start, of.stretch.end)):
        start = each.stretch.start
        running = [of for of in running if of.stretch.end > start - TOLERANCE]
        found += [(of, each) for of in running if _overlap(of, each)]
        running.append(each)
    for one, other in found:
        if one.stretch.label == other.stretch.label:
            raise InputError(
                f"{_where(other)}: {_said(other)} in {other.recording} is in {_where(one)}, too: remove one of them"
                + (", or one of the two files" if one.source != other.source else "")
            )
    if found:
        one, other = found[0]
        more = "".join(f"\n  {_where(b)}: {_said(b)} and {_said(a)} ({_where(a)})" for a, b in found[1:NAMED])
        rest = f"\n  and {len(found) - NAMED} more" if len(found) > NAMED else ""
        raise InputError(
            f"{_where(other)}: {_said(other)} overlaps {_said(one)} ({_where(one)}) in {other.recording}: a window can "
            f"have one label; shorten or remove one of them, or give --multi-label where both are heard{more}{rest}"
        )


def _overlap(one, other):
    """Whether two stretches are of different labels at the same time, or the same twice; one begins first."""
    a, b = one.stretch, other.stretch
    if a.label == b.label:
        return abs(a.start - b.start) <= TOLERANCE and abs(a.end - b.end) <= TOLERANCE
    if a.start == a.end and b.start == b.end:
        return b.start - a.start <= TOLERANCE
    if b.start == b.end:  # a point is in a stretch, and not at its edge
        return a.start + TOLERANCE < b.start < a.end - TOLERANCE
    return min(a.end, b.end) - b.start > TOLERANCE


def _where(of):
    track = f", {plain(of.stretch.track)}" if of.stretch.track else ""
    return f"{of.source}, line {of.stretch.line}{track}"


def _said(of):
    times = dict.fromkeys(f"{time:.10g}" for time in (of.stretch.start, of.stretch.end))
    return f"{plain(of.stretch.label)} ({' to '.join(times)} s)"
