"""Weights in 16 bits: half the size, the same answers; a client turns them back into 32 bits when it opens the file.

The converter's own way also turns the features' numbers into 16 bits, where the least power that a logarithm is given
is nought.
"""

from collections import Counter

import numpy as np

from classifier.records import tflite_metadata

LEAST = 64  # values; to halve fewer saves nothing
WEIGHTS = 1  # which input of an operator they are


def halved(held):
    """A copy of the bytes of a .tflite, the weights of its convolutions and dense layers in float16."""
    schema = tflite_metadata.tflite_schema()
    kinds, operators = schema.TensorType, schema.BuiltinOperator
    model = schema.ModelT.InitFromPackedBuf(held, 0)
    (graph,) = model.subgraphs
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes]
    users = Counter(tensor.buffer for tensor in graph.tensors)
    back = {}  # {weights in 16 bits: the same in 32}
    for operator in graph.operators:
        if codes[operator.opcodeIndex] not in (
            operators.CONV_2D,
            operators.DEPTHWISE_CONV_2D,
            operators.FULLY_CONNECTED,
        ):
            continue
        index = operator.inputs[WEIGHTS]
        tensor = graph.tensors[index]
        buffer = model.buffers[tensor.buffer]
        if tensor.type == kinds.FLOAT32 and buffer.data is not None and users[tensor.buffer] == 1:
            values = np.asarray(buffer.data, "uint8").view("float32")
            if values.size >= LEAST:
                buffer.data = values.astype("float16").view("uint8")
                back[index] = len(graph.tensors)
                graph.tensors.append(schema.TensorT(tensor.shape, kinds.FLOAT32, 0, tensor.name))
                tensor.type, tensor.name = kinds.FLOAT16, tensor.name + b" in 16 bits"
        operator.inputs = [back.get(number, number) for number in operator.inputs]
    model.operatorCodes.append(schema.OperatorCodeT(operators.DEQUANTIZE, None, 1, operators.DEQUANTIZE))
    number = len(model.operatorCodes) - 1
    graph.operators = [schema.OperatorT(number, [half], [full]) for half, full in back.items()] + graph.operators
    return tflite_metadata.pack(model, tflite_metadata.MODEL)
