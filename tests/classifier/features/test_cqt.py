import librosa
import numpy as np
import pytest

from classifier.features.cqt import Cqt
from classifier.records.audio_format import AudioFormat

pytestmark = pytest.mark.filterwarnings("ignore:n_fft")  # librosa's: at low rates a filter may outlast the window
FROM_A0 = {"n_bins": 128, "bins_per_octave": 16, "fmin": 27.5}  # eight octaves, to 7,040 Hz


def magnitude(signal, sr=16_000, hop_length=512, **settings):
    return np.abs(librosa.cqt(signal, sr=sr, hop_length=hop_length, tuning=0.0, **settings))


def direct(signal):
    """Without any halving: every filter at the full rate, as long as its Q says, along the audio itself."""
    frequencies = librosa.cqt_frequencies(84, fmin=librosa.note_to_hz("C1"))
    filters, lengths = librosa.filters.wavelet(freqs=frequencies, sr=16_000)
    frames = librosa.util.frame(np.pad(signal, filters.shape[1] // 2), frame_length=filters.shape[1], hop_length=512)
    return np.abs(filters.conj() @ frames) * np.sqrt(lengths)[:, None]


def test_it_equals_librosas(assert_equal):
    assert_equal(Cqt.from_audio_format(AudioFormat()), magnitude)


def test_as_many_bins_as_a_mel_spectrogram_has_equal_librosas(assert_equal):
    assert_equal(Cqt.from_audio_format(AudioFormat(), **FROM_A0), lambda signal: magnitude(signal, **FROM_A0))


def test_the_lowest_octave_need_not_be_whole(assert_equal):
    assert_equal(Cqt.from_audio_format(AudioFormat(), n_bins=90), lambda signal: magnitude(signal, n_bins=90))


def test_a_rate_far_above_the_highest_filter_is_halved_first(assert_equal):
    layer = Cqt.from_audio_format(AudioFormat(sample_rate=44_100))
    assert_equal(layer, lambda signal: magnitude(signal, sr=44_100))


def test_a_rate_may_be_halved_often_first(voice):
    expected, found = (
        magnitude(voice, n_bins=30),
        np.asarray(Cqt.from_audio_format(AudioFormat(), n_bins=30)(voice[None])),
    )
    assert np.abs(found[0, ..., 0] - expected).max() <= 1e-3 * expected.max()


def test_decibels_are_librosas(assert_equal):
    layer = Cqt.from_audio_format(AudioFormat(), decibels=True)
    assert_equal(layer, lambda signal: librosa.amplitude_to_db(magnitude(signal)), tolerance=1e-3)


def test_it_is_close_to_a_transform_at_the_full_rate(assert_equal):
    # No closer, and neither is librosa's: rounded to whole samples of a lower rate, filters are shifted and wider.
    assert_equal(Cqt.from_audio_format(AudioFormat()), direct, tolerance=0.05)


def test_a_window_of_any_length_has_a_frame_every_hop(voice):
    for n in (1, 511, 12_345):
        expected, found = (
            magnitude(voice[:n]),
            np.asarray(Cqt.from_audio_format(AudioFormat())(voice[None, :n]))[0, ..., 0],
        )
        assert found.shape == (84, 1 + n // 512)
        assert np.abs(found - expected).max() <= 1e-4 * expected.max()


def test_a_hop_that_can_not_be_halved_once_an_octave_is_refused():
    with pytest.raises(ValueError, match="7 octaves.* multiple of 64 samples.* hop_length=480"):
        Cqt.from_audio_format(AudioFormat(hop_length=480))


def test_filters_above_half_the_rate_are_refused():
    with pytest.raises(ValueError, match=r"fmin=32\.7.* n_bins=100 .* sample_rate=16000"):
        Cqt.from_audio_format(AudioFormat(), n_bins=100)
