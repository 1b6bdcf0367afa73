"""Power to decibels, as librosa converts it."""

import math

from keras import KerasTensor, ops

SMALLEST_POWER = 1e-10  # -100 dB, librosa's amin: digital silence needs a logarithm too
RANGE_DB = 80  # librosa's top_db: values further below a window's loudest are rounding noise


def level(power: KerasTensor) -> KerasTensor:
    """(batch, ...) power -> (batch, ...) dB, each value by itself."""
    return 10 / math.log(10) * ops.log(ops.maximum(power, SMALLEST_POWER))


def decibels(power: KerasTensor) -> KerasTensor:
    """(batch, ...) power -> (batch, ...) dB, equal to librosa.power_to_db of each window."""
    values = level(power)
    return ops.maximum(values, ops.max(values, axis=tuple(range(1, len(power.shape))), keepdims=True) - RANGE_DB)
