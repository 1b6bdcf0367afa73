import numpy as np
import pytest

from classifier import augmentation
from classifier.recipe import Recipe

RATE = 16_000
PLAIN = Recipe(epochs=1, batch_size=1, optimizer="adam", learning_rate=1e-3, loss="categorical_crossentropy")


def tones(n=64, hertz=1000):
    time = np.arange(2 * RATE) / RATE
    return np.tile(0.05 * np.sin(2 * np.pi * hertz * time), (n, 1)).astype("float32")


def levels_db(pieces):
    return 20 * np.log10(np.sqrt(np.mean(np.square(pieces), axis=1)) + 1e-12)


def test_a_recipe_without_techniques_alters_nothing():
    pieces = tones()
    assert np.array_equal(augmentation.alter(pieces, PLAIN, RATE, np.random.default_rng(0)), pieces)


@pytest.mark.parametrize(
    "alter",
    [
        lambda pieces, random: augmentation.gain(pieces, 20, random),
        lambda pieces, random: augmentation.equalise(pieces, 8, RATE, random),
        lambda pieces, random: augmentation.add_noise(pieces, (0, 20), RATE, random),
    ],
)
def test_same_seed_same_pieces_in_range_and_the_input_untouched(alter):
    pieces = tones()
    one, two, other = (alter(pieces, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.dtype == np.float32
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
    assert np.abs(one).max() <= 1
    assert np.array_equal(pieces, tones())


def test_gain_stays_within_its_strength():
    changes = levels_db(augmentation.gain(tones(500), 12, np.random.default_rng(0))) - levels_db(tones(1))
    assert changes.min() == pytest.approx(-12, abs=0.5)
    assert changes.max() == pytest.approx(12, abs=0.5)


def test_noise_has_the_ratio_asked_for():
    noisy = augmentation.add_noise(tones(200), (10, 10), RATE, np.random.default_rng(0))
    noise = noisy - tones(200)
    with_noise = np.abs(noise).max(axis=1) > 0
    assert 60 < with_noise.sum() < 140
    assert levels_db(tones(1)) - levels_db(noise[with_noise]) == pytest.approx(10, abs=0.2)


def test_an_equaliser_bends_by_at_most_its_strength():
    bent = levels_db(augmentation.equalise(tones(200), 8, RATE, np.random.default_rng(0))) - levels_db(tones(1))
    assert np.abs(bent).max() <= 8.1
    assert 60 < (np.abs(bent) > 1e-3).sum() < 140


def test_noise_is_of_every_colour_and_of_one_level():
    noise = augmentation.coloured_noise(100, 2 * RATE, RATE, np.random.default_rng(0))
    assert levels_db(noise) == pytest.approx(0, abs=1e-3)
    power = np.abs(np.fft.rfft(noise)) ** 2
    low_over_high_db = 10 * np.log10(power[:, 400:800].mean(axis=1) / power[:, 12_000:16_000].mean(axis=1))
    assert low_over_high_db.min() < 3
    assert low_over_high_db.max() > 20
