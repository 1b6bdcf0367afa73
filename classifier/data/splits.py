"""Train, validation and test splits by group.

Windows of one recording share its room and microphone; a split by window would reward a model for knowing the room.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from classifier.core.errors import InputError
from classifier.data import group_dealing
from classifier.data.labels import listed
from classifier.data.layouts import Clip

VERBS = {"train": "learn from", "validation": "validate", "test": "test"}  # what each split is for
SPLITS = tuple(VERBS)
FOLDS = 5  # a fifth tests, a fifth validates, three fifths train
LEFT_OUT = "left out"  # of clips that are in no split
BY_GROUP, BY_SOURCE = "group", "source"
OWN_FOLDS, OWN_SPLITS = "the folds of the data set", "the splits of the data set"
REMEDIES = {
    BY_GROUP: "add recordings, or try another --seed",
    BY_SOURCE: "add recordings from another source",
    OWN_FOLDS: "only the fold that tests has any: add recordings, or give --ignore-folds to deal by group",
    OWN_SPLITS: "add recordings to it",
}
LACKED = {  # what comes of a split that lacks labels
    "test": "recall and balanced accuracy are over the labels that are there",
    "validation": "their thresholds are chosen without any of their own",
}

Key = TypeVar("Key", str, int)


class NoFoldError(InputError):
    """The data has no fold of that number.

    Args:
        fold: the number.
        n_folds: how many there are.
        why: why there are no more, behind a colon.
        flag: the flag that asks for it.
    """

    def __init__(self, fold: int, n_folds: int, why: str = "", flag: str = "--fold") -> None:
        super().__init__(fold, n_folds, why, flag)

    def __str__(self) -> str:
        fold, n_folds, why, flag = self.args
        return f"{flag} {fold}: there are folds 0 to {n_folds - 1}{why}"


def split(
    clips: Sequence[Clip], contents: Sequence[Hashable], fold: int = 0, seed: int = 0, share: float | None = None
) -> np.ndarray:
    """The split of each clip: fold `fold` tests, the next one validates, the others train.

    The data set's own splits are used, else its own folds. Of these the one that tests may lack labels; where the next
    one lacks a label of the others, or nothing would be left to train with, groups of all but the test fold validate.
    Otherwise groups are distributed over five folds, or as many
    as the most frequent label has groups, with the labels as evenly spread as whole groups allow (scikit-learn's
    StratifiedGroupKFold); groups that share a recording are one. The groups of a label that has fewer take turns: some
    of them test in several folds. Where a data set has splits, but no validation or no test split, that one is taken
    from its train split. Where clips have a source, each source is a fold: it tests, and of the others a quarter of the
    groups of each label validates; clips of others whose group it shares are left out.

    Args:
        clips: readable ones, of any number of labels.
        contents: (clips,) a hash of each clip's samples.
        fold: which fold tests, from 0.
        seed: of the distribution; the same seed gives the same splits.
        share: of the groups to learn from that are kept, as of group_dealing.kept; None: all.

    Returns:
        (clips,) array of "train", "validation" or "test", or LEFT_OUT.

    Raises:
        NoFoldError: there is no such fold.
        InputError: a label has fewer than three groups, or a split would lack a label that it must have.
    """
    labels = np.array([clip.label for clip in clips])
    if how(clips) == OWN_SPLITS:
        split_names = completed(clips, lambda some, at: _dealt(some, labels[at], np.array(contents)[at], fold, seed))
    else:
        split_names = _dealt(clips, labels, contents, fold, seed)
    may_lack = SPLITS[1:] if how(clips) in (OWN_FOLDS, BY_SOURCE) else ()
    for split_name, lacked in lacking(labels, split_names).items():
        if split_name not in may_lack:
            raise InputError(f"the {split_name} split has no group of {', '.join(lacked)}; {REMEDIES[how(clips)]}")
    leave_out(split_names, clips, share, seed + fold)
    return split_names


def completed(clips: Sequence[Clip], deal: Callable[[list[Clip], np.ndarray], np.ndarray]) -> np.ndarray:
    """(clips,) the data set's own splits; `deal`, of its train clips and (n,) their places, makes those it lacks."""
    split_names = np.array([clip.split for clip in clips], dtype="<U10")
    missing = [split_name for split_name in SPLITS if split_name not in split_names]
    train = np.flatnonzero(split_names == SPLITS[0])
    if missing and len(train):
        taken = deal([clips[i] for i in train], train)
        split_names[train] = np.where(np.isin(taken, missing), taken, SPLITS[0])
    return split_names


def leave_out(split_names: np.ndarray, clips: Sequence[Clip], share: float | None, seed: int) -> None:
    """Let (clips,) split names keep a share of the groups that are learned from, of each label; None: all of them."""
    if share is not None:
        learned = np.flatnonzero(split_names == SPLITS[0])
        labels, groups = (np.array([getattr(clips[i], of) for i in learned]) for of in ("label", "group"))
        split_names[learned[~group_dealing.kept(labels, groups, share, seed)]] = LEFT_OUT


