"""Confusion matrices for a model's report."""

from dataclasses import dataclass

from classifier.records import artifact
from classifier.reporting import confusion, report_media
from classifier.scoring.metrics import UnitScores

CELLS_OF = 60  # labels; a matrix of more is a picture, and a table of what each label was taken for


@dataclass(frozen=True)
class Cell:
    """A cell of a confusion matrix. share: of its row, in [0, 1]; css: "right", "wrong", or "none" where it is 0."""

    count: int
    share: float
    css: str


@dataclass(frozen=True)
class Row:
    """A row of a confusion matrix."""

    label: str
    cells: list[Cell]


@dataclass(frozen=True)
class Matrix:
    """A confusion matrix, and the picture of it.

    rows: none where there are more than CELLS_OF labels; then confused has a row per label: what it was taken for.
    """

    title: str
    caption: str
    rows: list[Row]
    confused: list[list[str]]
    picture: report_media.Media


def matrix(trained: artifact.Artifact, score: UnitScores, what: str) -> Matrix:
    """The confusion matrix of "windows" or "recordings"; draws its picture."""
    rows, confused = [], []
    few = len(trained.labels) <= CELLS_OF
    for i, (label, counts) in enumerate(zip(trained.labels, score.confusion, strict=True)):
        total = max(1, sum(counts))
        if not few:
            share = rate(counts[i], sum(counts))
            confused.append([label, sum(counts), share, confusion.most_often(i, counts, trained.labels)])
            continue
        css = ["none" if not count else "right" if i == j else "wrong" for j, count in enumerate(counts)]
        cells = [Cell(count, count / total, of_cell) for count, of_cell in zip(counts, css, strict=True)]
        rows.append(Row(label, cells))
    caption = f"{score.right} of {score.n} {what} right"
    return Matrix(what.capitalize(), caption, rows, confused, report_media.confusion(trained, score, what))


def rate(part: int, whole: int) -> str:
    """A share in percent; "-" of nothing."""
    return f"{part / whole:.1%}" if whole else "-"
