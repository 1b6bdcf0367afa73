"""Float .tflite files made smaller by ai-edge-quantizer: float16, dynamic and int8.

Features stay floats: the power of a spectrum spans ten powers of ten, and 256 steps cannot. So does the last layer of
an int8 file: it would decide otherwise between labels that are nearly as probable (benchmarks/results/variants.txt).
Dense layers have one scale, not one per output: the Task Library (0.4.4) knows no other.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from classifier.core.console import quiet_libraries
from classifier.records import tflite_metadata

if TYPE_CHECKING:
    import keras
    from ai_edge_quantizer import quantizer

BITS = 8
WITH_WEIGHTS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
ANY = ".*"  # names of operators


def float16(held: bytes) -> bytes:
    """Half the size: the weights of convolutions and dense layers in 16 bits; runtimes turn them back into 32.

    The converter's own float16 also turns the features' constants into 16 bits, where the smallest power that a
    logarithm is given becomes 0.

    Args:
        held: a .tflite in float32.
    """
    from ai_edge_quantizer import qtyping
    from ai_edge_quantizer.algorithm_manager import AlgorithmName

    settings = qtyping.OpQuantizationConfig(
        weight_tensor_config=qtyping.TensorQuantizationConfig(num_bits=16, dtype=qtyping.TensorDataType.FLOAT),
        compute_precision=qtyping.ComputePrecision.FLOAT,
        explicit_dequantize=True,
    )
    wanted = _quantizer(held)
    for operator in WITH_WEIGHTS:
        wanted.update_quantization_recipe(ANY, operator, settings, AlgorithmName.FLOAT_CASTING)
    return _quantized(wanted)


def dynamic(held: bytes) -> bytes:
    """A quarter of the size: the same weights in 8 bits, what is computed in floats or, on the fly, in 8 bits.

    Args:
        held: a .tflite in float32.
    """
    wanted = _quantizer(held)
    for operator in WITH_WEIGHTS:
        wanted.add_dynamic_config(ANY, operator, BITS, _granularity(operator))
    return _quantized(wanted)


def int8_candidates(held: bytes, windows: np.ndarray, model: "keras.Model") -> Iterator[bytes]:
    """Files with float inputs and outputs that compute in int8, each with one more of the first layers in floats.

    What is wrong in the first layers is wrong in all that follow, and their values have the longest tails.

    Args:
        held: a .tflite in float32.
        windows: (windows, window_length) float32 of the training split, from which the ranges of values are taken.
        model: that the file was made from; the names of its layers say what is the network.
    """
    ranges, network = _ranges(held, windows), _network(model)
    names = _names(held)
    inside = [i for i, of in enumerate(names) if all(network.match(part) for name in of for part in name.split(";"))]
    inside = inside[:-1]  # the last gives probabilities, which have more than 256 values
    layers = [i for i in _with_weights(held) if i in inside] or [0]
    for first in layers:
        chosen = [re.escape(name) for i in inside if i >= first and i != layers[-1] for name in names[i]]
        wanted = _quantizer(held)
        if chosen:
            pattern = rf"^({'|'.join(chosen)});?$"
            wanted.add_static_config(pattern, "*", BITS, BITS)
            wanted.add_static_config(pattern, "FULLY_CONNECTED", BITS, BITS, _granularity("FULLY_CONNECTED"))
            yield _quantized(wanted, ranges)


def _quantizer(held):
    from ai_edge_quantizer import quantizer

    return quantizer.Quantizer(bytearray(held))


def _quantized(wanted: "quantizer.Quantizer", ranges: Mapping | None = None) -> bytes:
    """The file as one flatbuffer: the quantizer puts weights behind it, where older runtimes do not look."""
    from ai_edge_litert.tools import flatbuffer_utils

    with quiet_libraries():
        found = dict(ranges) if ranges else None
        result = wanted.quantize(found, enable_progress_bar=False, enable_progress_report=False)
    assert result.quantized_model is not None  # as after every quantisation
    content = flatbuffer_utils.read_model_from_bytearray(bytearray(result.quantized_model))
    for buffer in content.buffers or ():
        if (
            buffer is not None and buffer.data is not None
        ):  # an array is copied as a whole, other bytes are packed one by one
            buffer.data = np.asarray(buffer.data, np.uint8)
    return tflite_metadata.pack(content, tflite_metadata.MODEL)


def _granularity(operator):
    from ai_edge_quantizer.qtyping import QuantGranularity

    return QuantGranularity.TENSORWISE if operator == "FULLY_CONNECTED" else QuantGranularity.CHANNELWISE


def _ranges(held, windows):
    """{tensor: its smallest and largest value over the windows}.

    Computed here: the quantizer's own calibration wants a file with a signature, and ours have none.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    plain = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    with quiet_libraries():
        interpreter = Interpreter(
            model_content=held, experimental_preserve_all_tensors=True, experimental_op_resolver_type=plain
        )
        interpreter.allocate_tensors()
    (audio,) = interpreter.get_input_details()
    ranges = {}
    for window in windows:
        interpreter.set_tensor(audio["index"], window[None])
        interpreter.invoke()
        for tensor in interpreter.get_tensor_details():
            values = _values(interpreter, tensor)
            if values is None:
                continue
            low, high = values.min(keepdims=True), values.max(keepdims=True)
            known = ranges.get(tensor["name"], {"min": low, "max": high})
            ranges[tensor["name"]] = {"min": np.minimum(low, known["min"]), "max": np.maximum(high, known["max"])}
    return ranges


def _values(interpreter, tensor):
    """The values of a tensor; None of one that holds no floats, or nothing."""
    if tensor["dtype"] != np.float32:
        return None
    try:
        values = interpreter.get_tensor(tensor["index"])
    except ValueError:  # no operator has written it
        return None
    return values if values.size else None


def _names(held):
    """The names of what each operator gives."""
    (graph,) = tflite_metadata.tflite_schema().ModelT.InitFromPackedBuf(held, 0).subgraphs
    return [[graph.tensors[output].name.decode() for output in operator.outputs] for operator in graph.operators]


def _with_weights(held):
    """Which operators are convolutions and dense layers."""
    schema = tflite_metadata.tflite_schema()
    content = schema.ModelT.InitFromPackedBuf(held, 0)
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in content.operatorCodes]
    wanted = {getattr(schema.BuiltinOperator, name) for name in WITH_WEIGHTS}
    return [i for i, operator in enumerate(content.subgraphs[0].operators) if codes[operator.opcodeIndex] in wanted]


def _network(model):
    """A pattern for the names of the operators of a model's body, and of networks inside its features."""
    import keras

    inside = [layer for layer in model.get_layer("features")._flatten_layers() if isinstance(layer, keras.Model)]
    places = "|".join(["body", *(rf"features(_\d+)?/{re.escape(network.name)}" for network in inside)])
    return re.compile(rf"[^/]+/({places})(_\d+)?/")
