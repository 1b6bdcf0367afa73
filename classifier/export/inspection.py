"""Look into a .tflite without running it, also one that was not made here.

A stranger's file is read within its bounds.
"""

import io
import math
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifier.audio import recording
from classifier.core.errors import InputError
from classifier.core.text import plain
from classifier.inference import tensors
from classifier.inference.tensors import Head, Tensor
from classifier.records import tflite_metadata
from classifier.records.audio_format import AudioFormat
from classifier.records.tflite_operators import output_operator

LARGEST_FILE = 2**31 - 1  # bytes; offsets inside a .tflite reach no further
LARGEST_INPUT = 1 << 24  # values; a quarter of an hour at 16 kHz
SMALL = ("int8", "uint8", "int4", "int16")  # types of quantised values


@dataclass(frozen=True)
class Export:
    """What is in a .tflite.

    Attributes:
        operators: {operator: how many}.
        runs: {how operators compute: how many}.
        custom: names of the operators that are not built in.
        dense_per_channel: dense layers with a scale for each of their outputs.
        heads: its outputs, of all signatures, by name.
        head: the output that is looked at.
        is_chosen: whether a person chose it.
        last: the operator that this output comes from, such as "SOFTMAX"; "" where there is none.
        metadata: as of tflite_metadata.as_dict; {} where there is none, None where it cannot be read.
        label_file: its name; None where none is named for the output.
        label_bytes: what the label file holds; None where it is not in the .tflite.
    """

    path: Path
    size: int
    inputs: list[Tensor]
    outputs: list[Tensor]
    heads: list[Head]
    head: Head
    is_chosen: bool
    operators: Counter[str]
    runs: Counter[str]
    custom: list[str]
    dense_per_channel: int
    last: str
    n_graphs: int
    metadata: dict[str, Any] | None
    label_file: str | None
    label_bytes: bytes | None
    labels_compressed: bool

    @property
    def n_inputs(self) -> int:
        """Values of the first input."""
        return math.prod(self.inputs[0].shape)

    @property
    def n_outputs(self) -> int:
        """Values of the output, of each frame where it has several."""
        large = [size for size in self.head.tensor.shape if size > 1] or [1]
        return len(self.labels) if len(large) == 2 and len(self.labels) in large else large[-1]

    @property
    def is_stream(self) -> bool:
        """Whether it takes a hop of audio and its state, as ConvertModelToTFLite.py --streaming writes it."""
        return tensors.is_stream(self.inputs)

    @property
    def is_open(self) -> bool:
        """Whether it takes audio of any length."""
        shape, signature = self.inputs[0].shape, self.inputs[0].signature
        return -1 in signature[1:] or (len(shape) < 2 and -1 in signature)

    @property
    def audio(self) -> dict[str, Any]:
        """The properties of the audio that the metadata promise; {} where they do not speak of audio."""
        content = walk(self.metadata, "subgraph_metadata", 0, "input_tensor_metadata", 0, "content") or {}
        is_audio = content.get("content_properties_type") == "AudioProperties"
        return content.get("content_properties", {}) if is_audio else {}

    @property
    def sample_rate(self) -> int:
        """Hz; 0 where the metadata name none."""
        return self.audio.get("sample_rate", 0)

    @property
    def labels(self) -> list[str]:
        """Of its label file, as runtimes split it: at line feeds and nothing else."""
        lines = (self.label_bytes or b"").decode("utf-8", "replace").split("\n")
        return lines[:-1] if lines[-1] == "" else lines

    @property
    def mel(self) -> AudioFormat | None:
        """The audio format of the mel spectrogram that it takes in place of audio; None where it takes audio."""
        tensor = walk(self.metadata, "subgraph_metadata", 0, "input_tensor_metadata", 0) or {}
        found = tflite_metadata.SPECTROGRAM.search(tensor.get("description", "")[: tflite_metadata.LONGEST])
        audio_format = (
            AudioFormat(**{name: int(value) for name, value in found.groupdict().items()}) if found else AudioFormat()
        )
        is_sane = (
            0 < audio_format.hop_length <= audio_format.window_length <= LARGEST_INPUT
            and audio_format.n_mels * audio_format.n_fft <= LARGEST_INPUT
            and recording.RATES[0] <= audio_format.sample_rate <= recording.RATES[1]
        )
        return audio_format if is_sane and self.n_inputs == audio_format.n_mels * audio_format.n_frames else None


def look_into(path: Path, head: str | None = None) -> Export:
    """Read what a .tflite is, without running it.

    Args:
        head: name of the output to look at; None: the one that fits its labels, else the first.

    Raises:
        InputError: it is no .tflite, it is damaged, it would fill the memory, or it has no such output.
    """
    path = Path(path)
    if path.is_dir():
        held = sorted(file.name for file in path.glob("*.tflite"))
        which = f"name one of the files in it: {', '.join(held)}" if held else "it holds no .tflite"
        raise InputError(f"{path} is a folder; {which}")
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; name a .tflite")
    if path.stat().st_size > LARGEST_FILE:
        raise InputError(f"{path} is larger than a .tflite can be; is it another kind of file?")
    held = path.read_bytes()
    if held[4:8] != b"TFL3":
        raise InputError(f"{path} is no .tflite: it does not begin like one; name the file that a converter wrote")
    try:
        return _read(path, held, head)
    except InputError:
        raise
    except Exception as error:  # the offsets of a damaged file lead anywhere, and to any error
        raise InputError(f"{path} is damaged or cut short ({plain(error)}); copy it or export it again") from None


