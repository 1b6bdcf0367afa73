import numpy as np
import pytest

from classifier.records.recipe import Recipe
from classifier.training import augmentation

RATE = 16_000
PLAIN = Recipe(epochs=1, batch_size=1, optimizer="adam", learning_rate=1e-3, loss="categorical_crossentropy")


def tones(n=64, hertz=1000):
    time = np.arange(2 * RATE) / RATE
    return np.tile(0.05 * np.sin(2 * np.pi * hertz * time), (n, 1)).astype("float32")


def levels_db(windows):
    return 20 * np.log10(np.sqrt(np.mean(np.square(windows), axis=1)) + 1e-12)


def test_a_recipe_without_techniques_alters_nothing():
    windows = tones()
    assert np.array_equal(augmentation.alter(windows, PLAIN, RATE, np.random.default_rng(0)), windows)


@pytest.mark.parametrize(
    "alter",
    [
        lambda windows, random: augmentation.crop(windows, 0.5, random),
        lambda windows, random: augmentation.gain(windows, 20, random),
        lambda windows, random: augmentation.equalise(windows, 8, RATE, random),
        lambda windows, random: augmentation.add_noise(windows, (0, 20), RATE, random),
    ],
)
def test_same_seed_same_windows_in_range_and_the_input_untouched(alter):
    windows = tones()
    one, two, other = (alter(windows, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.dtype == np.float32
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
    assert np.abs(one).max() <= 1
    assert np.array_equal(windows, tones())


def test_a_cropped_window_keeps_its_start():
    cropped = augmentation.crop(np.ones((200, 1000), "float32"), 0.6, np.random.default_rng(0))
    kept = cropped.sum(axis=1)
    assert np.all(np.diff(cropped, axis=1) <= 0)
    assert kept.min() >= 400
    assert kept.min() < 450
    assert 60 < np.sum(kept < 1000) < 140


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


def test_a_faster_window_is_higher_and_shorter():
    tone = np.sin(2 * np.pi * 1000 * np.arange(40_000) / RATE).astype("float32")
    played = augmentation.at_speed(tone, 1.25)
    assert len(played) == 32_000
    assert np.abs(np.fft.rfft(played)).argmax() / 2 == pytest.approx(1250, abs=1)
    assert augmentation.at_speed(tone, 1.0) is tone


def test_speeds_stay_in_reach_and_half_of_the_windows_keep_theirs():
    speeds = augmentation.speeds(10_000, 0.15, np.random.default_rng(0))
    assert speeds.min() == pytest.approx(0.85) and speeds.max() == pytest.approx(1.15)
    assert np.mean(speeds == 1) == pytest.approx(0.5 + 0.5 / 13, abs=0.02)


def test_the_background_is_as_loud_as_asked_for():
    windows, background = tones(hertz=1000), 0.001 * np.ones((64, 2 * RATE), "float32")
    mixed = augmentation.add_background(windows, background, (20, 20), np.random.default_rng(0))
    behind = levels_db(mixed - windows)
    changed = behind > -100
    assert 0.3 < changed.mean() < 0.7
    assert (levels_db(windows) - behind)[changed] == pytest.approx(20, abs=0.01)


def test_a_silent_background_or_window_makes_no_numbers_that_are_none():
    silence = np.zeros((8, 100), "float32")
    for windows, background in ((tones(8)[:, :100], silence), (silence, tones(8)[:, :100])):
        mixed = augmentation.add_background(windows, background, (0, 20), np.random.default_rng(0))
        assert np.array_equal(mixed, windows)


def test_mixup_mixes_truth_and_weights_as_it_mixes_windows():
    n = 200
    windows, targets = np.arange(n, dtype="float32")[:, None] * np.ones((n, 5), "float32"), np.eye(n, dtype="float32")
    mixed, labels, weights = augmentation.mix(windows, targets, windows[:, 0], 0.4, np.random.default_rng(0))
    assert labels.sum(axis=1) == pytest.approx(1)
    assert mixed[:, 0] == pytest.approx(labels @ windows[:, 0], abs=1e-3)
    assert weights == pytest.approx(labels @ windows[:, 0], abs=1e-3)
    assert (labels > 0).sum(axis=1).max() == 2


def test_between_classes_mixes_other_labels_at_one_loudness():
    """A loud tone and a soft one: the targets tell by how much each is heard, and the sound agrees."""
    n = 40
    hertz, level = np.where(np.arange(n) % 2, 3000, 1000), np.where(np.arange(n) % 2, 0.02, 0.5)
    seconds = np.arange(16_000) / 16_000
    windows = (level[:, None] * np.sin(2 * np.pi * hertz[:, None] * seconds)).astype("float32")
    targets = np.eye(2, dtype="float32")[np.arange(n) % 2]
    weights = np.where(np.arange(n) % 2, 3, 1).astype("float32")
    mixed, shares, mixed_weights = augmentation.between_classes(
        windows, targets, weights, 16_000, np.random.default_rng(0)
    )
    assert shares.sum(axis=1) == pytest.approx(1)
    assert shares.min() < 0.2 and shares.max() > 0.8
    assert mixed_weights == pytest.approx(shares @ [1, 3])
    spectra = np.abs(np.fft.rfft(mixed)) / 8000
    heard = np.stack([spectra[:, 1000] * a_weight(1000), spectra[:, 3000] * a_weight(3000)], axis=1)
    assert heard / heard.sum(axis=1, keepdims=True) == pytest.approx(shares, abs=0.01)


def a_weight(hertz):
    """Gain of the A curve, by its formula."""
    f = float(hertz) ** 2
    gain = 12194**2 * f**2 / ((f + 20.6**2) * np.sqrt((f + 107.7**2) * (f + 737.9**2)) * (f + 12194**2))
    return gain * 10 ** (2 / 20)


def test_between_classes_leaves_a_batch_of_one_label_and_silence_as_they_are():
    windows, weights = tones(4), np.ones(4, "float32")
    one_label = np.eye(3, dtype="float32")[[1, 1, 1, 1]]
    mixed, shares, _ = augmentation.between_classes(windows, one_label, weights, 16_000, np.random.default_rng(0))
    assert np.allclose(mixed, windows) and np.array_equal(shares, one_label)
    silence, labels = np.zeros_like(windows), np.eye(3, dtype="float32")[[0, 1, 2, 0]]
    mixed, shares, _ = augmentation.between_classes(silence, labels, weights, 16_000, np.random.default_rng(0))
    assert not mixed.any() and shares.sum(axis=1) == pytest.approx(1)
