import numpy as np
import tensorflow as tf

from classifier.features.log_mel_frames import LogMelFrames
from classifier.records.audio_format import AudioFormat


def mel(signal):
    """The input of the networks of AudioSet, before its logarithm, computed by TensorFlow."""
    spectrum = tf.abs(tf.signal.stft(signal, 400, 160, 512))
    bands = tf.signal.linear_to_mel_weight_matrix(64, 257, 16_000, 125.0, 7500.0)
    return (spectrum @ bands + 0.001).numpy().T


def test_it_equals_tensorflows(assert_equal):
    layer = LogMelFrames.from_audio_format(AudioFormat())
    assert_equal(lambda audio: np.exp(layer(audio)), mel)


def test_a_patch_of_yamnet_has_96_frames():
    assert LogMelFrames(16_000)(np.zeros((1, 15_600), "float32")).shape == (1, 64, 96, 1)
