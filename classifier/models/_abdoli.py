"""The 1D CNNs of Abdoli, Cardinal & Koerich: convolutions from a table, the head, the recipes.

Source: Expert Systems with Applications 136 (2019), doi:10.1016/j.eswa.2019.06.040, arXiv 1904.08990; filters, kernels
    and strides as in the public implementation of Logan97117.

Each network takes frames of one length; the prediction for a longer sound is the mean over frames that overlap by half.
"""

from keras import KerasTensor, layers

from classifier.models import _raw_audio
from classifier.models._frames import over_frames
from classifier.models._normalisation import batch_normalisation
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import Recipe

Convolutions = list[tuple[int, int, int, int | None]]  # filters, kernel, stride, pool

FEATURES, PAPER_FEATURES, RECIPE = _raw_audio.FEATURES, _raw_audio.PAPER_FEATURES, _raw_audio.RECIPE
PAPER = Recipe(
    epochs=100, batch_size=100, optimizer="adadelta", learning_rate=1.0, loss="mean_squared_logarithmic_error"
)
FIVE: Convolutions = [  # for 32,000 samples and more
    (16, 64, 2, 8),
    (32, 32, 2, 8),
    (64, 16, 2, None),
    (128, 8, 2, None),
    (256, 4, 2, 4),
]


def paper_audio_format(frame: int) -> AudioFormat:
    """The paper's audio format for frames of so many samples."""
    return AudioFormat(sample_rate=16_000, window_length=frame)


def build(
    features: KerasTensor, n_classes: int, convolutions: Convolutions = FIVE, frame: int | None = None, **first
) -> KerasTensor:
    """(samples, 1) -> (n_classes,) probabilities.

    Args:
        frame: samples of a frame; None takes the window as one frame, however long.
        first: settings of the first convolution.
    """

    def network(x: KerasTensor) -> KerasTensor:
        x = layers.Flatten()(convolved(x, convolutions, **first))
        for units in (128, 64):
            x = layers.Dropout(0.25)(layers.Dense(units, activation="relu")(x))
        return layers.Dense(n_classes, activation="softmax")(x)

    return over_frames(features, frame, frame // 2, network) if frame else network(features)


def convolved(
    x: KerasTensor, convolutions: Convolutions = FIVE, after_pool: type[layers.Layer] | None = None, **first
) -> KerasTensor:
    """(samples, 1) -> (steps, filters).

    Args:
        after_pool: activation after each pooling; the paper has none.
        first: settings of the first convolution.
    """
    for filters, kernel, stride, pool in convolutions:
        x = layers.Conv1D(filters, kernel, strides=stride, activation="relu", **first)(x)
        x = batch_normalisation()(x)
        if pool:
            x = layers.MaxPooling1D(pool)(x)
            x = after_pool()(x) if after_pool else x
        first = {}
    return x
