"""Classify on the workers of a cluster: the model travels, recordings are read where each machine sees the same."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from classifier.core.cluster import checks
from classifier.inference.predictor import Predictor
from classifier.inference.recording_classifier import Outcome, classify
from classifier.inference.settings import ClassifierSettings
from classifier.records import artifact
from classifier.storage import locations
from Constants import WEIGHTS

SENT = "sent"  # folder of the model, in that of the code on a worker


def travelling(settings: ClassifierSettings, predictor: Predictor) -> tuple[ClassifierSettings, dict[str, Path]]:
    """The settings with the model's place on a worker, and what has to be sent there, as of `parallel.results`.

    Args:
        settings: of this machine.
        predictor: of the same model.
    """
    source = predictor.source
    if not os.path.isabs(settings.model):  # the name of a published network
        return settings, {f"{WEIGHTS.name}/{source.name}": source}
    there = f"{SENT}/{source.parent.name or 'model'}"
    needed = (source.name, artifact.RUN, artifact.MODEL)
    sent = {f"{there}/{name}": source.parent / name for name in needed if (source.parent / name).is_file()}
    model = there if os.path.isdir(settings.model) else f"{there}/{source.name}"
    return replace(settings, model=model), sent


def sized(calls: Iterable[tuple]) -> Iterator[tuple]:
    """Arguments of `classify_there`, of those of `classify`."""
    for index, path, *more in calls:
        yield None if locations.is_remote(path) else checks.size_of(path), index, path, *more


def classify_there(
    size: int | None, index: int, path: str, name: str, settings: ClassifierSettings, threads: int
) -> Outcome:
    """`classify` on a worker.

    Args:
        size: of the file on the machine that asks, as of `checks.size_of`.

    Raises:
        InputError: the worker does not have the same file at that path.
    """
    if not locations.is_remote(path) and checks.size_of(path) != size:
        raise checks.not_shared(name)
    return classify(index, path, name, settings, threads)
