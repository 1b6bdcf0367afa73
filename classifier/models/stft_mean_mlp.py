"""Four dense layers on the mean spectrum of a window, without any information about time.

Source: github.com/watch-nomo/audio-classifier, as its README describes it; the code is not public.
Differs: softmax (the README's ReLU can output nothing but zeros); one output per line of labels.txt (the README has
    eight); standardised too. Batch size, epochs and patience, which the README does not give, are ours.
"""

from keras import KerasTensor, layers

from classifier.features.stft_mean import StftMean
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import FIELD, Recipe

FEATURES = StftMean.from_audio_format
RECIPE = FIELD
PAPER = Recipe(
    epochs=100, batch_size=32, optimizer="adam", learning_rate=1e-3, loss="categorical_crossentropy", patience=10
)
PAPER_AUDIO_FORMAT = AudioFormat(sample_rate=16_000, n_fft=512, hop_length=256)

UNITS = [256, 256, 128, 128]


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(values,) -> (n_classes,) probabilities."""
    x = features
    for units in UNITS:
        x = layers.Dense(units, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    return layers.Dense(n_classes, activation="softmax")(x)
