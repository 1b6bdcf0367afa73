"""2D CNN on the means over time of five features, side by side: MFCC, mel bands and three chromas.

Source: github.com/WWH98932/Audio-Classification-Models, audiofeature_2dcnn.py
Differs: the five are the columns they were meant to be (its code scrambles them), each standardised; mel bands in dB
    (`--paper`: power); chromas of 40 bins an octave.
"""

from collections.abc import Callable
from functools import partial

from keras import KerasTensor, layers

from classifier.features.averaged import Averaged
from classifier.features.chroma_cens import ChromaCens
from classifier.features.chroma_cqt import ChromaCqt
from classifier.features.chroma_stft import ChromaStft
from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.features.mel_spectrogram import MelSpectrogram
from classifier.features.mfcc import Mfcc
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import FIELD, Recipe

N_VALUES = 40  # of each column
CHROMAS = [partial(kind.from_audio_format, n_chroma=N_VALUES) for kind in (ChromaStft, ChromaCqt, ChromaCens)]


def columns(audio_format: AudioFormat, mel: Callable[..., MelSpectrogram]) -> Averaged:
    """A features layer, (samples,) -> (N_VALUES, 5, 1)."""
    features = [partial(Mfcc.from_audio_format, n_mfcc=N_VALUES), partial(mel, n_mels=N_VALUES), *CHROMAS]
    return Averaged.from_audio_format(audio_format, features=features)


FEATURES = partial(columns, mel=LogMelSpectrogram.from_audio_format)
RECIPE = FIELD
PAPER = Recipe(epochs=100, batch_size=64, optimizer="adam", learning_rate=1e-3, loss="categorical_crossentropy")
PAPER_AUDIO_FORMAT = AudioFormat(window_length=127 * 512)
PAPER_FEATURES = partial(columns, mel=MelSpectrogram.from_audio_format)


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(values, columns, 1) -> (n_classes,) probabilities."""
    x = features
    for filters in (64, 128):
        x = layers.Conv2D(filters, 5, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Dropout(0.3)(x)
    x = layers.Flatten()(x)
    for units in (256, 512):
        x = layers.Dropout(0.3)(layers.Dense(units, activation="relu")(x))
    return layers.Dense(n_classes, activation="softmax")(x)
