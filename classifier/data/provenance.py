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


def of_split(store, sides, folder):
    """How the recordings were split, what stands on two sides, and the names on each; sides as of splits.split."""
    names = [clip.name(folder) for clip in store.clips]
    groups = [clip.group for clip in store.clips]
    same = set(splits.on_two_sides(store.contents, sides))
    return {
        "by": splits.how(store.clips),
        "groups": len(set(groups)),
        "groups_on_two_sides": splits.on_two_sides(groups, sides),
        "recordings_on_two_sides": [
            name for name, content in zip(names, store.contents, strict=True) if content in same
        ],
        **{side: [name for name, where in zip(names, sides, strict=True) if where == side] for side in splits.SIDES},
    }
