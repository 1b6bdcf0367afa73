"""Recall of each source and label, where sources (corpora, sites, microphones) are left out one at a time."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from classifier.scoring import metrics

NEGATIVES = "negatives"  # stands for the source of those


@dataclass(frozen=True)
class SourceScores:
    """How much of a label a model finds in a source that it never heard.

    Attributes:
        source, label: of the recordings.
        windows, recordings, groups: how many there are.
        recall: of the windows.
        interval: 95 % of it, over groups: (lowest, highest); None where there is one group.
        recall_of_recordings: of the recordings.
    """

    source: str
    label: str
    windows: int
    recordings: int
    groups: int
    recall: float
    interval: tuple[float, float] | None
    recall_of_recordings: float


def scores(
    predictions: Mapping[str, np.ndarray], labels: list[str], vote: bool = False, seed: int = 0
) -> list[SourceScores]:
    """The recall of each source and label that has windows, sources and labels in their order.

    Args:
        predictions: probabilities (windows, labels), targets, recordings, groups and sources (windows,).
        labels: in the order of the columns.
        vote: let the windows of a recording vote.
        seed: of the bootstrap.
    """
    found = []
    for source in np.unique(predictions["sources"]):
        for index, label in enumerate(labels):
            these = (predictions["sources"] == source) & (predictions["targets"] == index)
            if these.any():
                of = {name: values[these] for name, values in predictions.items()}
                found.append(_scores(of, str(source), label, labels, vote, seed))
    return found


def _scores(of, source, label, labels, vote, seed):
    compared = [of[name] for name in ("probabilities", "targets", "recordings")]
    scored = metrics.score(*compared, labels, vote)
    drawn = metrics.intervals(*compared, of["groups"], labels, vote, seed)
    lowest, highest = drawn.windows["accuracy"] if drawn.windows else (None, None)
    return SourceScores(
        source=source,
        label=label,
        windows=scored.windows.n,
        recordings=scored.recordings.n,
        groups=drawn.groups,
        recall=scored.windows.accuracy,
        interval=None if lowest is None or highest is None else (lowest, highest),
        recall_of_recordings=scored.recordings.accuracy,
    )
