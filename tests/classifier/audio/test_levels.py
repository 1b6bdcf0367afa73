import numpy as np
import pytest

from classifier.audio import levels


def test_half_of_full_scale_is_six_decibels_down_and_silence_has_a_floor():
    assert levels.decibels(0.5) == pytest.approx(-6.02, abs=0.01)
    assert levels.decibels(1.0) == 0
    assert levels.decibels(0.0) == pytest.approx(-120)


def test_samples_within_a_tenth_of_a_decibel_of_full_scale_count_as_clipped():
    assert levels.count_clipped(np.array([0.98, -0.988, 0.989, 1.0, -1.0, -1.2])) == 4
