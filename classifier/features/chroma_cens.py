"""Chroma energy normalised statistics: librosa.feature.chroma_cens without tuning, except in silence.

It describes harmony, not loudness or articulation.
Source: Müller & Ewert, ISMIR 2011.
"""

import keras
import numpy as np
from keras import KerasTensor, ops

from classifier.features.chroma_cqt import SILENT, ChromaCqt

SMALLEST = 1e-30  # a frame below all steps has no norm to divide by, and stays 0
STEPS = (0.05, 0.1, 0.2, 0.4)  # shares of a frame's sum; a value is a quarter per step that it exceeds


@keras.saving.register_keras_serializable("features")
class ChromaCens(ChromaCqt):
    """(samples,) -> (n_chroma, frames, 1), from C upwards, a frame's squares adding up to 1.

    A frame stays 0 where no value around it exceeds a step. With 40 or 128 chroma few values do, here as in librosa.

    Args:
        sample_rate, hop_length, n_chroma, bins_per_octave, n_octaves: as of ChromaCqt.
        smoothed_frames: length of the Hann window that averages over time.
    """

    def __init__(
        self,
        sample_rate: int,
        hop_length: int,
        n_chroma: int = 12,
        bins_per_octave: int | None = None,
        n_octaves: int = 7,
        smoothed_frames: int = 41,
        **kwargs,
    ):
        super().__init__(sample_rate, hop_length, n_chroma, bins_per_octave, n_octaves, **kwargs)
        self.smoothed_frames = smoothed_frames

    def build(self, input_shape: tuple) -> None:
        super().build(input_shape)
        window = np.hanning(self.smoothed_frames + 2)  # its ends are 0
        distance = np.subtract.outer(np.arange(self.n_frames), np.arange(self.n_frames))
        place = np.clip(distance + len(window) // 2, 0, len(window) - 1)
        self.smoothing = (window / window.sum())[place].astype("float32")

    def call(self, audio: KerasTensor) -> KerasTensor:
        chroma = self._chroma(audio)
        loudness = ops.sum(chroma, axis=1, keepdims=True)
        share = ops.where(loudness < SILENT, 0.0, chroma / ops.maximum(loudness, SILENT))
        steps = sum(ops.cast(share > step, "float32") for step in STEPS) / len(STEPS)
        smooth = ops.matmul(steps, self.smoothing)
        norm = ops.sqrt(ops.sum(ops.square(smooth), axis=1, keepdims=True))
        return ops.expand_dims(smooth / ops.maximum(norm, SMALLEST), -1)
