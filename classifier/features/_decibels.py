"""Power to decibels as librosa does it."""

import math

from keras import ops

SMALLEST_POWER = 1e-10  # -100 dB, librosa's amin: digital silence has a logarithm too
RANGE_DB = 80  # librosa's top_db: what lies further below a window's loudest value is noise of the arithmetic


def decibels(power):
    """(batch, ...) power -> dB, equal to librosa.power_to_db of each window."""
    level = 10 / math.log(10) * ops.log(ops.maximum(power, SMALLEST_POWER))
    return ops.maximum(level, ops.max(level, axis=tuple(range(1, len(power.shape))), keepdims=True) - RANGE_DB)
