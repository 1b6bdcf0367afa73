"""2D CNN with small kernels on a mel spectrogram of 60 bands, weight decay in its convolutions.

Source: github.com/crunker99/sourcing-sound, the best of its networks for UrbanSound8K (66.1 % over the ten folds)
Differs: log mel, standardised (the source has power). The text's four dense layers are two in its table and code, and
    here. The source pads the 173 columns of 4 s with zeros to 174; `--paper` takes windows of 88,576 samples, 4.02 s,
    which have 174.
"""

from functools import partial

from keras import KerasTensor, layers, regularizers

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.features.mel_spectrogram import MelSpectrogram
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import FIELD, Recipe

FEATURES = partial(LogMelSpectrogram.from_audio_format, n_mels=60)
RECIPE = FIELD
PAPER = Recipe(
    epochs=72,
    batch_size=16,
    optimizer="adam",
    learning_rate=1e-3,
    loss="categorical_crossentropy",
    patience=50,
    balanced=True,
)
PAPER_AUDIO_FORMAT = AudioFormat(sample_rate=22_050, window_length=173 * 512, n_fft=2048, hop_length=512, n_mels=60)
PAPER_FEATURES = MelSpectrogram.from_audio_format

CONVOLUTIONS = [  # filters, kernel, pooled, dropout
    (16, 2, True, False),
    (32, 2, False, True),
    (64, 3, True, True),
]


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, columns, 1) -> (n_classes,) probabilities."""
    x = features
    for filters, kernel, pooled, dropout in CONVOLUTIONS:
        x = layers.Conv2D(filters, kernel, activation="relu", kernel_regularizer=regularizers.L2(1e-4))(x)
        x = layers.MaxPooling2D(2)(x) if pooled else x
        x = layers.Dropout(0.2)(x) if dropout else x
    x = layers.Dense(64, activation="relu")(layers.Flatten()(x))
    x = layers.Dropout(0.5)(x)
    return layers.Dense(n_classes, activation="softmax")(x)
