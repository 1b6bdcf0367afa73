"""Several features as the channels of one, as a picture has three colours."""

import keras
from keras import ops

from classifier.features._several import Several
from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.features.mfcc import Mfcc


def _all_mfccs(audio_format):
    return Mfcc.from_audio_format(audio_format, n_mfcc=audio_format.n_mels)


@keras.saving.register_keras_serializable("features")
class Stacked(Several):
    """(samples,) -> (bands, frames, channels): the features' channels one after another, as long as the shortest.

    Args:
        features: layers, each giving (bands, frames, channels) with as many bands.

    Raises:
        ValueError: they have not as many bands.
    """

    usual = (LogMelSpectrogram.from_audio_format, _all_mfccs)

    def call(self, audio):
        outputs = [feature(audio) for feature in self.features]
        self.equal_bands(outputs)
        n_frames = min(output.shape[2] for output in outputs)
        return ops.concatenate([output[:, :, :n_frames] for output in outputs], axis=-1)
