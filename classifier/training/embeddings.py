"""What pretrained features make of every window of a store, computed once: what stands on them learns in seconds.

They are kept beside the decoded recordings; a killed computation goes on where it was.
"""

import hashlib
import os

import keras
import numpy as np

from classifier.core import atomic_files
from classifier.core.console import progress
from classifier.data.audio_cache import AudioCache
from classifier.models import assemble
from classifier.records.audio_format import AudioFormat
from classifier.training.datasets import Dealt, Windows
from classifier.training.soft_targets import Teaching

AT_ONCE = 32  # windows
HEARD = "centred"  # what is computed before the features; another name where that changes, or old files would be taken


class Embedded(Windows):
    """Windows of some recordings as the features see them: `cut` gives (windows, *features) in place of audio."""

    def __init__(
        self,
        features: keras.Layer,
        store: AudioCache,
        recordings: np.ndarray,
        labels: list[str],
        audio_format: AudioFormat,
        *args,
        hop: int | None = None,
        **settings,
    ):
        super().__init__(store, recordings, labels, audio_format, *args, hop=hop, **settings)
        every_label = sorted({clip.label for clip in store.clips})
        everything = Windows(store, np.arange(len(store.clips)), every_label, audio_format, AT_ONCE, hop)
        self.values = _of_all(features, everything, hop or audio_format.window_length)
        self.rows = np.flatnonzero(np.isin(everything.recordings, recordings))

    def cut(self, chosen: np.ndarray, starts: np.ndarray) -> np.ndarray:
        return self.values[self.rows[chosen]]


class EmbeddedToLearn(Embedded, Dealt):
    """The same, dealt anew every epoch. A teacher hears the windows as they are, once: so do the features."""

    def __init__(
        self,
        features: keras.Layer,
        store: AudioCache,
        recordings: np.ndarray,
        labels: list[str],
        audio_format: AudioFormat,
        *,
        hop: int,
        teaching: Teaching | None = None,
        **settings,
    ):
        about = store, recordings, labels, audio_format
        super().__init__(features, *about, hop=hop, teaching=teaching, **settings)
        self.soft = teaching.of_all(Windows(*about, AT_ONCE, hop)) if teaching else None

    def targets_and_weights(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        targets, weights = super().targets_and_weights(chosen)
        return targets if self.soft is None else np.concatenate([targets, self.soft[chosen]], axis=1), weights

    def taught(self, inputs: np.ndarray, targets: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, ...]:
        return inputs, targets, weights


def _of_all(features, windows, hop):
    """(windows, *features) float32 of all windows of a store: an array on disk, or in memory where the store is."""
    compute = assemble.heard(features, windows.audio_format.window_length)
    shape = (len(windows.targets), *compute.output_shape[1:])
    if windows.store.folder is None:
        values = np.zeros(shape, "float32")
        _fill(values, compute, windows)
        return values
    kind = _hash(HEARD, sorted(features.get_config().items(), key=str), *features.get_weights())
    short = np.flatnonzero(windows.heard.is_short)  # what is heard around them depends on other marks
    around = [windows.begins[short], windows.store.ends[short] - windows.store.starts[short]] if len(short) else []
    content = _hash(windows.store.contents, windows.recordings, windows.starts, *around)
    prefix = f"embeddings-{windows.audio_format.window_length}-{hop}-{kind}"
    path = windows.store.folder / f"{prefix}-{content}.npy"
    with atomic_files.alone_in(windows.store.folder):
        if not path.is_file():
            part = path.with_suffix(".part")
            if not part.is_file():
                with atomic_files.new_file(part) as fresh:
                    np.lib.format.open_memmap(fresh, "w+", "float32", shape)
            values = np.lib.format.open_memmap(part, "r+")
            _fill(values, compute, windows)
            values.flush()
            os.replace(part, path)
        for old in windows.store.folder.glob(f"{prefix}-*"):  # of recordings that have changed since
            if old != path:
                old.unlink()
    return np.load(path, mmap_mode="r")


def _fill(values, compute, windows):
    """Compute the batches whose rows are all zero, as they are in a new array."""
    starts = range(0, len(values), AT_ONCE)
    for i, start in enumerate(progress(starts, "embedding windows", len(starts))):
        rows = values[start : start + AT_ONCE]
        if not rows.any():
            rows[:] = compute.predict_on_batch(windows[i][0])


def _hash(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
    return digest.hexdigest()[:12]
