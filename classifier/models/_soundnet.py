"""The 1D CNNs after SoundNet: convolutions from a table, the head, the recipes.

Source: the figures and the text of github.com/WWH98932/Audio-Classification-Models; their code was never published;
    after Aytar, Vondrick & Torralba, SoundNet, NeurIPS 2016, arXiv 1610.09001. Convolutions keep the length, poolings
    do not: only so do the text's numbers come out.
"""

from keras import KerasTensor, layers

from classifier.models import _raw_audio
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import Recipe

Convolutions = list[tuple[int, int, int, int | None]]  # filters, kernel, stride, pool (every two steps)

FEATURES, PAPER_FEATURES, RECIPE = _raw_audio.FEATURES, _raw_audio.PAPER_FEATURES, _raw_audio.RECIPE
PAPER = Recipe(
    epochs=100, batch_size=64, optimizer="adam", learning_rate=1e-4, loss="categorical_crossentropy", patience=10
)  # optimiser and rate of the source's other networks; it gives no batch size, epochs or patience
PAPER_AUDIO_FORMAT = AudioFormat(sample_rate=10_000, window_length=30_000)


def build(
    features: KerasTensor, n_classes: int, convolutions: Convolutions, lstms: tuple[int, ...] = ()
) -> KerasTensor:
    """(samples, 1) -> (n_classes,) probabilities.

    Args:
        lstms: units of recurrent layers after the convolutions.
    """
    x = features
    for filters, kernel, stride, pool in convolutions:
        x = layers.Conv1D(filters, kernel, strides=stride, padding="same", activation="relu")(x)
        x = layers.MaxPooling1D(pool, strides=2)(x) if pool else x
    for units in lstms:
        x = layers.LSTM(units, return_sequences=True)(x)
    x = layers.Flatten()(x)
    for units in (512, 128):
        x = layers.Dense(units, activation="relu")(x)
    return layers.Dense(n_classes, activation="softmax")(x)
