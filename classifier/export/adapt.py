"""Make a .tflite what every runtime of a phone takes: [1, n] of float32 in, [1, labels] probabilities of float32 out.

Operators are put before its first and behind its last; what lies between is not touched.
"""

from typing import Any

import numpy as np

from classifier.core.errors import InputError
from classifier.inference import tensors
from classifier.inference.litert import LiteRT
from classifier.inference.outputs import Activation
from classifier.records import tflite_metadata

CONTROL = ("WHILE", "IF", "CALL", "CALL_ONCE")  # operators that run other graphs
VERSIONS = {"QUANTIZE": 1, "DEQUANTIZE": 2, "CAST": 1}  # of operators, the oldest that know all types handled here


class Graph:
    """The graph of a model that holds the wanted output; it grows at both ends.

    Graphs of other signatures are left out, unless its own operators (loops, branches) run them.
    """

    def __init__(self, model: bytes, lite: LiteRT):
        self.schema = tflite_metadata.tflite_schema()
        self.model = self.schema.ModelT.InitFromPackedBuf(bytearray(model))
        wanted = (lite.head.signature or "").encode()
        signatures = {one.signatureKey: one.subgraphIndex for one in self.model.signatureDefs or []}
        index = signatures.get(wanted, 0) if lite.has_signatures else 0
        self.graph = self.model.subgraphs[index]
        numbers = {self._number(self.model.operatorCodes[one.opcodeIndex]) for one in self.graph.operators}
        if not numbers & {getattr(self.schema.BuiltinOperator, name) for name in CONTROL}:
            self.model.subgraphs = [self.graph]
        elif index:
            raise InputError(
                f"{lite.path}: {lite.head.title} has loops or branches in a graph that apps do not open; convert it "
                "again with that signature alone"
            )

    @staticmethod
    def _number(code: Any) -> int:
        return max(code.builtinCode, code.deprecatedBuiltinCode)

    def tensor(self, name: str, shape: list[int], kind: str = "float32", held: np.ndarray | None = None) -> int:
        """A new tensor's index; held: its values, if they are constant."""
        number = getattr(self.schema.TensorType, kind.upper())
        tensor = self.schema.TensorT(name=name, shape=shape, type=number, buffer=0)
        if held is not None:
            self.model.buffers.append(self.schema.BufferT(data=list(held.tobytes())))
            tensor.buffer = len(self.model.buffers) - 1
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def operator(self, name: str, inputs: list[int], output: int, options: Any = None, first: bool = False) -> int:
        """A new operator behind the last, or before the first; returns its output."""
        number = getattr(self.schema.BuiltinOperator, name)
        code = self.schema.OperatorCodeT(min(number, 127), None, VERSIONS.get(name, 1), number)
        self.model.operatorCodes.append(code)
        kind = type(options).__name__.removesuffix("T") if options else "NONE"
        one = self.schema.OperatorT(len(self.model.operatorCodes) - 1, inputs, [output])
        one.builtinOptionsType, one.builtinOptions = getattr(self.schema.BuiltinOptions, kind), options
        self.graph.operators.insert(0 if first else len(self.graph.operators), one)
        return output

    def reshape(self, tensor: int, output: int, shape: list[int], first: bool = False) -> int:
        """The same values in another shape."""
        wanted = self.tensor("shape", [len(shape)], "int32", np.array(shape, "int32"))
        return self.operator("RESHAPE", [tensor, wanted], output, first=first)

    def packed(self) -> bytes:
        """The bytes of the model, without signatures: they would name what it had before."""
        self.model.signatureDefs = None
        return tflite_metadata.pack(self.model, tflite_metadata.MODEL)


def adapted(lite: LiteRT, activation: Activation) -> bytes:
    """The bytes of a model with operators that make its input and output those of every runtime.

    Args:
        lite: of the file, with the output that is wanted.
        activation: that its values need.

    Raises:
        InputError: the output is in a graph that cannot be taken out.
    """
    held = lite.path.read_bytes()
    if not _needs_more(lite, activation):
        return held
    graph = Graph(held, lite)
    _before(graph, lite)
    _behind(graph, lite, activation)
    return graph.packed()


def _needs_more(lite, activation):
    given, output = lite.input, lite.head.tensor
    return (
        activation != Activation.NONE
        or lite.is_open
        or len(lite.heads) > 1  # an app opens the first
        or (given.type, output.type) != ("float32", "float32")
        or list(given.shape) not in ([lite.n_inputs], [1, lite.n_inputs])
        or lite.out_shape != [1, lite.n_outputs]
    )


def _before(graph, lite):
    """What makes a window, [1, n] of float32, the input."""
    n, was = lite.n_inputs, lite.input
    audio = graph.tensor("audio", [1, n])
    inner = graph.graph.tensors[was.index]
    inner.shape, inner.shapeSignature = lite.shape, None
    steps = []
    if was.type == "float16":
        steps.append(("CAST", graph.schema.CastOptionsT()))
    elif was.type != "float32":
        steps.append(("QUANTIZE", None))
        if not was.scales:
            inner.quantization = graph.schema.QuantizationParametersT(scale=[1 / tensors.FULL_SCALE], zeroPoint=[0])
    reshaped = graph.tensor("window", lite.shape) if steps else was.index
    for name, options in steps:
        graph.operator(name, [reshaped], was.index, options, first=True)
    graph.reshape(audio, reshaped, lite.shape, first=True)
    graph.graph.inputs = [audio]


def _behind(graph, lite, activation):
    """What makes the output probabilities, [1, labels] of float32."""
    output, schema, frames, labels, shape = lite.head.tensor, graph.schema, lite.frames, lite.n_outputs, lite.out_shape
    at = output.index
    if output.type == "float16":
        at = graph.operator("CAST", [at], graph.tensor("floats", shape), schema.CastOptionsT())
    elif output.type != "float32":
        at = graph.operator("DEQUANTIZE", [at], graph.tensor("floats", shape))
    if frames != labels and [size for size in shape if size > 1] == [labels, frames]:
        at = graph.reshape(at, graph.tensor("by_label", [labels, frames]), [labels, frames])
        order = graph.tensor("order", [2], "int32", np.array([1, 0], "int32"))
        at = graph.operator("TRANSPOSE", [at, order], graph.tensor("by_frame", [frames, labels]))
    else:
        at = graph.reshape(at, graph.tensor("by_frame", [frames, labels]), [frames, labels])
    if activation == Activation.SOFTMAX:
        at = graph.operator(
            "SOFTMAX", [at], graph.tensor("softmax", [frames, labels]), schema.SoftmaxOptionsT(beta=1.0)
        )
    elif activation == Activation.SIGMOID:
        at = graph.operator("LOGISTIC", [at], graph.tensor("sigmoid", [frames, labels]))
    if frames > 1:
        axis = graph.tensor("axis", [1], "int32", np.array([0], "int32"))
        options = schema.ReducerOptionsT(keepDims=True)
        at = graph.operator("MEAN", [at, axis], graph.tensor("mean", [1, labels]), options)
    graph.graph.outputs = [at]
