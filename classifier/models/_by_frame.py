"""What a model that has frames says of each of them: it ends before the pooling over time."""

import keras

LAYER = "frames"  # of the body


def by_frame(model: keras.Model) -> keras.Model:
    """(batch, window_length) audio -> (batch, frames, labels) probabilities, sharing the weights of a model."""
    body = model.get_layer("body")
    opened = keras.Model(body.inputs, body.get_layer(LAYER).output)
    gate, (audible, _) = model.get_layer("digital_silence"), model.get_layer("digital_silence").input
    return keras.Model(model.inputs, gate([audible, opened(model.get_layer("standardise").output)]))
