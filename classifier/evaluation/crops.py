"""Test the models of folds on windows that overlap, or on crops of each recording, in place of windows that touch."""

import numpy as np

from classifier.audio.windows import Cut
from classifier.data.audio_cache import AudioCache
from classifier.data.layouts import folder_of
from classifier.inference.clip_predictions import predict_clips
from classifier.inference.predictor import load_predictor
from classifier.records.artifact import Artifact


def tested(trained: Artifact, store: AudioCache, cut: Cut, refitted: bool = False) -> dict[str, np.ndarray]:
    """What the model of a fold predicts for its test split, cut another way than in its training.

    Args:
        store: the recordings of all folds.
        refitted: the refitted model, in place of the held-out one.

    Returns:
        probabilities (windows, labels), targets and recordings (windows,), as of Artifact.predictions; negatives that
        no output learns are left out, as there.
    """
    folder = folder_of(trained.record.config.data)
    names = trained.record.split.test
    position = {name: number for number, name in enumerate(names)}
    of_clip = np.array([position.get(clip.name(folder), -1) for clip in store.clips])
    known = np.isin([clip.label for clip in store.clips], trained.labels)
    predictor = load_predictor(trained.folder if refitted else trained.held_out.folder)
    predictions = predict_clips(predictor, store, cut, np.flatnonzero((of_clip >= 0) & known))
    return {**predictions, "recordings": of_clip[predictions["recordings"]]}
