"""Dense layers on a mean spectrum and other means over time: the simplest model, and the fastest to train.

Source: github.com/WWH98932/Audio-Classification-Models, audiofeature_mlp.py and section 1 of its text
Differs: beside the mean spectrum, what the text names and its code lacks (zero crossings, RMS, MFCC), with standard
    deviations too, and the other values of Summary; `--paper` takes the mean spectrum alone, scaled to [0, 1] in each
    window.
"""

from functools import partial

import keras
from keras import KerasTensor, layers

from classifier.features.averaged import Averaged
from classifier.features.stft_mean import StftMean
from classifier.features.summary import Summary
from classifier.models import _family
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import FIELD

FEATURES = partial(
    Averaged.from_audio_format,
    features=[StftMean.from_audio_format, partial(Summary.from_audio_format, n_mfcc=40, n_bands=128)],
    as_columns=False,
)
RECIPE = FIELD
PAPER = _family.PAPER
PAPER_AUDIO_FORMAT = AudioFormat(window_length=127 * 512, n_fft=512, hop_length=256)
PAPER_FEATURES = StftMean.from_audio_format

UNITS = [256, 256, 128, 128, 64, 32]


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(values,) -> (n_classes,) probabilities."""
    x = features
    for units in UNITS:
        x = layers.Dense(units, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    return layers.Dense(n_classes, activation="softmax", kernel_regularizer=keras.regularizers.L2(0.01))(x)
