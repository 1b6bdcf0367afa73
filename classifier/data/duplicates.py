"""The same sound under two labels: one of them is wrong, and nobody knows which."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.core.console import warn
from classifier.core.errors import InputError
from classifier.core.text import plain
from classifier.data import sounds
from classifier.data.label_lists import of_each

if TYPE_CHECKING:
    from classifier.data.audio_cache import AudioCache

WAYS = ("error", "drop", "keep")  # what to do about it; the first is the default
NAMED = 10  # sounds in a message
HELP = "the same sound under two labels: error, drop all its copies, or keep them (default: %(default)s)"


def settle(audio: "AudioCache", folder: Path, way: str) -> "AudioCache":
    """The recordings after a decision about those with one sound and two labels.

    Args:
        folder: that names are relative to.
        way: of WAYS. drop: all copies are among the skipped.

    Raises:
        InputError: there are such recordings, and the way is error; or a label has no others.
    """
    found = under_two_labels(audio.clips, audio.contents)
    if not found:
        return audio
    if way == "drop":
        return _without(audio, found, folder)
    words = f"{len(found)} sound(s) have two labels: {said(_names(audio, found, folder))}"
    if way == "keep":
        warn(f"{words}; all copies are kept (--duplicates keep)")
        return audio
    raise InputError(
        f"{words}. Correct the labels or remove copies; or give --duplicates drop, which leaves out all of these, or "
        "--duplicates keep"
    )


def under_two_labels(clips: Sequence, contents: Sequence[str]) -> list[list[int]]:
    """Indexes of the clips that have a sound, or a part of it, in common with a clip of another label; by sound.

    Parts of one file do not count: who reads its marks has looked at these, and rounding makes them overlap.

    Args:
        clips: with a label each.
        contents: (clips,) as of AudioCache.
    """
    return [same for members in sounds.spans(contents) if (same := _in_conflict(members, clips))]


def said(rows: Iterable[Sequence[str]]) -> str:
    """Sounds in a sentence, each with the names of its recordings."""
    rows = [" = ".join(row) for row in rows]
    more = f"; and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return "; ".join(rows[:NAMED]) + more


def _in_conflict(members, clips):
    """The members (start, end, index), sorted, that overlap one of another label, of another file."""
    if len({clips[i].label for _, _, i in members}) < 2:
        return []
    found, ends = set(), {}
    for start, end, i in members:
        if any(earlier > start for other, earlier in ends.items() if _differ(other, clips[i])):
            found.add(i)
        of = clips[i].label, clips[i].path
        ends[of] = max(end, ends.get(of, 0))
    starts = {}
    for start, end, i in reversed(members):
        if any(later < end for other, later in starts.items() if _differ(other, clips[i])):
            found.add(i)
        starts[clips[i].label, clips[i].path] = start
    return sorted(found)


def _differ(other, clip):
    """Whether (label, path) are both others than those of a clip."""
    return other[0] != clip.label and other[1] != clip.path


def _names(audio, found, folder):
    return [[_name(audio.clips[i], folder) for i in same] for same in found]


def _name(clip, folder):
    return f"{plain(clip.name(folder))} ({clip.label})"


def _without(audio, found, folder):
    dropped = {i: same for same in found for i in same}
    skipped = []
    for i, same in dropped.items():
        others = [_name(audio.clips[j], folder) for j in same if audio.clips[j].label != audio.clips[i].label]
        reason = f"{_name(audio.clips[i], folder)} has the same sound as {others[0]} (--duplicates drop)"
        skipped.append((audio.clips[i], reason))
    kept = [i for i in range(len(audio.clips)) if i not in dropped]
    if gone := sorted(set(of_each(audio.clips)) - set(of_each(audio.clips[i] for i in kept))):
        raise InputError(f"with --duplicates drop nothing is left of {', '.join(gone)}; correct the labels instead")
    return replace(audio.only(kept), skipped=[*audio.skipped, *skipped])
