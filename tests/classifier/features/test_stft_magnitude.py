import librosa
import numpy as np
import pytest

from classifier.features.stft_magnitude import StftMagnitude
from classifier.records.audio_format import AudioFormat


def test_it_equals_librosas(assert_equal):
    layer = StftMagnitude.from_audio_format(AudioFormat())
    assert_equal(layer, lambda signal: np.abs(librosa.stft(signal, n_fft=2048, hop_length=512)))


@pytest.mark.parametrize(("n_fft", "hop_length"), [(512, 256), (1200, 512), (883, 441)])
def test_a_window_need_not_be_a_power_of_two(assert_equal, n_fft, hop_length):
    layer = StftMagnitude.from_audio_format(AudioFormat(), n_fft=n_fft, hop_length=hop_length)
    assert_equal(layer, lambda signal: np.abs(librosa.stft(signal, n_fft=n_fft, hop_length=hop_length)))


def test_the_first_bin_can_be_left_out(voice):
    whole, rest = (StftMagnitude.from_audio_format(AudioFormat(), skip_dc=skip)(voice[None]) for skip in (False, True))
    assert rest.shape == (1, 1024, 63, 1)
    assert np.array_equal(rest, whole[:, 1:])


def test_a_phone_can_compute_a_window_that_is_no_power_of_two(tmp_path):
    import keras

    from classifier.export import convert
    from classifier.inference import litert

    audio_format = AudioFormat(n_fft=883, hop_length=441)
    audio = keras.Input((audio_format.window_length,))
    model = keras.Model(audio, keras.layers.Flatten()(StftMagnitude.from_audio_format(audio_format)(audio)))
    (tmp_path / "feature.tflite").write_bytes(convert.converted(model))
    windows = litert.probes(audio_format)
    expected, found = model.predict(windows, verbose=0), litert.LiteRT(tmp_path / "feature.tflite").run(windows)
    assert np.abs(found - expected).max() <= 1e-4 * expected.max()
