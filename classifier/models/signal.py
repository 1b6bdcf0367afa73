"""1D CNN on raw audio.

Source: Abdoli, Cardinal & Koerich, Expert Systems with Applications 136 (2019), doi:10.1016/j.eswa.2019.06.040
Differs: the head of the app's model, one dense layer of 64 (the paper has 128 and 64, with dropout); a ReLU after each
    pooling too, as in the app's; windows at one level; one output per line of labels.txt.
"""

from dataclasses import replace

from keras import KerasTensor, layers

from classifier.models import _abdoli, _raw_audio

FEATURES, PAPER_FEATURES = _raw_audio.FEATURES, _raw_audio.PAPER_FEATURES
RECIPE = replace(_raw_audio.RECIPE, warm_up=0)
PAPER = _abdoli.PAPER


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(samples, 1) -> (n_classes,) probabilities."""
    x = _abdoli.convolved(features, after_pool=layers.ReLU)  # not idle: normalised values can be negative
    x = layers.Dense(64, activation="relu")(layers.Flatten()(x))
    return layers.Dense(n_classes, activation="softmax")(x)
