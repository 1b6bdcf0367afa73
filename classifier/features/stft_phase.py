"""Logarithm of the magnitude, and phase, of the short-time Fourier transform; equal to librosa.stft's."""

import math

import keras
from keras import ops

from classifier.features._stft import Stft

AUDIBLE = 1e-4  # of a window's largest magnitude, -80 dB: what is smaller has the phase of the arithmetic's noise
LOWEST = -0.99  # and not -1: symmetric sounds have phases of -pi and pi, which rounding alone tells apart


@keras.saving.register_keras_serializable("features")
class StftPhase(Stft):
    """(samples,) -> (bins, frames, 2): log(1 + magnitude); phase / pi in [LOWEST, LOWEST + 2), 0 where the magnitude is
    not above AUDIBLE."""

    def channels(self, real, imaginary):
        magnitude = ops.sqrt(ops.square(real) + ops.square(imaginary))
        phase = ops.arctan2(imaginary, real) / math.pi
        phase = ops.where(phase < LOWEST, phase + 2, phase)
        audible = magnitude > AUDIBLE * ops.max(magnitude, axis=(1, 2), keepdims=True)
        return [ops.log1p(magnitude), ops.where(audible, phase, 0.0)]
