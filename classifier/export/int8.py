"""Models in whole numbers of 8 bits: a quarter of the size, and made for the processors of phones.

Features stay floats: the power of a spectrum spans ten powers of ten, and 256 steps cannot. So does the last layer: of
labels that are nearly as probable, 256 steps would decide otherwise (see benchmarks/results/variants.txt).
"""

import re

import numpy as np

from classifier.records import tflite_metadata

NEARLY = 0.5  # another label than Keras' first is no mistake if Keras finds it this many times as probable, or more
AGREEMENT = 0.9  # share of held-out windows on which a file must make no mistake


def agreement(predictions, expected):
    """Share of rows whose most probable label is Keras' first, or NEARLY: between labels as probable, chance decides.

    Args:
        answers, expected: (rows, labels) probabilities; expected are Keras'.
    """
    said = expected[np.arange(len(expected)), predictions.argmax(axis=1)]
    return float(np.mean(said >= NEARLY * expected.max(axis=1)))


def calibrated(converter, learnt):
    """The bytes of a .tflite in floats that knows the range of every value.

    Args:
        converter: tf.lite.TFLiteConverter of a model as of network.build.
        learnt: (windows, window_length) float32, from which the ranges are taken.
    """
    import tensorflow as tf

    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([window[None]] for window in learnt)
    converter._experimental_calibrate_only = True
    return converter.convert()


def candidates(with_ranges, model):
    """The bytes of .tflite that take and answer floats and compute in int8, ever more of them in floats.

    First all that `_whole` allows but the last layer; then one more of the first layers each time: what is wrong in
    them is wrong in all that follow, and their values have the longest tails.

    Args:
        with_ranges: as of `calibrated`.
        model: of which it was made.
    """
    from tensorflow.lite.python.convert import mlir_quantize
    from tensorflow.lite.tools.flatbuffer_utils import convert_bytearray_to_object

    content, whole = convert_bytearray_to_object(with_ranges), _whole(model)
    (graph,) = content.subgraphs
    names = [[graph.tensors[output].name.decode() for output in operator.outputs] for operator in graph.operators]
    outside = [name for of in names for name in of if not any(whole.match(part) for part in name.split(";"))]
    layers = [i for i in _with_weights(content) if not set(names[i]) & set(outside)] or [0]
    for first in layers:
        floats = {*outside, *names[layers[-1]], *(name for of in names[:first] for name in of)}
        # Clients of old know no dense layer with a scale for each of its outputs.
        settings = {"denylisted_nodes": sorted(floats), "disable_per_channel_for_dense_layers": True}
        yield bytes(mlir_quantize(with_ranges, **settings))


def _with_weights(content):
    """Which operators are convolutions and dense layers."""
    kinds = tflite_metadata.tflite_schema().BuiltinOperator
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in content.operatorCodes]
    with_weights = (kinds.CONV_2D, kinds.DEPTHWISE_CONV_2D, kinds.FULLY_CONNECTED)
    operators = content.subgraphs[0].operators
    return [i for i, operator in enumerate(operators) if codes[operator.opcodeIndex] in with_weights]


def _whole(model):
    """A pattern for the names of the operators of a model's body, and of networks inside its features.

    Neither is the last operator, which bears the name of the graph's answer: probabilities have more than 256 values.
    """
    import keras

    inside = [layer for layer in model.get_layer("features")._flatten_layers() if isinstance(layer, keras.Model)]
    places = "|".join(["body", *(rf"features(_\d+)?/{re.escape(network.name)}" for network in inside)])
    return re.compile(rf"[^/]+/({places})(_\d+)?/")
