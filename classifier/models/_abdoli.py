"""What the 1D CNNs of Abdoli, Cardinal & Koerich share: convolutions from a table, the head, the recipes.

Source: Expert Systems with Applications 136 (2019), doi:10.1016/j.eswa.2019.06.040, arXiv 1904.08990; filters, kernels
    and strides as in the public implementation of Logan97117.

Each net hears frames of one length, and what it says of a longer sound is the mean over frames that overlap by half.
"""

from dataclasses import replace

from keras import layers

from classifier.models._frames import over_frames
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import FIELD, Recipe

RECIPE = replace(FIELD, equaliser_db=8, noise_snr_db=(5, 40))
PAPER = Recipe(
    epochs=100, batch_size=100, optimizer="adadelta", learning_rate=1.0, loss="mean_squared_logarithmic_error"
)

BATCH_MOMENTUM = 0.9  # Keras' 0.99 needs some 500 batches to forget its start: with few recordings, all of the training
FIVE = [  # filters, kernel, stride, pooled by: the convolutions for 32,000 samples and more
    (16, 64, 2, 8),
    (32, 32, 2, 8),
    (64, 16, 2, None),
    (128, 8, 2, None),
    (256, 4, 2, 4),
]


def audio_format(frame):
    """The paper's audio format for frames of so many samples."""
    return AudioFormat(sample_rate=16_000, window_length=frame)


def over_halves(features, frame, n_classes, convolutions, **first):
    """(samples, 1) -> (n_classes,) probabilities: the mean over the frames of a window."""
    return over_frames(
        features, frame, frame // 2, lambda x: classified(convolved(x, convolutions, **first), n_classes)
    )


def convolved(x, convolutions, after_pool=None, **first):
    """(samples, 1) -> (places, filters).

    Args:
        convolutions: rows as those of FIVE.
        after_pool: activation after each pooling; the paper has none.
        first: settings of the first convolution.
    """
    for filters, kernel, stride, pool in convolutions:
        x = layers.Conv1D(filters, kernel, strides=stride, activation="relu", **first)(x)
        x = layers.BatchNormalization(momentum=BATCH_MOMENTUM)(x)
        if pool:
            x = layers.MaxPooling1D(pool)(x)
            x = after_pool()(x) if after_pool else x
        first = {}
    return x


def classified(x, n_classes):
    """(places, filters) -> (n_classes,) probabilities, by the paper's head."""
    x = layers.Flatten()(x)
    for units in (128, 64):
        x = layers.Dropout(0.25)(layers.Dense(units, activation="relu")(x))
    return layers.Dense(n_classes, activation="softmax")(x)
