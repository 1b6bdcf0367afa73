"""Which recordings a model was made from, and in which split each of them was."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from classifier.data import group_names, label_lists, sounds, splits
from classifier.data.audio_cache import AudioCache
from classifier.data.group_names import GroupProposal
from classifier.data.layouts import units_of
from classifier.data.negatives import UNLABELLED, Negatives

SOUND = 16  # digits of a hash that are kept: two of a million recordings share them once in 30 million data sets
HASH = 64  # digits of a hash; what follows says which part of the recording it is


@dataclass(frozen=True, kw_only=True)
class DataRecord:
    """Which data it was, as far as one can tell later.

    Attributes:
        fingerprint: a hash of all samples and labels.
        recordings: {label: how many clips}.
        skipped: {path, reason} of each clip that could not be read.
    """

    fingerprint: str
    recordings: dict[str, int]
    skipped: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class SplitRecord:
    """How the clips were split; names are seen from the data's folder.

    Attributes:
        by: who decided, of splits.how.
        groups: how many there are.
        groups_in_two_splits, recordings_in_two_splits: what leaks.
        train, validation, test: names of the clips; negatives are behind the others.
        groups_known: whether anybody said which clips belong together; otherwise each counts as independent.
        proposal: how the file names would group them, where nobody said it and they do.
        test_groups: {label: groups of the test split}.
        sounds: {name: the first SOUND digits of a hash of its samples}, of the clips of all splits.
        negatives: {split: how many of its clips hold none of the labels}; empty where no clip does.
        source: that tests, where sources are left out one at a time.
        split_by_time: names of recordings of which blocks of time are in several splits, with gaps between them.
    """

    by: str
    groups: int
    groups_in_two_splits: list[str]
    recordings_in_two_splits: list[str]
    train: list[str]
    validation: list[str]
    test: list[str]
    groups_known: bool = True
    proposal: GroupProposal | None = None
    test_groups: dict[str, int] = field(default_factory=dict)
    sounds: dict[str, str] = field(default_factory=dict)
    negatives: dict[str, int] = field(default_factory=dict)
    source: str | None = None
    split_by_time: list[str] = field(default_factory=list)

    @property
    def rule(self) -> str:
        """What decided on the splits, in words."""
        return self.by if self.source is None else f"{self.by}: {self.source} tests, the others are learned from"

    @property
    def units(self) -> str:
        """What its names count: "recordings", or "parts" of them."""
        return units_of([*self.train, *self.validation, *self.test])

    def names(self, split_name: str) -> list[str]:
        """The clips of "train", "validation" or "test"."""
        return getattr(self, split_name)

    def sounds_of(self, split_name: str) -> set[str]:
        """The sounds of these clips; of clips in records of versions that kept none, none."""
        return {self.sounds[clip] for clip in self.names(split_name) if clip in self.sounds}


def of_data(audio: AudioCache, folder: Path) -> DataRecord:
    """What is remembered of decoded recordings, whose names are seen from a folder."""
    labels = label_lists.of_each(audio.clips)
    return DataRecord(
        fingerprint=audio.fingerprint,
        recordings={label: labels.count(label) for label in sorted(set(labels))},
        skipped=[{"path": clip.name(folder), "reason": reason} for clip, reason in audio.skipped],
    )


def of_split(
    audio: AudioCache, split_names: Sequence[str] | np.ndarray, folder: Path, negatives: Negatives | None = None
) -> SplitRecord:
    """What is remembered of a split; split_names: (clips,) as negatives_split.split gives them."""
    labelled = [clip for clip in audio.clips if not negatives or clip.label != negatives.label]
    names = [clip.name(folder) for clip in audio.clips]
    groups = [clip.group for clip in audio.clips]
    heard = sounds.same(audio.contents).tolist()
    leaked = set(splits.in_two_splits(heard, split_names))
    return SplitRecord(
        by=splits.how(audio.clips),
        groups=len(set(groups)),
        groups_in_two_splits=splits.in_two_splits(groups, split_names),
        recordings_in_two_splits=[name for name, sound_of in zip(names, heard, strict=True) if sound_of in leaked],
        **splits.named(audio.clips, split_names, folder),
        split_by_time=splits.in_two_splits([_file(clip, folder) for clip in audio.clips], split_names),
        groups_known=group_names.are_known(labelled),
        proposal=group_names.propose_for(labelled),
        test_groups=_test_groups(audio.clips, split_names),
        negatives={
            split: int(np.sum(np.array(split_names)[[clip.label == negatives.label for clip in audio.clips]] == split))
            for split in splits.SPLITS
        }
        if negatives
        else {},
        sounds={name: sound(content) for name, content in zip(names, audio.contents, strict=True)},
        source=next((clip.source for clip, of in zip(audio.clips, split_names, strict=True) if of == "test"), None),
    )


def _file(clip, folder):
    """The name of a clip's recording: without its channel and the seconds of a part."""
    return replace(clip, channel=None, start=0.0, end=None).name(folder)


def sound(content: str) -> str:
    """What is kept of a hash of samples (AudioCache.contents): enough to know a recording again by its sound."""
    return content[:SOUND] + content[HASH:]


def _test_groups(clips, split_names):
    of_test = [clip for clip, of in zip(clips, split_names, strict=True) if of == "test"]
    tested = {(label, clip.group) for clip in of_test for label in clip.labels}
    return dict(sorted(Counter(label for label, _ in tested if label != UNLABELLED).items()))
