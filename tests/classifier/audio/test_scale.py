import numpy as np
import pytest

from classifier.audio import scale
from classifier.core.errors import InputError


def test_a_little_above_full_scale_is_cut_and_counted():
    samples, n = scale.clip(np.array([0.5, 1.0, 1.2, -1.5], "float32"), "a.wav")
    assert (samples.tolist(), n) == ([0.5, 1, 1, -1], 2)
    assert scale.clip(np.zeros(0, "float32"), "a.wav")[1] == 0


@pytest.mark.parametrize(
    ("peak", "guess"),
    [
        (3, "was it made louder"),
        (1000, "int16 scale"),
        (32767, "int16 scale"),
        (-32768 * 1.2, "int16 scale"),
        (8e6, "int24 scale"),
        (2e9, "int32 scale"),
        (1e20, "is it audio"),
    ],
)
def test_far_above_it_is_refused_with_the_scale_that_was_seen(peak, guess):
    with pytest.raises(InputError, match=rf"^a.wav reaches .*, and samples must lie in \[-1, 1\]: {guess}"):
        scale.clip(np.array([0.1, peak], "float32"), "a.wav")
