import librosa
import numpy as np
import pytest

from classifier.features.levelled_waveform import QUIET, QUIET_BEFORE, LevelledWaveform


@pytest.mark.parametrize("quiet", [QUIET, QUIET_BEFORE])
def test_it_is_the_audio_over_its_rms(quiet, assert_equal):
    def reference(signal):
        level = librosa.feature.rms(y=signal, frame_length=len(signal), hop_length=len(signal), center=False)
        return signal / (level[0, 0] + quiet)

    assert_equal(LevelledWaveform(quiet), reference)


@pytest.mark.parametrize("quiet, gains", [(QUIET_BEFORE, (0.5, 1.0)), (QUIET, (5.0, 10.0))])
def test_a_louder_window_is_the_same(quiet, gains, signal):
    layer = LevelledWaveform(quiet)
    soft, loud = (np.asarray(layer(gain * signal[None])) for gain in gains)
    assert np.abs(soft - loud).max() <= 0.01 * np.abs(loud).max()


def test_the_noise_of_a_silent_room_stays_soft():
    room = 1e-4 * np.random.default_rng(0).normal(size=(1, 44100)).astype("float32")
    assert np.asarray(LevelledWaveform()(room)).std() < 0.1


def test_a_model_that_was_saved_without_the_setting_hears_as_it_did():
    config = LevelledWaveform().get_config()
    assert config.pop("quiet") == QUIET
    assert LevelledWaveform.from_config(config).quiet == QUIET_BEFORE
    assert LevelledWaveform.from_config({**config, "quiet": 0.5}).quiet == 0.5
