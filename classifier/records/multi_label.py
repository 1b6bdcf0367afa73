"""What --multi-label does not go with."""

from typing import TYPE_CHECKING

from classifier.core.errors import InputError
from classifier.data.unlabelled import IGNORE

if TYPE_CHECKING:
    from classifier.records.artifact import Artifact
    from classifier.records.config import RunConfig


def check(config: "RunConfig") -> None:
    """Refuse what says something of windows that have one label each.

    Raises:
        InputError: a flag does not go with --multi-label.
    """
    if not config.multi_label:
        return
    refuse_flags(
        ("--negatives", config.negatives, "a recording without any label is a line of the table with no label"),
        ("--unlabelled negatives", config.unlabelled != IGNORE, "an empty label file says that nothing is heard"),
        ("--teacher", config.teacher, "a teacher says which one label is right"),
        ("--from", config.start, "it starts from random weights"),
        ("--folds-by", config.folds_by, "each fold must have every label"),
        ("--paper", config.paper, "the papers tell one label from the others"),
    )


def refuse_flags(*flags: tuple[str, object, str]) -> None:
    """Refuse the first (flag, what was given with it, why it does not go with --multi-label) that was given.

    Raises:
        InputError: one was.
    """
    for flag, is_given, why in flags:
        if is_given:
            raise InputError(f"--multi-label does not go with {flag}: {why}; leave out one of the two")


def refuse(trained: "Artifact", what: str) -> None:
    """Refuse a model that may report several labels at once.

    Args:
        what: in a sentence: such as "EvaluateModel.py tests".

    Raises:
        InputError: it is one.
    """
    if trained.record.config.multi_label:
        raise InputError(
            f"{trained.folder} was trained with --multi-label, and {what} models that say which one label is right; "
            f"its own figures are in {trained.folder / 'report' / 'index.html'}"
        )
