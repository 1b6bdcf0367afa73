import pytest

from classifier.core.errors import InputError
from classifier.records.audio_format import AudioFormat, make_audio_format


def test_the_audio_format_is_that_of_the_app():
    assert AudioFormat() == AudioFormat(
        sample_rate=16_000, window_length=32_000, n_fft=2048, hop_length=512, n_mels=128
    )
    assert AudioFormat().n_frames == 63


def test_another_audio_format_for_one_run():
    assert make_audio_format(seconds=4, sample_rate=22_050).window_length == 88_200
    with pytest.raises(InputError, match="at least one window"):
        make_audio_format(seconds=0.01)
