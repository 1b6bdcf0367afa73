"""Keep what validates and tests out of what is mixed in behind training windows."""

from pathlib import Path

import numpy as np

from classifier.core.console import warn
from classifier.core.errors import InputError
from classifier.core.text import plain
from classifier.data import negatives
from classifier.data.audio_cache import AudioCache
from classifier.data.labels import listed
from Constants import BACKGROUND


def without(
    noise: AudioCache, audio: AudioCache, split: np.ndarray, folder: Path, group_by: str | None = None
) -> AudioCache:
    """Background noise without recordings that validate or test, by sound, and without those of their groups.

    Args:
        noise: what is to be mixed in, of `folder`.
        audio: what is split. split: (clips,) the split of each.
        group_by: as of negatives.read.

    Raises:
        InputError: nothing is left.
    """
    held = [i for i, split_name in enumerate(split) if split_name != "train"]
    sounds = {_sound(audio.contents[i]) for i in held}
    groups = {audio.clips[i].group for i in held}
    group_of = {clip.path: clip.group for clip in negatives.of_folder(folder, BACKGROUND, group_by)}
    kept = [
        i
        for i, clip in enumerate(noise.clips)
        if _sound(noise.contents[i]) not in sounds and group_of.get(clip.path) not in groups
    ]
    if len(kept) == len(noise.clips):
        return noise
    left_out = [clip.name(folder) for i, clip in enumerate(noise.clips) if i not in set(kept)]
    if not kept:
        raise InputError(
            f"{folder}: all of its recordings, or others of their groups, validate or test, and none is left to mix "
            "in; give other recordings with --background-noise"
        )
    warn(
        f"{folder}: {len(left_out)} of {len(noise.clips)} recordings are not mixed in, because they, or others of "
        f"their groups, validate or test: {listed(map(plain, left_out))}"
    )
    return noise.only(kept)


def _sound(content):
    """Of a part of a recording, that of the whole."""
    return content.partition(" ")[0]
