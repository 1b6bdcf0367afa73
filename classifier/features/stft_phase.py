"""Logarithm of the magnitude, and phase, of the short-time Fourier transform; equal to librosa.stft's."""

import math

import keras
from keras import KerasTensor, ops

from classifier.features._stft import Stft

AUDIBLE = 1e-4  # of a window's largest magnitude, -80 dB: below it the phase is that of rounding noise
LOWEST = -0.99  # not -1: symmetric sounds have phases of -pi and pi, which only rounding distinguishes


@keras.saving.register_keras_serializable("features")
class StftPhase(Stft):
    """(samples,) -> (bins, frames, 2): log(1 + magnitude); phase / pi in [LOWEST, LOWEST + 2), 0 where the magnitude is
    not above AUDIBLE."""

    def channels(self, real: KerasTensor, imaginary: KerasTensor) -> list[KerasTensor]:
        magnitude = ops.sqrt(ops.square(real) + ops.square(imaginary))
        phase = ops.arctan2(imaginary, real) / math.pi
        phase = ops.where(phase < LOWEST, phase + 2, phase)
        audible = magnitude > AUDIBLE * ops.max(magnitude, axis=(1, 2), keepdims=True)
        return [ops.log1p(magnitude), ops.where(audible, phase, 0.0)]
