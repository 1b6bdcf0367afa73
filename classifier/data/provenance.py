"""What run.json says of the data, and of who learnt from what."""

from classifier.data import splits


def of_data(store, folder):
    """Which data it was, as far as one can tell later.

    Args:
        store: the decoded recordings.
        folder: that their names are seen from.
    """
    labels = [clip.label for clip in store.clips]
    return {
        "fingerprint": store.fingerprint,
        "recordings": {label: labels.count(label) for label in sorted(set(labels))},
        "skipped": [{"path": clip.name(folder), "reason": reason} for clip, reason in store.skipped],
    }


def of_split(store, split_names, folder):
    """How the recordings were split, what is in two splits, and the names on each; sides as of splits.split."""
    names = [clip.name(folder) for clip in store.clips]
    groups = [clip.group for clip in store.clips]
    same = set(splits.in_two_splits(store.contents, split_names))
    return {
        "by": splits.how(store.clips),
        "groups": len(set(groups)),
        "groups_in_two_splits": splits.in_two_splits(groups, split_names),
        "recordings_in_two_splits": [
            name for name, content in zip(names, store.contents, strict=True) if content in same
        ],
        **{
            split_name: [name for name, where in zip(names, split_names, strict=True) if where == split_name]
            for split_name in splits.SPLITS
        },
    }
