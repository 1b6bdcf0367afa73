"""Segments that do not overlap, for label files that people correct.

Where windows overlap, so do segments of different labels, although only one label can be right at a time.
"""

from dataclasses import replace

from classifier.inference.segments import Segment
from classifier.inference.writers import Classified


def apart(recording: Classified) -> list[Segment]:
    """The segments of a recording, by start; as they are where several labels may be right at once.

    Two segments of different labels share their overlap by halves; one that lies in another interrupts it.
    """
    if recording.independent:
        return recording.segments
    found: list[Segment] = []
    waiting = list(recording.segments)
    while waiting:
        after = waiting.pop(0)
        before = found[-1] if found else after
        if before.label == after.label or before.end <= after.start:
            found.append(after)
            continue
        if after.end < before.end:
            rest = replace(before, start=after.end)
            waiting = sorted([rest, *waiting], key=lambda segment: segment.start)
            meet = after.start
        else:
            meet = (max(before.start, after.start) + before.end) / 2
        found[-1] = replace(before, end=meet)
        found.append(replace(after, start=meet))
    return [segment for segment in found if segment.start < segment.end]
