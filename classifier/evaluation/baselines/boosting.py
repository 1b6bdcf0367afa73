"""A gradient-boosting baseline: what a network must beat to be worth its weights.

Source: github.com/crunker99/sourcing-sound, the baseline before its networks.
Differs: scaling, PCA and trees are fitted on the training split only, and a grid search holds out whole groups; bands
    are of power and from 0 Hz; at most 200 components; labels are weighted, not drawn again.

model.joblib is a pickle: loading one runs the code in it, so load none from where you would not run a program from.
"""

import time
import warnings
from dataclasses import asdict
from functools import partial
from pathlib import Path

import joblib
import keras
import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from classifier.core import atomic_files
from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.core.parallel import cpu_count
from classifier.data import layouts, provenance, splits
from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.features.summary import Summary
from classifier.plotting import confusion_matrix
from classifier.records import artifact, run_record
from classifier.scoring import metrics
from classifier.training.datasets import Windows

NAME = "boosting"  # of the folder, and in run.json
MODEL = "model.joblib"
LAYERS = {"summary": Summary.from_audio_format, "mel": partial(LogMelSpectrogram.from_audio_format, n_mels=60)}
COMPONENTS = {"summary": (None, 20), "mel": (50, 200)}  # of the PCA, tried; None: no PCA
LEARNING_RATES = (0.05, 0.2)  # tried
LEAVES = (8, 31)  # of a tree, tried; the source's depth of 3 has 8
TREES = 100  # a label, as in the source
LEAST_LEAF = 5  # windows; scikit-learn's 20 leaves a small data set without a single split
FOLDS = 3  # of the grid search, or as many as the rarest label has groups on the training split
AT_ONCE = 64  # windows a layer is given
MOST_OVERLAP = 0.9  # ten times the windows; beyond, memory fills with ever the same


def train(store, labels, audio_format, run, out):
    """Search for the best settings, fit them on the training split, report the test split; writes <out>/boosting.

    Args:
        store: the decoded recordings; all features of their windows are held in memory.
        labels: in the order of the probabilities.
        audio format: the audio format.
        run: dict of what the person decided: data, fold, seed, features (one of LAYERS), overlap (of training windows,
            a share of a window); the rest is remembered.
        out: folder that holds the folder.

    Returns:
        What run.json says.

    Raises:
        InputError: the recordings cannot be split, or the overlap is none.
    """
    started = time.monotonic()
    data = layouts.folder_of(run["data"])
    split_names = splits.split(store.clips, store.contents, run["fold"], run["seed"])
    windows = cut(store, split_names, labels, audio_format, run["overlap"])
    learn = windows["train"]
    groups = splits.joined(np.array([clip.group for clip in store.clips]), store.contents)[learn.recordings]
    held_out = folds(learn.targets, groups, labels, run["seed"])
    counts = ", ".join(f"{len(windows[split_name].targets)} to {verb}" for split_name, verb in splits.VERBS.items())
    say(f"{NAME}: windows {counts}; computing their features ...")
    values = {split_name: features(run["features"], of_split) for split_name, of_split in windows.items()}
    search = fit(values["train"], learn.targets, held_out, COMPONENTS[run["features"]], run["seed"])
    with _one_thread():
        said = {
            split_name: search.predict_proba(values[split_name]).astype("float32")
            for split_name in ("validation", "test")
        }
    predictions = {
        split_name: windows[split_name].predictions(probabilities) for split_name, probabilities in said.items()
    }
    test = windows["test"]
    scores = metrics.score(predictions["test"]["probabilities"], test.targets, test.recordings, labels)
    described = {
        "model": NAME,
        "labels": labels,
        "run": run,
        "recipe": {**_settings(search.best_params_), "trees": TREES},
        "grid": {"folds": len(held_out), "tried": _tried(search)},
        "data": asdict(provenance.of_data(store, data)),
        "split": asdict(provenance.of_split(store, split_names, data)),
        "windows": {split_name: len(of_split.targets) for split_name, of_split in windows.items()},
        "features": values["train"].shape[1],
        "scores": scores,
        "training_seconds": round(time.monotonic() - started, 1),
        "versions": run_record.versions("joblib"),
    }
    with atomic_files.new_folder(Path(out) / NAME) as folder:
        joblib.dump(search.best_estimator_, folder / MODEL)
        artifact.write_predictions(folder, predictions)
        artifact.write_run(folder, described, audio_format)
        (folder / artifact.REPORT).mkdir()
        confusion_matrix.draw_both(scores, labels, f"{NAME}: test", folder / artifact.REPORT / "confusion")
    return described


