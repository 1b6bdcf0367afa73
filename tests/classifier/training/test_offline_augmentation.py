import numpy as np
import pytest

from classifier.data import audio_cache
from classifier.data.clips import read_clips
from classifier.training import offline_augmentation
from tests.conftest import write_tone

RATE = 16_000


@pytest.fixture
def held(tmp_path):
    """Tones of 400, 500 and 600 Hz, and one that is shorter than a window of the vocoder."""
    for hertz in (400, 500, 600):
        write_tone(tmp_path / "a" / f"{hertz}.wav", hertz=hertz, seconds=4)
    write_tone(tmp_path / "b" / "0.wav", hertz=900, seconds=0.1)
    return audio_cache.read(read_clips(tmp_path), tmp_path, RATE, keep=False)


def hertz_and_seconds(samples):
    return np.abs(np.fft.rfft(samples)).argmax() * RATE / len(samples), len(samples) / RATE


def altered(held, **strengths):
    """(copies, 3, 2) pitch and length of each tone's copies over its own."""
    made = offline_augmentation.make(
        held, np.arange(3), **{"pitch": 0, "stretch": 0} | strengths, sample_rate=RATE, seed=0
    )
    return np.array(
        [
            [np.divide(hertz_and_seconds(copy.samples(i)), hertz_and_seconds(held.samples(i))) for i in range(3)]
            for copy in made
        ]
    )


def test_pitch_alone(held):
    ratios = altered(held, pitch=4)
    assert np.ptp(ratios[..., 0]) > 0.05
    assert np.all(np.abs(12 * np.log2(ratios[..., 0])) < 4.3)
    assert ratios[..., 1] == pytest.approx(1, abs=0.01)


def test_tempo_alone(held):
    ratios = altered(held, stretch=0.3)
    assert np.ptp(ratios[..., 1]) > 0.05
    assert np.all((ratios[..., 1] > 0.76) & (ratios[..., 1] < 1.44))
    assert ratios[..., 0] == pytest.approx(1, abs=0.02)


def test_same_seed_same_copies_and_each_of_another_pitch(held):
    one, two, other = (offline_augmentation.make(held, np.arange(4), 3, 0.2, RATE, seed) for seed in (1, 1, 2))
    for i in range(4):
        assert np.array_equal(one[0].samples(i), two[0].samples(i))
    assert not np.array_equal(one[0].samples(0), one[1].samples(0))
    assert not np.array_equal(one[0].samples(0), other[0].samples(0))


def test_what_is_shorter_than_a_window_is_kept_and_what_is_not_asked_for_is_not_made(held):
    made = offline_augmentation.make(held, np.array([1, 3]), 3, 0.2, RATE, seed=0)
    assert np.array_equal(made[0].samples(3), held.samples(3))
    assert [len(made[0].samples(i)) for i in (0, 2)] == [0, 0]


def test_a_long_recording_is_altered_block_by_block(held, monkeypatch):
    whole = altered(held, pitch=4)
    monkeypatch.setattr(offline_augmentation, "BLOCK", 1)
    assert altered(held, pitch=4) == pytest.approx(whole, rel=0.02)
