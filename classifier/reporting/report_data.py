"""The named values of a model's report, gathered from its folder; the templates say how they look."""

import platform
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classifier.core import registry
from classifier.data import splits
from classifier.records import artifact, tflite_files
from classifier.records.conversion import VARIANTS
from classifier.reporting import (
    decision_report,
    multi_label_tables,
    one_class_tables,
    report_confusion,
    report_media,
    report_windows,
    robustness_table,
    warnings,
)
from classifier.reporting.report_confusion import rate
from classifier.reporting.training_command import command
from classifier.scoring import confidence
from classifier.scoring.metrics import UNITS
from Constants import ROOT

LEAKS_NAMED = 5
MANY = 8  # labels; a matrix of more is set smaller


@dataclass(frozen=True)
class Tile:
    """A score. value: in [0, 1]; count: "90 of 100", or nothing; compared_with: a sentence."""

    title: str
    value: float
    count: str
    compared_with: str


@dataclass(frozen=True)
class Leak:
    """Groups or recordings (what) that are in two splits: how many, the first names, and how many more there are."""

    what: str
    n: int
    names: list[str]
    more: int


def gather(trained: artifact.Artifact) -> dict[str, Any]:
    """{name in the template: value}; draws the pictures into the report's folder."""
    record, (scores, variant) = trained.record, trained.shipped_scores()
    about = _of_several(trained) if record.multi_label_scores else _of_one_label(trained, scores)
    return {
        **about,
        "model": _model(trained),
        "split_leaks": _leaks(record.split),
        "measured_on": _measured_on(variant, record.refit),
        "leak_check": warnings.leak_check(record.split),
        "refit": warnings.refit(record),
        "taught": warnings.taught(record),
        "card": _card(trained),
        "many_labels": len(trained.labels) > MANY,
        "robustness": robustness_table.gather(trained),
        "decision": decision_report.gather(trained),
        "training": _training(trained),
        "file_rows": _file_rows(trained),
        "variant_rows": _variant_rows(trained),
        "machine": platform.machine(),
        "repeat": _repeat(trained),
    }


def _of_one_label(trained, scores):
    """The values that are of models that say which one label is right."""
    record, recordings = trained.record, scores.recordings
    n_groups, units = record.split.test_groups, trained.record.split.units
    return {
        "headline": f"{warnings.right_of(recordings.right, recordings.n, n_groups)} held-out {units} right",
        "several": None,
        "chance": scores.chance,
        "tiles": _tiles(scores, n_groups),
        "few_groups": [
            *one_class_tables.lines(trained),
            *warnings.time_limit(record),
            *warnings.not_tested(record.labels, recordings.recall),
            *warnings.silence_and_negatives(record.labels, scores.windows.confusion, record.config.learned_negatives),
            *warnings.few_groups(recordings.recall, n_groups),
            *warnings.unheard(scores),
        ],
        "matrices": [report_confusion.matrix(trained, scores.by(what), what) for what in UNITS],
        "label_rows": _label_rows(trained, scores),
        "threshold_rows": _threshold_rows(trained),
        "windows": report_windows.gather(trained),
    }


def _of_several(trained):
    """The same, of models that may report several labels at once."""
    several = multi_label_tables.gather(trained)
    none = {"matrices": [], "label_rows": [], "threshold_rows": [], "windows": None}
    tile = Tile("Mean average precision, windows", several.mean, several.interval, "The mean over the labels.")
    about = {"headline": several.headline, "several": several, "chance": several.chance, "tiles": [tile]}
    return {**none, **about, "few_groups": warnings.time_limit(trained.record)}


def _model(trained):
    """What it is, by its file's docstring; read, not imported, because not every process may import TensorFlow."""
    document = registry.docstring("models", trained.name)
    source = re.search(r"^Source: .*$", document, re.MULTILINE)
    return {
        "name": trained.name,
        "summary": document.partition("\n")[0],
        "source": source and source[0],
        "labels": trained.labels,
        "labels_named": len(trained.labels) <= MANY,
        "seconds": f"{trained.audio_format.seconds:g}",
    }


def _measured_on(variant, refit):
    of = f"{artifact.HELD_OUT}/" if refit else ""
    if variant:
        return f"Measured on {of}{VARIANTS[variant]}, the variant that the files for the app are made from"
    return f"Measured on {of}{artifact.MODEL}; after the next two steps this page shows the variant that ships"


def _tiles(scores, n_groups):
    def accuracy(what, score):
        title, count = f"{what.capitalize()} right", warnings.right_of(score.right, score.n, n_groups)
        return Tile(title, score.accuracy, count, f"Always the most frequent label: {score.majority:.1%}.")

    windows, recordings = scores.windows, scores.recordings
    interval = warnings.between(*confidence.balanced_interval(windows.recall, n_groups))
    compared_with = "Every label has the same weight."
    balanced = Tile("Balanced accuracy, windows", windows.balanced_accuracy, f"({interval})", compared_with)
    return [accuracy("recordings", recordings), accuracy("windows", windows), balanced]


def _leaks(split):
    found = []
    for what in ("groups", "recordings"):
        if names := getattr(split, f"{what}_in_two_splits"):
            first = [report_windows.shown(name) for name in names[:LEAKS_NAMED]]
            found.append(Leak(what, len(names), first, max(0, len(names) - LEAKS_NAMED)))
    return found


