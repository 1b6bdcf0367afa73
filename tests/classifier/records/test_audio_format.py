import pytest

from classifier.core.errors import InputError
from classifier.records.audio_format import AudioFormat, make_audio_format


def test_the_audio_format_is_that_of_the_app():
    assert AudioFormat() == AudioFormat(
        sample_rate=16_000, window_length=32_000, n_fft=2048, hop_length=512, n_mels=128
    )
    assert AudioFormat().n_frames == 63


@pytest.mark.parametrize(
    "seconds, sample_rate, expected",
    [
        (2.0, 16_000, AudioFormat()),
        (None, 8_000, AudioFormat(8_000, 16_000, 1024, 256, 128)),
        (4.0, 22_050, AudioFormat(22_050, 88_200, 2048, 512, 128)),
        (1.0, None, AudioFormat(16_000, 16_000, 1024, 256, 128)),
        (0.05, None, AudioFormat(16_000, 800, 64, 16, 8)),
        (0.05, 384_000, AudioFormat(384_000, 19_200, 1024, 256, 128)),
        (30.0, 384_000, AudioFormat(384_000, 11_520_000, 32_768, 8192, 128)),
    ],
)
def test_the_spectrogram_follows_the_window_and_the_rate(seconds, sample_rate, expected):
    assert make_audio_format(seconds, sample_rate) == expected


def test_the_format_of_a_paper_is_kept_where_nothing_else_is_asked_for():
    paper = AudioFormat(16_000, 3_200, 512, 512, 60)
    assert make_audio_format(base=paper) == paper
    assert make_audio_format(0.2, 16_000, paper) == paper


@pytest.mark.parametrize(
    "seconds, sample_rate, complaint",
    [
        (0.04, None, r"--window 0.04: give seconds: from 0.05 to 30"),
        (31, None, r"--window 31: give seconds"),
        (None, 7_999, r"--sample-rate 7999: give Hz: from 8000 to 384000"),
        (float("nan"), None, r"--window nan: give seconds"),
    ],
)
def test_what_no_model_is_for_is_refused(seconds, sample_rate, complaint):
    with pytest.raises(InputError, match=complaint):
        make_audio_format(seconds, sample_rate)
