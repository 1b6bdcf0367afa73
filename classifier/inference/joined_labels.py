"""A predictor whose labels a test has joined or renamed (data/label_map.py)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from classifier.data.labels import clean
from classifier.inference.predictor import Predictor


def with_names(predictor: Predictor, names: Mapping[str, Sequence[str]]) -> Predictor:
    """A predictor that gives one probability to labels that are not told apart: their sum, or of sigmoids the largest.

    Its other labels stay as they are. It has no decision rule: that is of the labels it was trained with.

    Args:
        names: {name: the labels that it stands for}.
    """
    labels = [clean(label) for label in predictor.labels]
    name_of = {label: name for name, of in names.items() for label in of}
    columns: dict[str, list[int]] = {}
    for index, label in enumerate(labels):
        own = f"{label} of the model" if label in names else label
        columns.setdefault(name_of.get(label, own), []).append(index)
    if list(columns) == labels:
        return predictor
    join = np.max if predictor.independent else np.sum

    def probabilities(windows: np.ndarray) -> np.ndarray:
        found = predictor.probabilities(windows)
        return np.stack([join(found[:, of], axis=1) for of in columns.values()], axis=1)

    return replace(predictor, labels=list(columns), probabilities=probabilities, rule=None)
