"""What the networks after SoundNet share: convolutions from a table, the head, the recipes.

Source: the figures and the text of WWH98932, whose code was never published; after Aytar, Vondrick & Torralba,
    SoundNet, NeurIPS 2016, arXiv 1610.09001. Convolutions keep the length, poolings do not: only so do the text's
    numbers come out.
"""

from dataclasses import replace

from keras import layers

from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import FIELD, Recipe

RECIPE = replace(FIELD, equaliser_db=8, noise_snr_db=(5, 40))  # as for the other networks on raw audio
PAPER = Recipe(
    epochs=100, batch_size=64, optimizer="adam", learning_rate=1e-4, loss="categorical_crossentropy", patience=10
)  # the source's other networks have this optimiser and rate; batch, epochs and patience it does not give
PAPER_AUDIO_FORMAT = AudioFormat(sample_rate=10_000, window_length=30_000)


def convolved(x, convolutions):
    """(samples, 1) -> (places, filters).

    Args:
        convolutions: rows of filters, kernel, stride and what is pooled, every two places, or None.
    """
    for filters, kernel, stride, pool in convolutions:
        x = layers.Conv1D(filters, kernel, strides=stride, padding="same", activation="relu")(x)
        x = layers.MaxPooling1D(pool, strides=2)(x) if pool else x
    return x


def classified(x, n_classes):
    """(places, values) -> (n_classes,) probabilities."""
    x = layers.Flatten()(x)
    for units in (512, 128):
        x = layers.Dense(units, activation="relu")(x)
    return layers.Dense(n_classes, activation="softmax")(x)
