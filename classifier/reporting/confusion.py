"""What a label was taken for, as columns of a table: all labels where they are few, else the most frequent."""

from collections.abc import Sequence

import numpy as np

MANY = 8  # labels; a table has no room for a column of each of more
NAMED = 3  # labels that one was most often taken for


def columns(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> tuple[list[str], list[list[str]]]:
    """The last columns of a table with a row per label.

    Args:
        labels: in the order of the rows.
        counts: (labels, labels); a row is a true label, a column a predicted one.

    Returns:
        their names, and the cells of each row.
    """
    if len(labels) <= MANY:
        return [f"as {label}" for label in labels], [[str(count) for count in row] for row in counts]
    return ["most often taken for"], [[most_often(i, row, labels)] for i, row in enumerate(counts)]


def most_often(true: int, row: Sequence[int], labels: Sequence[str]) -> str:
    """The labels that windows or recordings of one were most often taken for, with how many; "" where there are none.

    Args:
        true: index of the label.
        row: (labels,) counts by predicted label.
    """
    wrong = np.array(row)
    wrong[true] = 0
    first = [i for i in np.argsort(-wrong, kind="stable")[:NAMED] if wrong[i]]
    return "; ".join(f"{labels[i]} {wrong[i]}" for i in first)
