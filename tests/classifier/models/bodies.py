"""Bodies of models, built for tests."""

import keras

from classifier.core import registry
from classifier.models import assemble


def body(name, shape=(128, 128, 1), n_classes=6):
    """What follows the features of a model, on features of a shape."""
    features = keras.Input(shape)
    return keras.Model(features, registry.load("models", name).build(features, n_classes))


def paper_body(name, n_classes=10, audio_format=None):
    """The same on the features of its paper, for the paper's audio format or another one."""
    module = registry.load("models", name)
    audio_format = audio_format or module.PAPER_AUDIO_FORMAT
    features = assemble.features_of(module, audio_format, paper=True)
    return assemble.build(module, features, audio_format, n_classes).get_layer("body")
