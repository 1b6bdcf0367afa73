"""2D CNN on a mel spectrogram.

Source: Mushtaq, Su & Tran, Applied Acoustics 172 (2021), doi:10.1016/j.apacoust.2020.107581
Differs: the layers of the app's model; log mel, standardised (the app's model takes power); one output per line of
    labels.txt.
"""

from dataclasses import replace

from keras import KerasTensor, layers

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.records.recipe import FIELD, Recipe

FEATURES = LogMelSpectrogram.from_audio_format
RECIPE = replace(FIELD, optimizer="adam", warm_up=0)
PAPER = Recipe(epochs=50, batch_size=64, optimizer="adam", learning_rate=1e-3, loss="categorical_crossentropy")

CONVOLUTIONS = [  # filters, kernel, pooled
    (24, 6, True),
    (48, 5, True),
    (48, 5, False),
    (60, 4, False),
    (72, 4, False),
]


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities; needs at least 57 frames."""
    x = features
    for filters, kernel, pooled in CONVOLUTIONS:
        x = layers.Conv2D(filters, kernel, activation="relu")(x)
        if pooled:
            x = layers.MaxPooling2D((4, 2), strides=2)(x)
    x = layers.Dense(84, activation="relu")(layers.Flatten()(x))
    x = layers.Dropout(0.5)(x)
    return layers.Dense(n_classes, activation="softmax")(x)
