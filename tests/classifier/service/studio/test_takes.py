"""Takes end where PrepareData.py lets recordings end, and have one level."""

import numpy as np
import pytest

from classifier.audio import denoise
from classifier.service.studio import takes

RATE = 16_000


def take(seed, loudness=0.02):
    random = np.random.default_rng(seed)
    signal = random.normal(0, 1e-4, RATE).astype("float32")
    start, n = random.integers(2000, 6000), random.integers(1000, 8000)
    signal[start : start + n] += loudness * np.sin(np.arange(n) / 5).astype("float32")
    return signal


@pytest.mark.parametrize("seed", range(5))
def test_the_ends_are_those_of_prepared_data(seed):
    assert np.array_equal(takes.trim(take(seed), RATE), denoise.trim(take(seed), RATE, takes.TOP_DB))


def test_a_quiet_take_becomes_louder_and_silence_stays_as_it_is():
    assert np.abs(takes.prepared(take(0, 0.2), RATE, "dog")).max() == pytest.approx(takes.PEAK, rel=1e-5)
    assert np.abs(takes.prepared(take(0, 0.002), RATE, "dog")).max() == pytest.approx(0.02, rel=0.2)  # 20 dB, no more
    assert np.array_equal(takes.prepared(take(0), RATE, "silence"), take(0))
    assert not takes.prepared(np.zeros(RATE, "float32"), RATE, "dog").any()
