"""Test a trained model on labelled recordings, and count its false alarms where none of its labels occurs."""

from pathlib import Path

import numpy as np

from classifier.core.console import progress
from classifier.core.errors import InputError
from classifier.data import provenance
from classifier.data.audio_cache import AudioCache
from classifier.evaluation.results import ModelTestResult, scores_of
from classifier.inference import false_alarms
from classifier.inference.clip_predictions import predict_clips
from classifier.inference.false_alarms import NegativesResult
from classifier.inference.predictor import Predictor
from classifier.records import artifact
from classifier.storage import local_files


def evaluate_model(
    path: Path | str,
    predictor: Predictor,
    store: AudioCache,
    data: Path | str,
    overlap: float = 0.0,
    vote: bool = False,
    seed: int = 0,
    negatives: Path | None = None,
) -> ModelTestResult:
    """Test a trained model on all recordings of a store.

    Args:
        path: of the model.
        predictor: of the model.
        store: the recordings, at the model's sample rate.
        data: path or address of the recordings.
        overlap: share of a window that the next one repeats, 0 to less than 1.
        vote: let the windows of a recording vote on its label.
        seed: of the bootstrap intervals.
        negatives: folder of recordings without any of the labels.

    Raises:
        InputError: a clip has a label that the model does not know; as of `count_false_alarms`.
    """
    predictions = predict_clips(predictor, store, overlap)
    predictions["groups"] = np.array([clip.group for clip in store.clips])[predictions["recordings"]]
    return ModelTestResult(
        model=str(path),
        data=str(data),
        overlap=overlap,
        seen_in_training=seen_in_training(path, store),
        negatives=count_false_alarms(predictor, negatives) if negatives else None,
        **scores_of(predictions, predictor.labels, vote, seed),
    )


def seen_in_training(path: Path | str, store: AudioCache) -> dict[str, int]:
    """How many of the clips a trained model was trained and validated with, known by their sound.

    A copy of a recording under another name or in another folder counts too.

    Args:
        path: a trained model's folder, or a file in one.
        store: the clips, at the model's sample rate.

    Returns:
        {"train": n, "validation": n}; zeros where the model does not say what it was trained with.
    """
    path = Path(path)
    folder = path.parent if path.suffix == ".tflite" else path
    if not (folder / artifact.RUN).is_file():
        return {"train": 0, "validation": 0}
    split = artifact.load(folder).record.split
    clips = [provenance.sound(content) for content in store.contents]
    known = {name: {split.sounds.get(clip) for clip in split.names(name)} for name in ("train", "validation")}
    return {name: sum(clip in of_split for clip in clips) for name, of_split in known.items()}


def count_false_alarms(predictor: Predictor, folder: Path) -> NegativesResult:
    """The false alarms of a trained model in the recordings of a folder that holds some, by its own decision rule.

    Raises:
        InputError: the model has no thresholds.
    """
    if not predictor.rule or not predictor.thresholds:
        raise InputError(f"{predictor.source} has no thresholds: name the folder of a model that TrainModel.py trained")
    paths = local_files.find_recordings(folder)
    return false_alarms.count(predictor, progress(paths, "counting false alarms"), predictor.rule)
