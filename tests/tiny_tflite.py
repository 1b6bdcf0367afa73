"""Small .tflite files, written by hand from the schema: a dense layer, and what comes before and after it."""

import io
import zipfile

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from classifier.export import metadata

N = 64  # values of a window
LABELS = ["bell", "dog", "rain"]
WEIGHTS = np.random.default_rng(0).normal(0, 0.6, (3, N)).astype("float32")
TYPES = schema.TensorType
VERSIONS = {"QUANTIZE": 1, "DEQUANTIZE": 2, "CAST": 1}


class Tiny:
    """A graph that grows operator by operator; every method returns the index of a tensor."""

    def __init__(self):
        self.tensors, self.operators, self.codes, self.buffers = [], [], [], [schema.BufferT()]

    def tensor(self, shape, kind="float32", scale=None, zero=0, held=None, open_axis=None, name=None):
        """A tensor; scale (of all, or of each output) and zero of whole numbers; held: constant values."""
        tensor = schema.TensorT(shape=list(shape), type=getattr(TYPES, kind.upper()), buffer=0)
        tensor.name = name or f"tensor{len(self.tensors)}"
        if scale:
            scales = np.atleast_1d(scale).tolist()
            tensor.quantization = schema.QuantizationParametersT(scale=scales, zeroPoint=[zero] * len(scales))
        if held is not None:
            self.buffers.append(schema.BufferT(data=list(np.asarray(held).tobytes())))
            tensor.buffer = len(self.buffers) - 1
        if open_axis is not None:
            tensor.shapeSignature = [-1 if axis == open_axis else size for axis, size in enumerate(shape)]
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def operator(self, name, inputs, shape, options=None, version=None, **kwargs):
        """An operator with one output of a shape; kwargs are its tensor's."""
        number = getattr(schema.BuiltinOperator, name)
        self.codes.append(schema.OperatorCodeT(min(number, 127), None, version or VERSIONS.get(name, 1), number))
        output = self.tensor(shape, **kwargs)
        kind = type(options).__name__.removesuffix("T") if options else "NONE"
        one = schema.OperatorT(len(self.codes) - 1, inputs, [output], getattr(schema.BuiltinOptions, kind), options)
        self.operators.append(one)
        return output

    def reshape(self, tensor, shape):
        """The same values in another shape."""
        return self.operator("RESHAPE", [tensor, self.tensor([len(shape)], "int32", held=np.int32(shape))], shape)

    def dense(self, tensor, weights=WEIGHTS, frames=1):
        """The product with weights, (labels, n / frames)."""
        held = self.tensor(weights.shape, held=np.float32(weights))
        return self.operator(
            "FULLY_CONNECTED", [tensor, held, -1], (frames, len(weights)), schema.FullyConnectedOptionsT()
        )

    def activation(self, tensor, name, shape=(1, 3)):
        """SOFTMAX, LOGISTIC, LOG_SOFTMAX ... of a tensor."""
        options = {"SOFTMAX": schema.SoftmaxOptionsT(beta=1.0)}.get(name)
        return self.operator(name, [tensor], shape, options)

    def bytes(self, inputs, outputs, names=None):
        """The file; names: of the outputs in a signature."""
        graph = schema.SubGraphT(self.tensors, list(inputs), list(outputs), self.operators, "main")
        model = schema.ModelT(3, self.codes, [graph], "tiny", self.buffers)
        if names:
            maps = [schema.TensorMapT(name, index) for name, index in zip(names, outputs, strict=True)]
            of_input = [schema.TensorMapT("audio", index) for index in inputs]
            model.signatureDefs = [schema.SignatureDefT(of_input, maps, "serving_default", 0)]
        builder = flatbuffers.Builder()
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def network(
    shape=(1, N),
    kind="float32",
    scale=None,
    zero=0,
    last="SOFTMAX",
    weights=WEIGHTS,
    frames=1,
    out_shape=None,
    out_kind=None,
    out_scale=None,
    out_zero=0,
    open_axis=None,
):
    """Bytes of a file: a window of any shape and type, a dense layer, an operator, an output of any shape and type."""
    tiny, values = Tiny(), (frames, len(weights))
    first = given = tiny.tensor(shape, kind, scale, zero, open_axis=open_axis)
    if kind != "float32":
        given = tiny.operator("DEQUANTIZE" if scale or kind == "float16" else "CAST", [given], shape)
    given = tiny.dense(tiny.reshape(given, (frames, N // frames)), weights, frames)
    if last:
        given = tiny.activation(given, last, values)
    if out_shape is not None:
        given = tiny.reshape(given, out_shape)
    if out_kind:
        given = tiny.operator("QUANTIZE", [given], out_shape or values, kind=out_kind, scale=out_scale, zero=out_zero)
    return tiny.bytes([first], [given])


def described(model, labels=LABELS, rate=16_000, held=None):
    """The bytes of a file with metadata; held: bytes of its label file, in place of labels."""
    facts = metadata.Facts("tiny", "A test.", "Audio.", rate, list(labels))
    found = metadata.write_with_schema(model, facts)
    if held is None:
        return found
    with zipfile.ZipFile(io.BytesIO(found)) as archive:
        start = min(info.header_offset for info in archive.infolist())
    file = io.BytesIO(found[:start])
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(zipfile.ZipInfo("labels.txt"), held)
    return file.getvalue()


def softmax(values):
    """Of (..., labels)."""
    raised = np.exp(values - values.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)
