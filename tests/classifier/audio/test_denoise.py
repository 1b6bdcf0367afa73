import numpy as np
import pytest

from classifier.audio import denoise

RATE = 16_000


def tone(seconds, level=0.3, hertz=440):
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype("float32")


def hiss(seconds, level, seed=0):
    return np.random.default_rng(seed).normal(0, level, round(seconds * RATE)).astype("float32")


def with_silence():
    """1 s of silence, 1 s of tone, 1 s of silence, 1 s of tone, 1 s of silence."""
    quiet = np.zeros(RATE, "float32")
    return np.concatenate([quiet, tone(1), quiet, tone(1), quiet])


def test_the_ends_are_trimmed_and_the_inside_stays():
    assert len(denoise.trim(with_silence(), RATE, top_db=30)) / RATE == pytest.approx(3, abs=0.2)


def test_silence_inside_is_cut_too():
    assert len(denoise.cut_silence(with_silence(), RATE, top_db=30)) / RATE == pytest.approx(2, abs=0.3)


def test_parts_that_are_heard_are_in_order_and_apart():
    parts = denoise.audible_parts(with_silence(), RATE, top_db=30)
    assert parts.ravel() / RATE == pytest.approx([1, 2, 3, 4], abs=0.1)


def test_what_is_nowhere_quiet_stays_whole():
    for signal in (tone(2), np.zeros(RATE, "float32"), tone(0.01)):
        assert np.array_equal(denoise.trim(signal, RATE, top_db=30), signal)
        assert np.array_equal(denoise.cut_silence(signal, RATE, top_db=30), signal)


def test_the_quietest_half_second_is_found():
    signal = np.concatenate([hiss(3, 0.1), hiss(0.5, 0.001), hiss(2, 0.1)])
    assert np.array_equal(denoise.quietest(signal, RATE), signal[3 * RATE : round(3.5 * RATE)])


def test_of_a_short_recording_all_of_it_is_the_quietest():
    assert len(denoise.quietest(tone(0.9), RATE)) == round(0.9 * RATE)


def level(samples):
    return np.sqrt(np.mean(np.square(samples)))


def test_noise_is_turned_down_and_the_sound_stays():
    signal = np.concatenate([hiss(2, 0.01), hiss(2, 0.3)])
    reduced = denoise.reduce_noise(signal, RATE, signal[:RATE])
    assert reduced.dtype == np.float32
    assert reduced.shape == signal.shape
    assert level(reduced[2 * RATE :]) > 0.9 * level(signal[2 * RATE :])
    assert level(reduced[:RATE]) < 0.3 * level(signal[:RATE])


def test_noise_that_is_all_there_is_is_turned_down_too():
    signal = hiss(4, 0.01)
    assert level(denoise.reduce_noise(signal, RATE, None)) < 0.3 * level(signal)


def test_digital_silence_is_left_alone():
    signal = np.zeros(RATE, "float32")
    assert np.array_equal(denoise.reduce_noise(signal, RATE, None), signal)


@pytest.mark.parametrize("samples", [1, 480, 768, 769, 1023])
def test_a_click_shorter_than_a_spectral_frame_is_cleaned_too(samples):
    click = (tone(0.1) + hiss(0.1, 0.01))[:samples]
    for noise in (None, click, hiss(0.5, 0.01)):
        cleaned = denoise.reduce_noise(click, RATE, noise)
        assert cleaned.shape == click.shape and np.isfinite(cleaned).all()
    assert np.abs(cleaned).max() <= np.abs(click).max() + 0.01