def _read(path, held, head):
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(held)
    for i in range(model.BuffersLength()):
        model.Buffers(i).DataAsNumpy()  # fails where the file ends before its data
        if model.Buffers(i).Offset() + model.Buffers(i).Size() > len(held):
            raise ValueError("its end is missing")
    if not model.SubgraphsLength() or not model.Subgraphs(0).InputsLength() or not model.Subgraphs(0).OutputsLength():
        raise ValueError("it holds no model with an input and an output")
    graph = model.Subgraphs(0)
    inputs = [_tensor(schema, graph, i) for i in graph.InputsAsNumpy().tolist()]
    outputs = [_tensor(schema, graph, i) for i in graph.OutputsAsNumpy().tolist()]
    label_bytes, compressed, described = None, False, _described(held)
    label_file = _label_file(described)
    if zipfile.is_zipfile(io.BytesIO(held)):
        label_bytes, compressed = _unpack(path, held, label_file)
    heads = _heads(schema, model, outputs)
    used = _used(path, heads, head, len((label_bytes or b"").splitlines()) or None)
    return Export(
        path,
        len(held),
        inputs,
        outputs,
        heads,
        used,
        head is not None,
        *_operators(schema, model, graph),
        output_operator(path, used.tensor.index, used.signature),
        model.SubgraphsLength(),
        described,
        label_file,
        label_bytes,
        compressed,
    )


def _heads(schema, model, outputs):
    """As of LiteRT: of a file with one signature in the order of its graph, else signature by signature."""
    named = []
    for signature in map(model.SignatureDefs, range(model.SignatureDefsLength())):
        key = plain((signature.SignatureKey() or b"").decode("utf-8", "replace"))
        graph = model.Subgraphs(signature.SubgraphIndex())
        for one in map(signature.Outputs, range(signature.OutputsLength())):
            name = plain((one.Name() or b"").decode("utf-8", "replace"))
            named.append(Head(name, key, _tensor(schema, graph, one.TensorIndex())))
    if model.SignatureDefsLength() > 1:
        return named
    names = {head.tensor.index: head for head in named}
    return [names.get(tensor.index, Head(tensor.name, None, tensor)) for tensor in outputs]


def _used(path, heads, name, n_labels):
    try:
        return tensors.choose(path, heads, name, n_labels)[0]
    except InputError:
        if name is not None:
            raise
        return heads[0]


def _tensor(schema, graph, index):
    if not 0 <= index < graph.TensorsLength():
        raise ValueError("it speaks of values that it does not hold")
    tensor = graph.Tensors(index)
    types = {number: name.lower() for name, number in vars(schema.TensorType).items()}
    shape = tuple(tensor.ShapeAsNumpy().tolist()) if tensor.ShapeLength() else ()
    signature = tuple(tensor.ShapeSignatureAsNumpy().tolist()) if tensor.ShapeSignatureLength() else shape
    steps = tensor.Quantization()
    scales = tuple(steps.ScaleAsNumpy().tolist()) if steps and steps.ScaleLength() else ()
    zero = steps.ZeroPoint(0) if steps and steps.ZeroPointLength() else 0
    name = (tensor.Name() or b"").decode("utf-8", "replace")
    return Tensor(plain(name), shape, signature, types[tensor.Type()], scales, zero, index)


def _operators(schema, model, graph):
    """Export's operators, runs, custom and dense_per_channel."""
    names = {number: name for name, number in vars(schema.BuiltinOperator).items()}
    codes = []
    for code in map(model.OperatorCodes, range(model.OperatorCodesLength())):
        name = names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        codes.append(plain((code.CustomCode() or b"?").decode("utf-8", "replace")) if name == "CUSTOM" else name)
    operators, runs, custom, dense_per_channel = Counter(), Counter(), set(), 0
    for operator in map(graph.Operators, range(graph.OperatorsLength())):
        name = codes[operator.OpcodeIndex()]
        result = _tensor(schema, graph, operator.Outputs(0)) if operator.OutputsLength() else None
        has_weights = operator.InputsLength() > 1 and operator.Inputs(1) >= 0
        weights = _tensor(schema, graph, operator.Inputs(1)) if has_weights else None
        operators[name] += 1
        if name not in names.values():
            custom.add(name)
        runs[_how(name, result, weights)] += 1
        dense_per_channel += name == "FULLY_CONNECTED" and bool(weights) and len(weights.scales) > 1
    return operators, runs, sorted(custom), dense_per_channel


def _how(name, result, weights):
    if name in ("QUANTIZE", "DEQUANTIZE"):
        return "from one to the other"
    if result and result.type in SMALL:
        return f"in {result.type}"
    if result and not result.type.startswith(("float", "complex")):
        return "on shapes and indices"
    return f"in float with weights of {weights.type}" if weights and weights.type in SMALL else "in float"


def _described(held):
    try:
        return tflite_metadata.as_dict(held)
    except Exception:  # as above; here it is a fault of the file, which may still be a model
        return None


def walk(value: Any, *steps: str | int) -> Any:
    """What lies in nested dicts and lists; None where the way ends."""
    for step in steps:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _label_file(described):
    files = walk(described, "subgraph_metadata", 0, "output_tensor_metadata", 0, "associated_files") or []
    return next((file.get("name") for file in files if file.get("type") == "TENSOR_AXIS_LABELS"), None)


def _unpack(path, held, label_file):
    try:
        with zipfile.ZipFile(io.BytesIO(held)) as archive:
            if any(info.file_size > tflite_metadata.LARGEST_LABELS for info in archive.infolist()):
                raise InputError(f"{path}: what is packed behind it is too large for labels; it is not unpacked")
            info = archive.getinfo(label_file or "")
            return archive.read(info), info.compress_type != zipfile.ZIP_STORED
    except InputError:
        raise
    except Exception:  # zipfile raises by what is damaged: KeyError, BadZipFile, zlib.error, RuntimeError ...
        return None, False
