"""Several features as the channels of one."""

from typing import TYPE_CHECKING

import keras
from keras import KerasTensor, ops

from classifier.features._several import Several
from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.features.mfcc import Mfcc

if TYPE_CHECKING:
    from classifier.records.audio_format import AudioFormat


def _all_mfccs(audio_format: "AudioFormat") -> Mfcc:
    return Mfcc.from_audio_format(audio_format, n_mfcc=audio_format.n_mels)


@keras.saving.register_keras_serializable("features")
class Stacked(Several):
    """(samples,) -> (bands, frames, channels): the channels of all features, with the frames of the shortest.

    Args:
        features: layers with outputs (bands, frames, channels), all with the same number of bands.

    Raises:
        ValueError: the features have different numbers of bands.
    """

    usual = (LogMelSpectrogram.from_audio_format, _all_mfccs)

    def call(self, audio: KerasTensor) -> KerasTensor:
        outputs = [feature(audio) for feature in self.features]
        self.check_bands(outputs)
        n_frames = min(output.shape[2] for output in outputs)
        return ops.concatenate([output[:, :, :n_frames] for output in outputs], axis=-1)
