"""Read the weights of a .tflite file as floats, from floats or integers."""

from pathlib import Path

import numpy as np

from classifier.core.console import quiet_libraries
from classifier.core.errors import InputError

OPERATORS = {
    "CONV_2D": (1, 2, 3, 0),
    "DEPTHWISE_CONV_2D": (1, 2, 3, 0),
    "FULLY_CONNECTED": (1, 0),
}  # axes: Keras' order


def weights(path: Path) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """The kernels and biases of its convolutions and dense layers, in the order of computation.

    Returns:
        (operator's name, kernel, bias) of each, float32, in Keras' order: (height, width, channels, filters), for a
        depthwise convolution (height, width, channels, 1), for a dense layer (inputs, outputs).

    Raises:
        InputError: it is not a .tflite file.
    """
    with quiet_libraries():
        from ai_edge_litert import schema_py_generated as schema

    held = path.read_bytes()
    if held[4:8] != b"TFL3":
        raise InputError(f"{path} is not a .tflite file; delete it, and it is downloaded again")
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(held))
    graph, names = model.subgraphs[0], {value: name for name, value in vars(schema.BuiltinOperator).items()}
    kinds = [names[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in model.operatorCodes]
    unpacked = {op.outputs[0]: op.inputs[0] for op in graph.operators if kinds[op.opcodeIndex] == "DEQUANTIZE"}

    def floats(index: int) -> np.ndarray:
        tensor = graph.tensors[unpacked.get(index, index)]
        kind = next(name for name, value in vars(schema.TensorType).items() if value == tensor.type)
        values = np.frombuffer(bytes(model.buffers[tensor.buffer].data), kind.lower()).reshape(tensor.shape)
        scales = tensor.quantization.scale if tensor.quantization is not None else None
        if scales is None or not len(scales):
            return values.astype("float32")
        along = [1] * values.ndim
        along[tensor.quantization.quantizedDimension if len(scales) > 1 else 0] = len(scales)
        zero = np.reshape(tensor.quantization.zeroPoint, along)
        return ((values.astype("int64") - zero) * np.reshape(scales, along)).astype("float32")

    return [
        (kinds[op.opcodeIndex], floats(op.inputs[1]).transpose(OPERATORS[kinds[op.opcodeIndex]]), floats(op.inputs[2]))
        for op in graph.operators
        if kinds[op.opcodeIndex] in OPERATORS
    ]
