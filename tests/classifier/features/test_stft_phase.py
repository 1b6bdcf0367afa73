import librosa
import numpy as np

from classifier.features.stft_phase import StftPhase
from classifier.records.audio_format import AudioFormat


def both(signal):
    """The layer's channels and librosa's spectrum of a window: (bins, frames) each."""
    found = np.asarray(StftPhase.from_audio_format(AudioFormat())(signal[None]))[0]
    return found[..., 0], found[..., 1], librosa.stft(signal, n_fft=2048, hop_length=512)


def test_the_first_channel_is_the_logarithm_of_librosas_magnitude(signal):
    found, _, spectrum = both(signal)
    expected = np.log1p(np.abs(spectrum))
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= 1e-4 * expected.max()


def test_the_second_is_librosas_phase_where_there_is_enough_to_have_one(signal):
    """Compared above 1e-4 of the largest magnitude: the rounding of an FFT is up to a thousandth of what is smaller."""
    _, found, spectrum = both(signal)
    expected, magnitude = np.angle(spectrum) / np.pi, np.abs(spectrum)
    audible = magnitude > 1.01e-4 * magnitude.max()
    apart = (found - expected + 1) % 2 - 1  # -1 and 1 are the same phase
    assert np.abs(apart[audible]).max(initial=0) <= 1e-3
    assert not found[magnitude < 0.99e-4 * magnitude.max()].any()


def test_a_cosine_starts_at_phase_zero_and_a_sine_a_quarter_turn_later():
    seconds = np.arange(AudioFormat().window_length) / AudioFormat().sample_rate
    angle = 2 * np.pi * 1000 * seconds  # bin 128; frames begin at the start of a period
    phases = [both(wave(angle).astype("float32"))[1][128, 30] for wave in (np.cos, np.sin)]
    assert np.allclose(phases, [0, -0.5], atol=1e-5)


def test_silence_is_zero():
    level, phase, _ = both(np.zeros(AudioFormat().window_length, "float32"))
    assert not level.any()
    assert not phase.any()
