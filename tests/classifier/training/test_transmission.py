import numpy as np
import pytest

from classifier.training import transmission

RATE = 16_000


def noise(n=40):
    return np.random.default_rng(0).normal(0, 0.05, (n, RATE)).astype("float32")


def spectrum(windows):
    return np.abs(np.fft.rfft(windows.astype("float64")))  # a bin a hertz


@pytest.mark.parametrize(
    "alter",
    [
        lambda windows, random: transmission.through_devices(windows, 12, RATE, random),
        lambda windows, random: transmission.over_telephone(windows, 0.5, RATE, random),
        lambda windows, random: transmission.drop_bands(windows, 0.3, RATE, random),
        lambda windows, random: transmission.through_codecs(windows, 0.5, RATE, random),
    ],
)
def test_same_seed_same_windows_some_altered_and_the_input_untouched(alter):
    windows = noise(16)
    one, two = (alter(windows, np.random.default_rng(1)) for _ in range(2))
    assert one.dtype == np.float32 and one.shape == windows.shape
    assert np.array_equal(one, two)
    assert 2 < (one != windows).any(axis=1).sum() < 14
    assert np.array_equal(windows, noise(16))
    assert not alter(np.zeros_like(windows), np.random.default_rng(1)).any()


def test_a_telephone_carries_300_to_3400_hertz_unchanged_and_nothing_else():
    before, after = (
        spectrum(noise(4)),
        spectrum(transmission.over_telephone(noise(4), 1, RATE, np.random.default_rng(0))),
    )
    assert after[:, 300:3401] == pytest.approx(before[:, 300:3401], rel=1e-3, abs=1e-3)
    assert np.abs(after[:, :300]).max() < 1e-3 and np.abs(after[:, 3401:]).max() < 1e-3


def test_a_dropped_band_is_one_gap_of_at_most_its_share():
    before, after = spectrum(noise()), spectrum(transmission.drop_bands(noise(), 0.3, RATE, np.random.default_rng(0)))
    axis = np.log(np.arange(RATE // 2 + 1) + 50.0)
    widths = []
    for full, left in zip(before, after, strict=True):
        gone = np.flatnonzero(left < 1e-3 * full)
        if len(gone):
            assert np.array_equal(gone, np.arange(gone[0], gone[-1] + 1))
            widths.append((axis[gone[-1]] - axis[gone[0]]) / (axis[-1] - axis[0]))
    assert 10 < len(widths) < 30
    assert 0.2 < max(widths) <= 0.3


def test_a_device_has_a_band_and_resonances_within_their_strength():
    hertz = np.arange(8001.0)
    plain = transmission.device_responses(200, hertz, 0, np.random.default_rng(0))
    assert plain[:, 1000].min() > 0.9 and plain.max() <= 1
    assert (plain[:, 0] == 0).all()  # no constant passes
    half = np.sqrt(0.5)
    low, high = np.argmax(plain > half, axis=1), 8000 - np.argmax(plain[:, ::-1] > half, axis=1)
    assert 20 <= low.min() < 30 and 250 < low.max() <= 302
    assert 3300 < high.min() < 4000 and high.max() == 8000
    peaks_db = 20 * np.log10(
        transmission.device_responses(200, hertz, 6, np.random.default_rng(0))[:, 1:] / plain[:, 1:]
    )
    assert 6 < np.abs(peaks_db).max() <= 18  # three may meet


def test_a_rate_that_mp3_does_not_know_has_the_other_codecs():
    coded = transmission.through_codecs(noise(8), 1, 10_000, np.random.default_rng(0))
    assert (coded != noise(8)).any(axis=1).all()
