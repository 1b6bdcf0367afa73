"""Power to decibels, as librosa converts it."""

import math

from keras import KerasTensor, ops

SMALLEST_POWER = 1e-10  # -100 dB, librosa's amin: digital silence needs a logarithm too
RANGE_DB = 80  # librosa's top_db: values further below a window's loudest are rounding noise


def decibels(power: KerasTensor) -> KerasTensor:
    """(batch, ...) power -> (batch, ...) dB, equal to librosa.power_to_db of each window."""
    level = 10 / math.log(10) * ops.log(ops.maximum(power, SMALLEST_POWER))
    return ops.maximum(level, ops.max(level, axis=tuple(range(1, len(power.shape))), keepdims=True) - RANGE_DB)
