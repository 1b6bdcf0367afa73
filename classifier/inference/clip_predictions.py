"""Predict all clips of an audio cache, window by window."""

from collections.abc import Iterable, Iterator

import numpy as np

from classifier.audio.windows import Cut, hop_length
from classifier.core.console import progress
from classifier.data import multi_hot, surroundings
from classifier.data.audio_cache import AudioCache, to_float
from classifier.data.label_lists import of_each
from classifier.data.label_map import check_known
from classifier.data.labels import clean
from classifier.inference.predictor import Predictor

BATCH_SIZE = 256  # windows
TOUCHING = Cut()


def predict_clips(
    predictor: Predictor, cache: AudioCache, cut: Cut = TOUCHING, only: Iterable[int] | None = None
) -> dict[str, np.ndarray]:
    """The predictions and targets of all windows of all clips.

    Args:
        cut: how clips are cut into windows; where not given, as a test does.
        only: the clips that are predicted; the others lie beside them in their recordings. None: all.

    Returns:
        dict of probabilities (windows, labels), targets (windows,) index into the predictor's labels, or (windows,
        labels) of 0 and 1 where clips may have several, and recordings
        (windows,) index into the cache's clips.

    Raises:
        InputError: a clip has a label that the model does not know.
    """
    chosen = range(len(cache.clips)) if only is None else list(only)
    labels = [clean(label) for label in predictor.labels]
    check_known(predictor.source, labels, set(of_each(cache.clips[i] for i in chosen)))
    rows, recordings = [], []
    for owners, windows in _batches(cache, predictor.audio_format.window_length, cut, chosen):
        rows.append(predictor.probabilities(to_float(np.array(windows))))
        recordings += owners
        cache.forget()
    if any(cache.clips[i].several is not None for i in chosen):
        targets = multi_hot.of_clips([cache.clips[i] for i in recordings], labels)
    else:
        targets = np.array([labels.index(cache.clips[i].label) for i in recordings])
    return {"probabilities": np.concatenate(rows), "targets": targets, "recordings": np.array(recordings)}


def _batches(
    cache: AudioCache, window_length: int, how: Cut, chosen: Iterable[int]
) -> Iterator[tuple[list[int], list[np.ndarray]]]:
    owners, windows, hop = [], [], hop_length(window_length, how.overlap)
    cache, heard = surroundings.widened(cache, window_length)
    for i in progress(chosen, "predicting recordings"):
        for window in surroundings.cut(cache, heard, i, window_length, hop, how.crops):
            owners.append(i)
            windows.append(window)
            if len(windows) == BATCH_SIZE:
                yield owners, windows
                owners, windows = [], []
    if windows:
        yield owners, windows
