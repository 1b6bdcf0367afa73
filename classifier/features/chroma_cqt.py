"""Chroma from a constant-Q transform, equal to librosa.feature.chroma_cqt without tuning, except in silence.

librosa scales the rounding noise of a silent frame up to 1; here a silent frame stays silent.
"""

import keras
from keras import KerasTensor, ops

from classifier.features.cqt import Cqt

FINE = 36  # filters per octave, librosa's default
SILENT = 1e-3  # largest magnitude of a frame of silence; rounding to 16 bits gives a fifth of it


@keras.saving.register_keras_serializable("features")
class ChromaCqt(Cqt):
    """(samples,) -> (n_chroma, frames, 1), from C upwards, a frame's largest value 1; less in frames below SILENT.

    Args:
        sample_rate: Hz.
        hop_length: samples; a multiple of 2 to the number of octaves less one.
        n_chroma: chroma bins per octave.
        bins_per_octave: filters per octave, a multiple of n_chroma; None takes FINE if that is one, else n_chroma.
        n_octaves: octaves, upwards from C1.

    Raises:
        ValueError: bins_per_octave is not a multiple of n_chroma, or what Cqt raises.
    """

    def __init__(
        self,
        sample_rate: int,
        hop_length: int,
        n_chroma: int = 12,
        bins_per_octave: int | None = None,
        n_octaves: int = 7,
        **kwargs,
    ):
        bins_per_octave = bins_per_octave or (n_chroma if FINE % n_chroma else FINE)
        if bins_per_octave % n_chroma:
            raise ValueError(f"bins_per_octave={bins_per_octave} is not a multiple of n_chroma={n_chroma}")
        super().__init__(sample_rate, hop_length, n_octaves * bins_per_octave, bins_per_octave, **kwargs)
        self.n_chroma = n_chroma

    def build(self, input_shape: tuple) -> None:
        from librosa.filters import cq_to_chroma

        super().build(input_shape)
        self.folding = cq_to_chroma(self.n_bins, bins_per_octave=self.bins_per_octave, n_chroma=self.n_chroma)

    def call(self, audio: KerasTensor) -> KerasTensor:
        chroma = self._chroma(audio)
        return ops.expand_dims(chroma / ops.maximum(ops.max(chroma, axis=1, keepdims=True), SILENT), -1)

    def _chroma(self, audio: KerasTensor) -> KerasTensor:
        """(samples,) -> (n_chroma, frames), the magnitudes of all octaves added."""
        return ops.matmul(self.folding, self._magnitude(audio))
