"""The recordings that models have not heard: neither their sound, nor any other of their group."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.data import group_dealing, provenance
from classifier.data.audio_cache import AudioCache
from classifier.data.sounds import whole
from classifier.records import heard


@dataclass(frozen=True)
class Heard:
    """What a trained model has heard of some recordings.

    Attributes:
        says: whether it says what it was trained with; if not, nothing is known to be heard.
        learned, validated: recordings that it learned from, and was chosen with.
        of_groups: others of the same groups.
    """

    says: bool
    learned: int
    validated: int
    of_groups: int

    @property
    def n(self) -> int:
        """How many recordings are left out for it."""
        return self.learned + self.validated + self.of_groups


def groups_of(store: AudioCache) -> np.ndarray:
    """(clips,) the group of each; groups that share a recording are one."""
    wholes = [whole(content) for content in store.contents]
    return group_dealing.joined(np.array([clip.group for clip in store.clips]), wholes)


def heard_by(path: Path, store: AudioCache, groups: np.ndarray) -> tuple[np.ndarray, Heard]:
    """Which clips a trained model has heard, known by their sound; a part of a recording counts as all of it.

    Args:
        path: a trained model's folder, or a file in one.
        store: the clips, at the model's sample rate.
        groups: (clips,) as of `groups_of`.

    Returns:
        (clips,) bool, and how many those are.
    """
    known = heard.of_folder(path)
    sounds = [whole(provenance.sound(content)) for content in store.contents]
    learned, validated = (np.isin(sounds, [whole(sound) for sound in known[name]]) for name in ("train", "validation"))
    validated &= ~learned
    of_sounds = learned | validated
    of_groups = np.isin(groups, groups[of_sounds]) & ~of_sounds
    found = Heard(any(known.values()), *(int(mask.sum()) for mask in (learned, validated, of_groups)))
    return of_sounds | of_groups, found
