"""The recordings that models are evaluated on, decoded; what cannot be read is said."""

from collections.abc import Iterable
from pathlib import Path

from classifier.core.console import warn
from classifier.core.text import plain
from classifier.data import audio_cache, duplicates
from classifier.data.audio_cache import AudioCache
from classifier.data.layouts import Clip, folder_of


def read(found: Iterable[Clip], data: Path | str, rate: int, channel: str, same_sound: str) -> AudioCache:
    """The clips of a data set at a sample rate.

    Args:
        channel: of audio.channels.CHANNELS.
        same_sound: what to do about the same sound under two labels, of duplicates.WAYS.

    Raises:
        InputError: as of `audio_cache.read` and `duplicates.settle`.
    """
    folder = folder_of(data)
    store = duplicates.settle(audio_cache.read(found, data, rate, channel=channel), folder, same_sound)
    if store.skipped:
        clip, reason = store.skipped[0]
        warn(
            f"{len(store.skipped)} of {len(store.skipped) + len(store.clips)} recordings are left out, because they "
            f"cannot be read; the first is {plain(clip.name(folder))}: {plain(reason)}"
        )
    return store