def lacking(labels: Iterable[str], split_names: Iterable[str]) -> dict[str, list[str]]:
    """{split: sorted labels of which it has no clip}, of the splits that lack any.

    Args:
        labels, split_names: (clips,) each.
    """
    held: dict[str, set[str]] = {split_name: set() for split_name in SPLITS}
    for label, split_name in zip(labels, split_names, strict=True):
        if split_name != LEFT_OUT:
            held[split_name].add(label)
    everything = set(labels)
    return {split_name: sorted(everything - have) for split_name, have in held.items() if have != everything}


def untested(clips: Sequence[Clip], folds: Mapping[int, np.ndarray]) -> list[str]:
    """Sentences on folds that lack labels, and on how these are measured then.

    That a source which is left out has not all labels is no surprise, and not told.

    Args:
        folds: {number: (clips,) what `split` returned}.
    """
    by = how(clips)
    if by not in (OWN_FOLDS, BY_SOURCE) or clips[0].several is not None:  # of several multi_label_splits has said it
        return []
    labels, found = [clip.label for clip in clips], []
    for split_name, means in LACKED.items():
        if (by, split_name) == (BY_SOURCE, SPLITS[2]):
            continue
        lacks = {number: lacked for number, of in folds.items() if (lacked := lacking(labels, of).get(split_name))}
        if lacks:
            which = "; ".join(f"fold {number}: {listed(lacked)}" for number, lacked in lacks.items())
            found.append(
                f"there are no recordings of some labels to {VERBS[split_name]} ({which}): {means}"
                + ("; --ignore-folds deals by group instead" if by == OWN_FOLDS else "")
            )
    return found + _not_learned(clips, folds)


def _not_learned(clips, folds):
    """Sentences on the clips that are left out because a source that tests has their group, too.

    Of folds with all groups: smaller shares leave out others, too.
    """
    if how(clips) != BY_SOURCE:
        return []
    counts = {number: np.sum(of == LEFT_OUT) for number, of in folds.items()}
    names = source_names(clips)
    return [
        f"{n} recordings of other sources are left out while {names[number]} tests: it has recordings of their groups"
        for number, n in counts.items()
        if n
    ]


def source_names(clips: Sequence[Clip]) -> list[str]:
    """The sources of clips, sorted: that of number k tests in fold k. [] where clips have none."""
    return sorted({clip.source for clip in clips if clip.source is not None})


def without_folds(clips: Sequence[Clip]) -> list[Clip]:
    """The clips without the data set's own folds, so that they are dealt by group.

    Raises:
        InputError: the data set has splits of its own, and no folds.
    """
    if how(clips) == OWN_SPLITS:
        raise InputError(
            "--ignore-folds: the data set names its train and test splits, and no folds; leave out --ignore-folds"
        )
    return [replace(clip, fold=None) for clip in clips]


def how(clips: Sequence[Clip]) -> str:
    """What decides on the splits: OWN_SPLITS or OWN_FOLDS of the data set, or BY_SOURCE or BY_GROUP."""
    if clips[0].source is not None:
        return BY_SOURCE
    if clips[0].split is not None:
        return OWN_SPLITS
    return OWN_FOLDS if clips[0].fold is not None else BY_GROUP


def fold_count(clips: Sequence[Clip], contents: Sequence[Hashable]) -> int:
    """How many folds `split` deals clips over: their own, or their sources, or five, or as many as a label has groups.

    Args are those of `split`.
    """
    if how(clips) == OWN_FOLDS:
        return len({clip.fold for clip in clips})
    if how(clips) == BY_SOURCE:
        return len(source_names(clips))
    groups = group_dealing.joined(np.array([clip.group for clip in clips]), contents)
    return _dealt_over(_groups_of_each(np.array([clip.label for clip in clips]), groups))


def _groups_of_each(labels, groups):
    """{label: how many groups have clips of it}."""
    return {str(label): len(set(groups[labels == label])) for label in sorted(set(labels))}


def _dealt_over(n_groups):
    """How many folds groups are dealt over; n_groups: {label: how many it has}."""
    return min(FOLDS, max(n_groups.values()))


def named(clips: Sequence[Clip], split_names: Sequence[str] | np.ndarray, folder: Path) -> dict[str, list[str]]:
    """{split: names of its clips, below a folder}; split_names: (clips,)."""
    names = [clip.name(folder) for clip in clips]
    return {split: [name for name, of in zip(names, split_names, strict=True) if of == split] for split in SPLITS}