def cut(store, split_names, labels, audio_format, overlap=0.0):
    """{split: Windows}, cut as for networks; between those to learn from are others, which overlap by a share.

    Raises:
        InputError: the overlap is none.
    """
    if not 0 <= overlap <= MOST_OVERLAP:
        raise InputError(f"--overlap {overlap:g}: it is a share of a window; give one from 0 to {MOST_OVERLAP}")
    on_side = {split_name: np.flatnonzero(split_names == split_name) for split_name in splits.SPLITS}
    found = {
        split_name: Windows(store, on_side[split_name], labels, audio_format, AT_ONCE) for split_name in splits.SPLITS
    }
    if overlap:
        hop = max(1, round(audio_format.window_length * (1 - overlap)))
        _add(found["train"], Windows(store, on_side["train"], labels, audio_format, AT_ONCE, hop))
    return found


def _add(windows, others):
    """Add those windows of the same recordings that are not there; a short last one stays, because a test has such."""
    targets = dict(zip(windows.recordings, windows.targets, strict=True))
    both = [np.stack([each.recordings, each.starts]) for each in (windows, others)]
    windows.recordings, windows.starts = np.unique(np.concatenate(both, axis=1), axis=1)
    windows.targets = np.array([targets[i] for i in windows.recordings])
    windows.weights = np.ones(len(windows.targets), "float32")  # `fit` weighs labels itself


def features(name, windows):
    """(windows, values) float32, computed by the layer that networks use; "mel" is standardised window by window."""
    audio = keras.Input((windows.audio_format.window_length,))
    values = keras.Model(audio, LAYERS[name](windows.audio_format)(audio)).predict(windows, verbose=0)
    values = values.reshape(len(values), -1)
    if name == "mel":
        values -= values.mean(axis=1, keepdims=True)
        values /= np.maximum(values.std(axis=1, keepdims=True), 1e-6)  # digital silence stays 0
    return values


def folds(targets, groups, labels, seed):
    """Which windows to learn from and which to hold out, (rows, rows) a fold; no group is in both.

    Args:
        truth: (windows,) index of the label. groups: (windows,) who or where each is from.

    Raises:
        InputError: a label has fewer than two groups, or a fold would not learn it.
    """
    n_groups = [len(set(groups[targets == i])) for i in range(len(labels))]
    if min(n_groups) < 2:
        rarest = labels[np.argmin(n_groups)]
        raise InputError(
            f"{rarest!r} has {min(n_groups)} recording(s) or group(s) on the training split; the grid search needs at "
            "least 2, to hold one out: add recordings"
        )
    dealer = StratifiedGroupKFold(min(FOLDS, *n_groups), shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # fewer windows of a label than folds: counted by groups above
        found = list(dealer.split(targets, targets, groups))
    if any(len(set(targets[learn])) < len(labels) or not len(held) for learn, held in found):
        raise InputError(
            "a fold of the grid search lacks a label to learn, or is empty; add recordings, or try another --seed"
        )
    return found


def fit(values, targets, held_out, components, seed):
    """Grid search by balanced accuracy; the best settings are fitted again on all windows.

    Scaling and PCA are steps of what is fitted: a fold's held-out windows take no part in them.

    Args:
        values: (windows, values). truth: (windows,) index of the label.
        held_out: as of `folds`.
        components: numbers to try; no more than a fold has windows.

    Returns:
        scikit-learn's GridSearchCV; its steps are "scale", "pca" and "trees".
    """
    most = min(values.shape[1], *(len(learn) for learn, _ in held_out))
    counts = dict.fromkeys(None if n is None else min(n, most) for n in components)
    trees = HistGradientBoostingClassifier(
        max_iter=TREES,
        min_samples_leaf=LEAST_LEAF,
        class_weight="balanced",
        early_stopping=False,  # it would hold out windows, not groups
        random_state=seed,
    )
    steps = [("scale", StandardScaler()), ("pca", "passthrough"), ("trees", trees)]
    grid = {
        "pca": ["passthrough" if n is None else PCA(n, random_state=seed) for n in counts],
        "trees__learning_rate": LEARNING_RATES,
        "trees__max_leaf_nodes": LEAVES,
    }
    n = len(counts) * len(LEARNING_RATES) * len(LEAVES)
    say(f"{NAME}: {n} settings on {len(held_out)} folds each, {n * len(held_out)} trainings; this takes a while ...")
    settings = {"scoring": "balanced_accuracy", "cv": held_out, "error_score": "raise", "n_jobs": cpu_count()}
    with _one_thread():
        return GridSearchCV(Pipeline(steps), grid, **settings).fit(values, targets)


def _one_thread():
    """Threads within a tree wait for each other, on a busy machine for minutes: trainings run side by side instead."""
    return threadpool_limits(1, "openmp")


def _tried(search):
    """What each setting reached in the grid search, the best first."""
    found = search.cv_results_
    order = np.argsort(found["rank_test_score"], kind="stable")
    return [
        {
            **_settings(found["params"][i]),
            "balanced_accuracy": float(found["mean_test_score"][i]),
            "sd": float(found["std_test_score"][i]),
        }
        for i in order
    ]


def _settings(parameters):
    return {
        "components": getattr(parameters["pca"], "n_components", None),
        "learning_rate": parameters["trees__learning_rate"],
        "max_leaf_nodes": parameters["trees__max_leaf_nodes"],
    }
