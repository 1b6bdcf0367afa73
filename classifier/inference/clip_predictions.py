"""Predict all clips of an audio cache, window by window."""

from collections.abc import Iterator

import numpy as np

from classifier.audio.windows import hop_length
from classifier.core.console import progress
from classifier.data import surroundings
from classifier.data.audio_cache import AudioCache, to_float
from classifier.data.label_map import check_known
from classifier.data.labels import clean
from classifier.inference.predictor import Predictor

BATCH_SIZE = 256  # windows


def predict_clips(
    predictor: Predictor, cache: AudioCache, overlap: float = 0.0, n_clips: int | None = None
) -> dict[str, np.ndarray]:
    """The predictions and targets of all windows of all clips.

    Args:
        overlap: share of a window that the next one repeats, in [0, 1); 0 cuts as a test does.
        n_clips: only the first so many; the others lie beside them in their recordings. None: all.

    Returns:
        dict of probabilities (windows, labels), targets (windows,) index into the predictor's labels, and recordings
        (windows,) index into the cache's clips.

    Raises:
        InputError: the overlap is out of range, or a clip has a label that the model does not know.
    """
    length = predictor.audio_format.window_length
    hop = hop_length(length, overlap)
    labels = [clean(label) for label in predictor.labels]
    check_known(predictor.source, labels, {clip.label for clip in cache.clips})
    rows, recordings = [], []
    for owners, windows in _batches(cache, length, hop, n_clips or len(cache.clips)):
        rows.append(predictor.probabilities(to_float(np.array(windows))))
        recordings += owners
        cache.forget()
    targets = [labels.index(cache.clips[i].label) for i in recordings]
    return {"probabilities": np.concatenate(rows), "targets": np.array(targets), "recordings": np.array(recordings)}


def _batches(
    cache: AudioCache, window_length: int, hop: int, n_clips: int
) -> Iterator[tuple[list[int], list[np.ndarray]]]:
    owners, windows = [], []
    cache, heard = surroundings.widened(cache, window_length)
    for i in progress(range(n_clips), "predicting recordings"):
        for window in surroundings.cut(cache, heard, i, window_length, hop):
            owners.append(i)
            windows.append(window)
            if len(windows) == BATCH_SIZE:
                yield owners, windows
                owners, windows = [], []
    if windows:
        yield owners, windows