def _card(trained):
    record, audio_format = trained.record, trained.audio_format
    data, split = record.data, record.split
    length = f"{audio_format.seconds:g} s of one channel at {audio_format.sample_rate:,} Hz"
    return {
        "counts": {label: data.recordings.get(label, 0) for label in trained.labels},
        "input": f"{length}: {audio_format.window_length:,} samples in [-1, 1]. Features are computed inside.",
        "weights": record.parameters,
        "data": Path(record.config.data).name,
        "recordings": sum(data.recordings.values()),
        "skipped": len(data.skipped),
        "groups": split.groups,
        "groups_known": split.groups_known,
        "fingerprint": data.fingerprint,
        "split_by": split.rule,
        "fold": record.config.fold,
        "split_sizes": ", ".join(f"{len(split.names(name))} to {verb}" for name, verb in splits.VERBS.items()),
    }


def _label_rows(trained, scores):
    windows, recordings = (np.array(scores.by(what).confusion) for what in UNITS)
    rows = []
    for i, label in enumerate(trained.labels):
        right, true, predicted = windows[i, i], windows[i].sum(), windows[:, i].sum()
        rates = [
            rate(right, true),
            rate(right, predicted),
            rate(2 * right, true + predicted),
        ]
        rows.append([label, true, *rates, recordings[i].sum(), rate(recordings[i, i], recordings[i].sum())])
    return rows


def _threshold_rows(trained):
    """The threshold of each label, and its false alarms and misses on the test split."""
    rows = []
    for label, of in trained.record.alarms.items():
        false_alarms = f"{of.false_alarms} in {60 * of.hours:.1f} minutes" if of.hours else "-"
        at_most = f"{of.at_most_per_hour:.1f}" if of.hours else "-"
        misses = "-" if of.misses is None else f"{of.misses:.1%}"
        rows.append([label, f"{of.threshold:.4f}", false_alarms, at_most, misses])
    return rows


def _training(trained):
    record, has_history = trained.record, (artifact.figures(trained.folder) / artifact.HISTORY).is_file()
    history = trained.history() if has_history else {}
    epochs = enumerate(zip(*history.values(), strict=True), 1)
    return {
        "best_epoch": record.best_epoch,
        "epochs": record.recipe.epochs,
        "seconds": f"{record.training_seconds:,.0f}",
        "curves": report_media.curves(trained),
        "header": ["epoch", *(name.replace("_", " ") for name in history)],
        "history": [[epoch, *(f"{value:.3f}" for value in values)] for epoch, values in epochs],
        "calibration_error": record.calibration.error_before,
        "tempered": _tempered(record.calibration),
        "reliability": report_media.reliability(trained),
    }


def _tempered(found):
    """What a temperature would change."""
    if found.temperature == 1:
        return "No temperature makes that better on validation windows: probabilities stay as they are."
    return f"Divided by a temperature of {found.temperature:.2f}, which validation chose, {found.error_after:.1%}."


def _file_rows(trained):
    found = sorted(path for path in trained.folder.glob("*.tflite") if not path.name.startswith("."))
    audio = f"{trained.audio_format.seconds:g} s of audio"
    takes, for_app = {trained.folder / name: audio for name in VARIANTS.values()}, set()
    if (trained.folder / artifact.TFLITE).is_file():
        for file in tflite_files.app_files(trained):
            takes |= {file.source: file.takes, file.target: f"{file.takes}, in {file.variant}"}
            for_app.add(file.target)
    return [
        [
            path.name,
            f"{path.stat().st_size / 1000:,.0f} KB",
            takes.get(path, "-"),
            "copy it into the app" if path in for_app else "without metadata",
        ]
        for path in found
    ]


def _variant_rows(trained):
    """The variants beside each other; [] before the model is converted."""
    if not trained.variants:
        return []
    rows = []
    for variant, of in trained.variants.files.items():
        test = of.test
        compared = [f"{test.windows.right} of {test.windows.n}", test.changed] if test else ["-", "-"]
        milliseconds = [f"{median:.1f}" for median, _ in of.milliseconds.values()]
        recommended = "recommended" if variant == trained.variants.recommended else ""
        row = [variant, f"{of.bytes / 1000:,.0f}", *compared, *milliseconds, f"{of.arena / 1000:,.0f}"]
        rows.append([*row, trained.variants.taken_by(variant), recommended])
    return rows


def _repeat(trained):
    record = trained.record
    recipes = {"Recipe": asdict(record.recipe), "Fine-tuning": asdict(record.fine_tuning) if record.fine_tuning else {}}
    tables = {
        title: [[key.replace("_", " ").replace(" db", " dB"), _in_words(value)] for key, value in recipe.items()]
        for title, recipe in recipes.items()
        if recipe
    }
    return {
        "command": command(trained),
        "data_elsewhere": not Path(record.config.data).is_relative_to(ROOT),
        "seed": record.config.seed,
        "tables": {**tables, "Versions": list(record.versions.items())},
    }


def _in_words(value):
    """A setting of a recipe, in words."""
    if isinstance(value, list | tuple):
        return " to ".join(map(str, value))
    return {None: "none", True: "yes", False: "no"}[value] if value is None or isinstance(value, bool) else value
