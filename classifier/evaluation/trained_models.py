"""Test a trained model on labelled recordings, and count its false alarms where none of its labels occurs."""

from collections import Counter
from pathlib import Path

import numpy as np

from classifier.audio.windows import Cut
from classifier.core.console import progress
from classifier.core.errors import InputError
from classifier.data import provenance
from classifier.data.audio_cache import AudioCache
from classifier.data.label_map import Matched
from classifier.data.layouts import folder_of, units_of
from classifier.data.negatives import find, folders_of
from classifier.evaluation.results import ModelTestResult, scores_of
from classifier.inference import false_alarms
from classifier.inference.clip_predictions import TOUCHING, predict_clips
from classifier.inference.false_alarms import NegativesResult
from classifier.inference.joined_labels import with_names
from classifier.inference.predictor import Predictor, load_predictor
from classifier.records import artifact, heard


def evaluate_model(
    path: Path | str,
    predictor: Predictor,
    store: AudioCache,
    data: Path | str,
    cut: Cut = TOUCHING,
    vote: bool = False,
    seed: int = 0,
    negatives: str | None = None,
    twin: Path | None = None,
    matched: Matched | None = None,
) -> ModelTestResult:
    """Test a trained model on all recordings of a store.

    Args:
        path: of the model.
        predictor: of the model, or of its twin.
        store: the recordings, at the model's sample rate.
        data: path or address of the recordings.
        cut: how the recordings are cut into windows.
        vote: let the windows of a recording vote on its label.
        seed: of the bootstrap intervals.
        negatives: folders of recordings without any of the labels, with commas.
        twin: the held-out model that is tested in its place.
        matched: the labels of the store and those of the model alone; None: they are the same.

    Raises:
        InputError: a clip has a label that the model does not know; as of `count_false_alarms`.
    """
    asked = predictor
    if matched:
        asked = with_names(predictor, {name: one.of_models[0] for name, one in matched.names(of_model=0).items()})
    predictions = predict_clips(asked, store, cut)
    predictions["groups"] = np.array([clip.group for clip in store.clips])[predictions["recordings"]]
    tested = sorted({(clip.label, clip.group) for clip in store.clips})
    return ModelTestResult(
        model=str(path),
        data=str(data),
        overlap=cut.overlap,
        crops=cut.crops,
        seen_in_training=seen_in_training(twin or path, store),
        tested=str(twin) if twin else None,
        negatives=count_false_alarms(twin or path, predictor, negatives) if negatives else None,
        groups=dict(Counter(label for label, _ in tested)),
        matched=matched,
        notes=list(predictor.notes),
        units=units_of(clip.name(folder_of(data)) for clip in store.clips),
        **scores_of(predictions, asked.labels, vote, seed),
    )


def labels_and_rate(path: Path) -> tuple[list[str], int]:
    """The labels of a trained model and its sample rate in Hz; TensorFlow is not imported.

    Args:
        path: its folder, or a .tflite.

    Raises:
        InputError: as of `load_predictor`.
    """
    if path.suffix == ".tflite":
        predictor = load_predictor(path)
        return predictor.labels, predictor.audio_format.sample_rate
    trained = artifact.load(path)
    return trained.labels, trained.audio_format.sample_rate


def held_out_in_place_of(path: Path, store: AudioCache) -> Path | None:
    """The held-out model to test in place of a refitted one that has heard some of the clips; None: the model itself.

    Args:
        path: a trained model's folder, or a file in one.
        store: the clips, at the model's sample rate.
    """
    if not any(seen_in_training(path, store).values()):
        return None
    return heard.held_out_twin(path)


def seen_in_training(path: Path | str, store: AudioCache) -> dict[str, int]:
    """How many of the clips a trained model was trained and validated with, known by their sound.

    A copy of a recording under another name or in another folder counts too.

    Args:
        path: a trained model's folder, or a file in one.
        store: the clips, at the model's sample rate.

    Returns:
        {"train": n, "validation": n}; zeros where the model does not say what it was trained with.
    """
    clips = [provenance.sound(content) for content in store.contents]
    return {name: sum(clip in of_split for clip in clips) for name, of_split in heard.of_folder(path).items()}


def count_false_alarms(path: Path | str, predictor: Predictor, negatives: str) -> NegativesResult:
    """The false alarms of a trained model in the recordings of folders, by its own decision rule.

    Args:
        path: of the model.
        negatives: the folders, with commas.

    Raises:
        InputError: the model has no thresholds, or a folder holds no recordings.
    """
    if not predictor.rule or not predictor.thresholds:
        raise InputError(f"{predictor.source} has no thresholds: name the folder of a model that TrainModel.py trained")
    paths = list(dict.fromkeys(path for folder in folders_of(negatives) for path in find(folder)))
    shown = progress(paths, "counting false alarms")
    return false_alarms.count(predictor, shown, predictor.rule, known=heard.of_folder(path))
