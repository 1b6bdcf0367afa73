"""What a model recognises in altered windows of the test split, as rows of its report."""

from dataclasses import dataclass

from classifier.records.artifact import Artifact
from classifier.reporting import warnings

MOST_LABELS = 8  # that have a column


@dataclass(frozen=True)
class RobustnessTable:
    """The names of the columns, a row per alteration, and what to say of those in which much is lost.

    An older model has no rows.
    """

    header: list[str]
    rows: list[list[str]]
    fragile: list[str]


def gather(trained: Artifact) -> RobustnessTable:
    """The table of a trained model."""
    conditions = trained.record.robustness
    labels = trained.labels if len(trained.labels) <= MOST_LABELS else []
    rows = [
        [of.what, f"{of.balanced_accuracy:.1%}", *(_percent(of.recall.get(label)) for label in labels)]
        for of in conditions
    ]
    return RobustnessTable(["windows", "balanced accuracy", *labels], rows, warnings.fragile(conditions))


def _percent(share):
    return "-" if share is None else f"{share:.1%}"
