"""Names of splits and folds, as people write them: train, Training, val, dev, test_set, fold_1."""

import re
from collections.abc import Iterable

from classifier.core.errors import InputError

NAMES = {  # what a name begins with: its split; what dev and eval are depends on the others
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validate", "validation"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
    **dict.fromkeys(("dev", "development"), "dev"),
    **dict.fromkeys(("eval", "evaluation"), "eval"),
}
REST = re.compile(r"[\W_]*(set|data|split|audio)?[\W_]*$")  # of test_set, train-data ...
FOLD = re.compile(r"fold[\W_]*(\d+)")


def kind(name: str) -> str | int | None:
    """What a name says: a value of NAMES, or the number of a fold; None where it says nothing."""
    name = name.strip().lower()
    fold = FOLD.fullmatch(name)
    return int(fold[1]) if fold else NAMES.get(REST.sub("", name, count=1))


def are_parts(names: Iterable[str]) -> bool:
    """Whether names are those of at least two splits, or of at least two folds, and of nothing else."""
    kinds = {kind(name) for name in names}
    return len(kinds) > 1 and len({type(each) for each in kinds}) == 1


def meaning(names: Iterable[str], where: object) -> dict[str, dict[str, str | int]]:
    """{name: {"split": its split} or {"fold": its fold}}, for names that `are_parts`.

    dev is the validation split beside a train split, else the train split. eval is the validation split, or the test
    split where another name is for validation, or where dev is for training.

    Args:
        where: file or folder of the names, for the message.

    Raises:
        InputError: two names mean the same split or fold.
    """
    kinds, found = {name: kind(name) for name in names}, {}
    dev = "validation" if "train" in kinds.values() else "train"
    certain = {"dev": dev, "eval": "test" if {"dev", "validation"} & set(kinds.values()) else "validation"}
    for name, each in sorted(kinds.items()):
        means = {"fold": each} if isinstance(each, int) else {"split": certain.get(each, each)}
        if means in found.values():
            same = next(other for other in found if found[other] == means)
            both = " ".join(f"{key} {value}" for key, value in means.items())
            raise InputError(f"{where}: {same} and {name} are both the {both}; rename one of them")
        found[name] = means
    return found


def said(means: dict[str, dict[str, str | int]]) -> str:
    """A meaning in words."""
    return ", ".join(f"{name} ({' '.join(map(str, of.values()))})" for name, of in sorted(means.items()))
