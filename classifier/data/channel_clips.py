"""Make each channel of a recording a clip of its own, in the group of its file."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from classifier.audio import recording
from classifier.core.arguments import EACH
from classifier.core.errors import InputError
from classifier.data.layouts import Clip


def divided(clips: Iterable[Clip], channel: str) -> list[Clip]:
    """The clips, one per channel where each channel is a recording of its own; those that are divided stay as they are.

    Args:
        channel: of audio.channels.CHANNELS, for which clips stay whole, or EACH.
    """
    if channel != EACH:
        return list(clips)
    numbers: dict[Path, list[int] | list[None]] = {}
    found = []
    for clip in clips:
        if clip.channel is not None:
            found.append(clip)
            continue
        if clip.path not in numbers:
            numbers[clip.path] = _numbers(clip.path)
        found += [clip if number is None else replace(clip, channel=number) for number in numbers[clip.path]]
    return found


def _numbers(path: Path) -> list[int] | list[None]:
    """The numbers of a recording's channels, from 0; None where there is one, or where it cannot be read."""
    try:
        n = recording.properties(path).channels
    except InputError:  # said when it is decoded
        n = 1
    return [None] if n == 1 else list(range(n))
