import librosa
import numpy as np

from classifier.features.levelled_waveform import LevelledWaveform


def test_it_is_the_audio_over_its_rms(assert_equal):
    def reference(signal):
        level = librosa.feature.rms(y=signal, frame_length=len(signal), hop_length=len(signal), center=False)
        return signal / (level[0, 0] + 1e-4)

    assert_equal(LevelledWaveform(), reference)


def test_a_louder_window_is_the_same(signal):
    layer = LevelledWaveform()
    soft, loud = (np.asarray(layer(gain * signal[None])) for gain in (0.5, 1.0))
    assert np.abs(soft - loud).max() <= 0.01 * np.abs(loud).max()
