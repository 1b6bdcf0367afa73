import numpy as np
import pytest

from classifier.training import rooms

RATE = 16_000


def response(rt60=0.8, direct_db=6.0):
    return rooms.impulse_response(rt60, direct_db, RATE, np.random.default_rng(0))


@pytest.mark.parametrize("rt60", [0.2, 0.8])
def test_the_reverberation_falls_by_sixty_decibels_in_its_time(rt60):
    """The decay curve (what is still to come, Schroeder) from -5 to -25 dB, extended to -60."""
    energy = np.square(response(rt60)[1:].astype("float64"))
    decay_db = 10 * np.log10(np.cumsum(energy[::-1])[::-1] / energy.sum())
    seen = (decay_db < -5) & (decay_db > -25)
    slope = np.polyfit(np.flatnonzero(seen) / RATE, decay_db[seen], 1)[0]
    assert -60 / slope == pytest.approx(rt60, rel=0.1)


@pytest.mark.parametrize("direct_db", [-3.0, 0.0, 18.0])
def test_direct_sound_and_reverberation_have_the_ratio_asked_for(direct_db):
    found = response(direct_db=direct_db).astype("float64")
    assert found[0] == 1
    assert -10 * np.log10(np.sum(found[1:] ** 2)) == pytest.approx(direct_db, abs=1e-3)


def test_a_click_becomes_the_response_of_its_room_and_keeps_its_level():
    clicks = np.zeros((40, RATE), "float32")
    clicks[:, 100] = 0.5
    heard = rooms.reverberate(clicks, (0.3, 0.3), RATE, np.random.default_rng(0))
    chosen = np.flatnonzero((heard != clicks).any(axis=1))
    assert 10 < len(chosen) < 30
    assert np.abs(heard[:, :99]).max() < 1e-6
    levels = np.sqrt(np.mean(np.square(heard), axis=1))
    assert levels == pytest.approx(np.full(40, 0.5 / np.sqrt(RATE)), rel=1e-3)
    after = heard[chosen, 100 + round(0.3 * RATE) :]
    assert np.abs(after).max() < 1e-6


def test_silence_stays_silent_and_the_input_untouched():
    windows = np.zeros((8, 1000), "float32")
    assert not rooms.reverberate(windows, (0.1, 1), RATE, np.random.default_rng(0)).any()