def in_two_splits(keys: Iterable[Key], split_names: Iterable[str]) -> list[Key]:
    """The sorted keys (groups, sounds) that leak: those in more than one split.

    Empty after `split`, unless the data set's own splits or folds leak; always checked.

    Args:
        keys, split_names: (clips,) each.
    """
    seen: dict[Key, set[str]] = {}
    for key, split_name in zip(keys, split_names, strict=True):
        if split_name != LEFT_OUT:
            seen.setdefault(key, set()).add(split_name)
    return sorted(key for key, where in seen.items() if len(where) > 1)


def _dealt(clips, labels, contents, fold, seed):
    """(clips,) split names, by source, by the data set's own folds or by group."""
    if how(clips) == BY_SOURCE:
        return _by_source(clips, labels, contents, fold, seed)
    if how(clips) == OWN_FOLDS:
        folds = np.array([clip.fold for clip in clips])
        split_names = by_fold(folds, checked(fold, len(set(folds))))
        rest = split_names != SPLITS[2]
        if set(lacking(labels[rest], split_names[rest])) & set(SPLITS[:2]):
            groups = group_dealing.joined(np.array([clip.group for clip in clips]), contents)
            if not validate_some(split_names, rest, labels, groups, seed):
                raise InputError(
                    f"outside fold {fold} of the data set each label has one group, and none is left to validate with; "
                    "add recordings, or give --ignore-folds to deal by group"
                )
        return split_names
    groups = group_dealing.joined(np.array([clip.group for clip in clips]), contents)
    n_groups = _groups_of_each(labels, groups)
    rarest = min(n_groups, key=n_groups.__getitem__)
    if n_groups[rarest] < len(SPLITS):
        raise InputError(
            f"{rarest!r} has {n_groups[rarest]} recording(s) or group(s); it needs at least {len(SPLITS)}, one each to "
            "train, to validate and to test: add recordings"
        )
    n_folds = _dealt_over(n_groups)
    fold = checked(fold, n_folds)
    rare = np.isin(groups, groups[np.isin(labels, [label for label, n in n_groups.items() if n < n_folds])])
    if not rare.all():  # groups of a rare label may hold frequent ones, of which less is left then
        n_folds = min(n_folds, _dealt_over(_groups_of_each(labels[~rare], groups[~rare])))
        rare |= n_folds < len(SPLITS)
    split_names = np.empty(len(clips), dtype="<U10")
    for chosen, n in ((~rare, n_folds), (rare, n_groups[rarest])):  # a rare label must not cut the others' train split
        if chosen.any():
            split_names[chosen] = by_fold(group_dealing.distribute(labels[chosen], groups[chosen], n, seed), fold % n)
    return split_names


def _by_source(clips, labels, contents, fold, seed):
    """(clips,) split names: one source tests, the others are learned from, but for the groups that it has, too.

    Raises:
        InputError: the others have none of a label.
    """
    names = source_names(clips)
    source = names[checked(fold, len(names))]
    tested = np.array([clip.source for clip in clips]) == source
    groups = group_dealing.joined(np.array([clip.group for clip in clips]), contents)
    rest = ~np.isin(groups, groups[tested])
    if lost := sorted(set(labels) - set(labels[rest])):
        alone = set(lost) - set(labels[~tested])
        why = "no other source has it" if alone else f"what others have of it is of groups that {source} has, too"
        raise InputError(
            f"without the source {source} there is nothing left of {listed(lost)} to train with: {why}; add recordings "
            f"from another source, join sources (--folds-by), or leave out its fold, {fold} (--folds)"
        )
    split_names = np.where(tested, np.array(SPLITS[2], "<U10"), LEFT_OUT)
    if not validate_some(split_names, rest, labels, groups, seed):
        raise InputError(
            f"without the source {source} each label has one group, and none is left to validate with; add recordings, "
            f"name smaller groups (--group-by), or leave out its fold, {fold} (--folds)"
        )
    return split_names


def validate_some(split_names: np.ndarray, rest: np.ndarray, labels: np.ndarray, groups: np.ndarray, seed: int) -> bool:
    """Let a quarter of the groups of each label validate, and the others train; whether any is left to validate.

    Args:
        split_names: (clips,), which are changed. rest: (clips,) bool, those that do not test.
        labels, groups: (clips,).
    """
    validates = group_dealing.validating(labels[rest], groups[rest], seed)
    split_names[rest] = np.where(validates, SPLITS[1], SPLITS[0])
    return bool(validates.any())


def checked(fold: int, n_folds: int) -> int:
    """The number of a fold.

    Raises:
        NoFoldError: there is none of that number.
    """
    if fold not in range(n_folds):
        raise NoFoldError(fold, n_folds)
    return fold


def by_fold(folds: np.ndarray, fold: int) -> np.ndarray:
    """(clips,) split names: of (clips,) folds, number `fold` tests, the next one validates, the others train."""
    order = sorted(set(folds))
    split_names = np.full(len(folds), SPLITS[0], dtype="<U10")
    split_names[folds == order[(fold + 1) % len(order)]] = SPLITS[1]
    split_names[folds == order[fold % len(order)]] = SPLITS[2]
    return split_names
