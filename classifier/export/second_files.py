"""A second file beside the one for the app, which only some models can have: a stream, or frames."""

from collections.abc import Callable, Sequence
from pathlib import Path

from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.records.artifact import Artifact

WhyNone = Callable[[Artifact], str]  # why a trained model has no such file, in a sentence; "" of one that has


def check(models: Sequence[Artifact], why_none: WhyNone) -> None:
    """Make sure that one of some trained models has such a file, before TensorFlow is loaded.

    Raises:
        InputError: none has.
    """
    reasons = [why_none(trained) for trained in models]
    if all(reasons):
        raise InputError(reasons[0])


def write(models: Sequence[Artifact], why_none: WhyNone, write_one: Callable[[Artifact], Path]) -> list[Path]:
    """Write such files of trained models; of a model that can have none it is said why.

    Raises:
        InputError: no model has one, or as of write_one.
    """
    check(models, why_none)
    written = []
    for trained in models:
        if reason := why_none(trained):
            say(reason)
        else:
            written.append(write_one(trained))
    return written
