"""Properties of files that predict their labels: all speech at 48 kHz, all alarms from one phone.

A model learns such a shortcut and fails in the field. A decision tree of depth two on the properties alone finds it
first.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from classifier.core import console

FOLDS = 5  # groups per label that are needed to test measured properties, each left out once
SHORTCUT = 0.25  # of the way from chance to always right; a better property is reported
PERMUTATIONS = 99  # of the labels: the smallest share that can be found is 1 %
LUCK = 0.05  # share of permutations that may do as well; of more, a property is no shortcut


def find(facts: Sequence, format_names: Sequence[str], measured: Sequence[str]) -> list[dict[str, Any]]:
    """How well each property predicts the labels, and all together; the best first.

    Each is {property, balanced_accuracy, chance, luck, warning, judged_by}. With at least FOLDS groups of every label,
    each group is predicted by a tree that has not seen it; with fewer, only the format is tried, on the files that the
    tree was fitted to. luck: the share of permutations of the labels that a tree fits as well; None where the property
    is too weak to ask. warning: "shortcut" of the format, "differs" of what may be the sound itself, or "".
    """
    targets, groups = np.array([f.label for f in facts]), np.array([f.group for f in facts])
    enough = min(len(set(groups[targets == label])) for label in set(targets)) >= FOLDS
    names = (*format_names, *measured) if enough else format_names
    columns = {name: _columns([getattr(f, name) for f in facts]) for name in names}
    columns["all together"] = np.hstack(list(columns.values()))
    device = set(format_names if enough else columns)
    chance = 1 / len(set(targets))
    rows: list[dict[str, Any]] = []
    for name, values in columns.items():
        score = _balanced_accuracy(values, targets, groups if enough else None)
        is_strong = (score - chance) / (1 - chance) >= SHORTCUT
        luck = _luck(values, targets, groups) if is_strong else None
        warning = "" if luck is None or luck > LUCK else "shortcut" if name in device else "differs"
        rows.append(
            {
                "property": name,
                "balanced_accuracy": score,
                "chance": chance,
                "luck": luck,
                "warning": warning,
                "judged_by": "other groups" if enough else "the same files",
            }
        )
    return sorted(rows, key=lambda row: -row["balanced_accuracy"])


def _luck(values, targets, groups):
    """The share of permutations of the labels, between groups, that a tree fits as well as the labels themselves."""
    random, fitted = np.random.default_rng(0), _balanced_accuracy(values, targets, None)
    units, unit_of = np.unique(list(zip(groups, targets, strict=True)), axis=0, return_inverse=True)
    as_good = sum(
        _balanced_accuracy(values, random.permutation(units[:, 1])[unit_of], None) >= fitted
        for _ in range(PERMUTATIONS)
    )
    return (1 + as_good) / (1 + PERMUTATIONS)


def _columns(values):
    """(recordings, columns): a number as it is, a name one-hot."""
    if isinstance(values[0], str):
        return (np.array(values)[:, None] == np.unique(values)).astype(float)
    return np.array(values, float)[:, None]


def _balanced_accuracy(values, targets, groups) -> float:
    """Of a decision tree of depth two; on its own training data where groups is None."""
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(max_depth=2, class_weight="balanced", random_state=0)
    if groups is None:
        predictions = tree.fit(values, targets).predict(values)
    else:
        folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
        predictions = cross_val_predict(tree, values, targets, groups=groups, cv=folds)
    return float(balanced_accuracy_score(targets, predictions))


def show(shortcuts: Sequence[dict[str, Any]], labels: dict[str, Any], format_names: Sequence[str]) -> None:
    """Print what `find` found; labels: {label: summary} of data.audit."""
    judged = f"chance {shortcuts[0]['chance']:.1%}; tested on {shortcuts[0]['judged_by']}"
    print(f"labels predicted by a decision tree from one property of the files, balanced accuracy ({judged}):")
    rows = []
    for row in shortcuts:
        values = {label: ", ".join(map(str, of.get(row["property"], ""))) for label, of in labels.items()}
        said = "; ".join(f"{label} {value}" for label, value in values.items()) if len(set(values.values())) > 1 else ""
        said = said if row["property"] in format_names else ""
        rows.append(
            [
                row["property"],
                f"{row['balanced_accuracy']:.1%}",
                row["warning"].upper(),
                "" if row["luck"] is None else f"{row['luck']:.0%}",
                said,
            ]
        )
    console.table(["property", "balanced accuracy", "", "as good by luck", ""], rows)
    warnings = {row["warning"] for row in shortcuts}
    if "shortcut" in warnings:
        print(
            "A model learns a shortcut instead of the sounds. Record all labels with the same devices, places and\n"
            "settings. PrepareData.py unifies rates and channels, but cannot restore a missing bandwidth."
        )
    if "differs" in warnings:
        print(
            "What differs may be the sound itself (silence is quiet, rain is wide) or how it was recorded and cut:\n"
            "listen to some recordings of each label."
        )
