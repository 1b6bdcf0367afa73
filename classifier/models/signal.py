"""1D CNN on raw audio.

Source: Abdoli, Cardinal & Koerich, Expert Systems with Applications 136 (2019), doi:10.1016/j.eswa.2019.06.040
Differs: the head of the app's model, one dense layer of 64 (the paper has 128 and 64, with dropout); a ReLU after each
    pooling too, as in the app's; every window at one level; one output per line of labels.txt.
"""

from keras import layers

from classifier.features.levelled_waveform import LevelledWaveform
from classifier.features.waveform import Waveform
from classifier.models import _abdoli
from classifier.records.recipe import Recipe

FEATURES = LevelledWaveform.from_audio_format
PAPER_FEATURES = Waveform.from_audio_format
RECIPE = Recipe(
    epochs=50,
    batch_size=32,
    optimizer="adamw",
    learning_rate=1e-3,
    loss="categorical_crossentropy",
    cosine=True,
    patience=25,
    balanced=True,
    shift=0.5,
    gain_db=12,
    equaliser_db=8,
    noise_snr_db=(5, 40),
)
PAPER = _abdoli.PAPER


def build(features, n_classes):
    """(samples, 1) -> (n_classes,) probabilities."""
    x = _abdoli.convolved(features, _abdoli.FIVE, after_pool=layers.ReLU)  # not idle: normalised values can be negative
    x = layers.Dense(64, activation="relu")(layers.Flatten()(x))
    return layers.Dense(n_classes, activation="softmax")(x)
