"""A gradient-boosting baseline: what a network must beat to be worth its weights.

Source: github.com/crunker99/sourcing-sound, the baseline before its networks.
Differs: scaling, PCA and trees are fitted on the training split only, and a grid search holds out whole groups; bands
    are of power and from 0 Hz; at most 200 components; labels are weighted, not drawn again.

model.joblib is a pickle: loading one runs the code in it, so load none from where you would not run a program from.
"""

import json
import time
import warnings
from dataclasses import asdict, dataclass
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

from classifier.audio.windows import hop_length
from classifier.core import atomic_files
from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.core.parallel import cpu_count
from classifier.data import group_dealing, layouts, provenance, splits
from classifier.data.audio_cache import AudioCache
from classifier.data.provenance import DataRecord, SplitRecord
from classifier.evaluation.baselines.config import BoostingConfig
from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.features.summary import Summary
from classifier.records import artifact, run_record, window_predictions
from classifier.records.audio_format import AudioFormat
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


@dataclass(frozen=True)
class BoostingResult:
    """What run.json says of a baseline.

    Attributes:
        model: NAME.
        labels: in the order of the probabilities.
        config: as of BoostingConfig.settings.
        recipe: the best settings of the grid search.
        grid: {"folds": of the search, "tried": settings with what they reached, the best first}.
        data, split: as of data.provenance.
        windows: {split: how many}.
        features: values per window.
        scores: of the test split.
        training_seconds: of everything.
        versions: {package: version}.
    """

    model: str
    labels: list[str]
    config: dict
    recipe: dict
    grid: dict
    data: DataRecord
    split: SplitRecord
    windows: dict[str, int]
    features: int
    scores: metrics.Scores
    training_seconds: float
    versions: dict[str, str]


def train(
    store: AudioCache, split_names: np.ndarray, labels: list[str], audio_format: AudioFormat, config: BoostingConfig
) -> BoostingResult:
    """Search for the best settings, fit them on the training split, score the test split; writes <out>/boosting.

    Args:
        store: the decoded recordings; all features of their windows are held in memory.
        split_names: (clips,) "train", "validation" or "test".
        labels: in the order of the probabilities.
        audio_format: of the windows.
        config: what the person chose.

    Raises:
        InputError: the training split is too small for the grid search.
    """
    started = time.monotonic()
    folder_of_data = layouts.folder_of(config.data)
    windows = cut(store, split_names, labels, audio_format, config.overlap)
    train_windows, test = windows["train"], windows["test"]
    groups = group_dealing.joined(np.array([clip.group for clip in store.clips]), store.contents)[
        train_windows.recordings
    ]
    held_out = folds(train_windows.targets, groups, labels, config.seed)
    counts = ", ".join(f"{len(windows[name].targets)} to {verb}" for name, verb in splits.VERBS.items())
    say(f"{NAME}: windows {counts}; computing their features ...")
    values = {name: features(config.features, of_split) for name, of_split in windows.items()}
    search = fit(values["train"], train_windows.targets, held_out, COMPONENTS[config.features], config.seed)
    with _one_thread():
        predictions = {
            name: windows[name].predictions(search.predict_proba(values[name]).astype("float32"))
            for name in ("validation", "test")
        }
    scores = metrics.score(predictions["test"]["probabilities"], test.targets, test.recordings, labels)
    result = BoostingResult(
        model=NAME,
        labels=labels,
        config=config.settings,
        recipe={**_settings(search.best_params_), "trees": TREES},
        grid={"folds": len(held_out), "tried": _tried(search)},
        data=provenance.of_data(store, folder_of_data),
        split=provenance.of_split(store, split_names.tolist(), folder_of_data),
        windows={name: len(of_split.targets) for name, of_split in windows.items()},
        features=values["train"].shape[1],
        scores=scores,
        training_seconds=round(time.monotonic() - started, 1),
        versions=run_record.versions("joblib"),
    )
    with atomic_files.new_folder(Path(config.out) / NAME) as folder:
        joblib.dump(search.best_estimator_, folder / MODEL)
        window_predictions.write(folder, predictions)
        text = json.dumps({**asdict(result), "audio_format": asdict(audio_format)}, indent=2, ensure_ascii=False)
        (folder / artifact.RUN).write_text(text + "\n", encoding="utf-8")
    return result


def cut(
    store: AudioCache, split_names: np.ndarray, labels: list[str], audio_format: AudioFormat, overlap: float = 0.0
) -> dict[str, Windows]:
    """{split: Windows}, cut as for networks; training windows overlap by a share, 0 to less than 1.

    Args:
        split_names: (clips,) "train", "validation" or "test".
    """
    of_split = {name: np.flatnonzero(split_names == name) for name in splits.SPLITS}
    found = {name: Windows(store, of_split[name], labels, audio_format, AT_ONCE) for name in splits.SPLITS}
    if overlap:
        hop = hop_length(audio_format.window_length, overlap)
        _add(found["train"], Windows(store, of_split["train"], labels, audio_format, AT_ONCE, hop))
    return found


def _add(windows: Windows, others: Windows) -> None:
    """Add the windows that are missing."""
    targets = dict(zip(windows.recordings, windows.targets, strict=True))
    both = [np.stack([each.recordings, each.starts]) for each in (windows, others)]
    windows.recordings, windows.starts = np.unique(np.concatenate(both, axis=1), axis=1)
    windows.targets = np.array([targets[i] for i in windows.recordings])
    windows.weights = np.ones(len(windows.targets), "float32")  # `fit` weighs labels itself


def features(name: str, windows: Windows) -> np.ndarray:
    """(windows, values) float32, computed by the layer that networks use; "mel" is standardised window by window."""
    audio = keras.Input((windows.audio_format.window_length,))
    values = keras.Model(audio, LAYERS[name](windows.audio_format)(audio)).predict(windows, verbose=0)
    values = values.reshape(len(values), -1)
    if name == "mel":
        values -= values.mean(axis=1, keepdims=True)
        values /= np.maximum(values.std(axis=1, keepdims=True), 1e-6)  # digital silence stays 0
    return values


def folds(targets: np.ndarray, groups: np.ndarray, labels: list[str], seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The folds of the grid search: for each, the rows to learn from and those to hold out; no group is in both.

    Args:
        targets: (windows,) index of the label.
        groups: (windows,) group of each.
        labels: in the order of the indices.
        seed: of the shuffling.

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


def fit(
    values: np.ndarray,
    targets: np.ndarray,
    held_out: list[tuple[np.ndarray, np.ndarray]],
    components: tuple[int | None, ...],
    seed: int,
) -> GridSearchCV:
    """Grid search by balanced accuracy; the best settings are fitted again on all windows.

    Scaling and PCA are steps of what is fitted: a fold's held-out windows take no part in them.

    Args:
        values: (windows, values).
        targets: (windows,) index of the label.
        held_out: as of `folds`.
        components: numbers of PCA components to try, None for no PCA; no more are used than a fold has windows.
        seed: of the PCA and the trees.

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
