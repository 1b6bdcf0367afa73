"""Data and splits as recorded in run.json."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from classifier.data import splits
from classifier.data.audio_cache import AudioCache


def of_data(cache: AudioCache, folder: Path) -> dict[str, Any]:
    """The fingerprint of the data, the number of recordings by label, and the skipped recordings.

    Args:
        folder: that recordings' names are relative to.
    """
    labels = [clip.label for clip in cache.clips]
    return {
        "fingerprint": cache.fingerprint,
        "recordings": {label: labels.count(label) for label in sorted(set(labels))},
        "skipped": [{"path": clip.name(folder), "reason": reason} for clip, reason in cache.skipped],
    }


def of_split(cache: AudioCache, split_names: Sequence[str], folder: Path) -> dict[str, Any]:
    """How the recordings were split, which groups and recordings are in two splits, and the names in each split.

    Args:
        split_names: (clips,) as of splits.split.
        folder: that recordings' names are relative to.
    """
    names = [clip.name(folder) for clip in cache.clips]
    groups = [clip.group for clip in cache.clips]
    same = set(splits.in_two_splits(cache.contents, split_names))
    return {
        "by": splits.how(cache.clips),
        "groups": len(set(groups)),
        "groups_in_two_splits": splits.in_two_splits(groups, split_names),
        "recordings_in_two_splits": [
            name for name, content in zip(names, cache.contents, strict=True) if content in same
        ],
        **{
            split_name: [name for name, where in zip(names, split_names, strict=True) if where == split_name]
            for split_name in splits.SPLITS
        },
    }
