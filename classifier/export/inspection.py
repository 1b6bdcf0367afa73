"""Look into a .tflite, also one that was not made here: what is in it, and what the runtimes of a phone make of it.

A file of strangers is read within its bounds and run in processes of its own.
"""

import io
import itertools
import math
import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.audio import recording
from classifier.audio.spectrograms import mel_spectrograms
from classifier.core.console import progress
from classifier.core.errors import InputError
from classifier.export import runtimes
from classifier.inference import prediction
from classifier.records import tflite_metadata
from classifier.records.audio_format import AudioFormat

LARGEST_FILE = 2**31 - 1  # bytes; offsets inside a .tflite reach no further
LARGEST_LABELS = 1 << 20  # bytes; an archive may promise to unpack to more than the memory
LARGEST_INPUT = 1 << 24  # values; a quarter of an hour at 16 kHz
WINDOWS = 30  # of the recording that runtimes are asked about
PROBES = ("silence", "noise", "a tone")
LONGEST = 1000  # characters of a description that are read
WORDS = 200  # characters of what a stranger's file or a runtime says
FORM = ("QUANTIZE", "DEQUANTIZE", "RESHAPE", "SQUEEZE", "CAST")  # operators that change how values are written
SMALL = ("int8", "uint8", "int4", "int16")  # kinds of quantised values
SPECTROGRAM = re.compile(  # what metadata.facts writes of a drop-in
    r"(?P<window_length>\d+) samples .*? at (?P<sample_rate>\d+) Hz.*?(?P<n_mels>\d+) bands of \d+ frames.*?"
    r"n_fft (?P<n_fft>\d+), hop (?P<hop_length>\d+)"
)


@dataclass(frozen=True)
class Tensor:
    """An input or an output. kind: "float32", "int8" ...; signature: its shape, -1 where any length will do."""

    name: str
    shape: tuple
    signature: tuple
    kind: str
    scales: tuple
    zero: int

    def __str__(self):
        return f'"{self.name}", {list(self.shape)} of {self.kind}'


@dataclass(frozen=True)
class Export:
    """What is in a .tflite.

    operators: {operator: how many}; runs: {how they compute: how many}; custom: names of those that are not built in.
    dense_per_channel: dense layers with a scale for each of their outputs.
    last: the operator that its answers come from, such as "SOFTMAX"; "" where there is none.
    metadata: nested dicts as of tflite_metadata.as_dict; {} where there is none, None where it cannot be read.
    label_file: its name, None where none is named for the answer; label_bytes: what it holds, None if it is not there.
    """

    path: Path
    size: int
    inputs: list
    outputs: list
    operators: Counter
    runs: Counter
    custom: list
    dense_per_channel: int
    last: str
    n_graphs: int
    metadata: dict | None
    label_file: str | None
    label_bytes: bytes | None
    labels_compressed: bool

    @property
    def n_inputs(self):
        return math.prod(self.inputs[0].shape)

    @property
    def n_outputs(self):
        return self.outputs[0].shape[-1] if self.outputs[0].shape else 1

    @property
    def audio(self):
        """The properties of the audio that the metadata promise; {} where they do not speak of audio."""
        content = walk(self.metadata, "subgraph_metadata", 0, "input_tensor_metadata", 0, "content") or {}
        is_audio = content.get("content_properties_type") == "AudioProperties"
        return content.get("content_properties", {}) if is_audio else {}

    @property
    def sample_rate(self):
        return self.audio.get("sample_rate", 0)

    @property
    def labels(self):
        """As runtimes split them: at line feeds and nothing else."""
        lines = (self.label_bytes or b"").decode("utf-8", "replace").split("\n")
        return lines[:-1] if lines[-1] == "" else lines

    @property
    def mel(self):
        """The audio format of the mel spectrogram that it takes in place of audio; None where it takes audio."""
        tensor = walk(self.metadata, "subgraph_metadata", 0, "input_tensor_metadata", 0) or {}
        found = SPECTROGRAM.search(tensor.get("description", "")[:LONGEST])
        audio_format = (
            AudioFormat(**{name: int(value) for name, value in found.groupdict().items()}) if found else AudioFormat()
        )
        is_sane = (
            0 < audio_format.hop_length <= audio_format.window_length <= LARGEST_INPUT
            and audio_format.n_mels * audio_format.n_fft <= LARGEST_INPUT
            and recording.RATES[0] <= audio_format.sample_rate <= recording.RATES[1]
        )
        return audio_format if is_sane and self.n_inputs == audio_format.n_mels * audio_format.n_frames else None


@dataclass(frozen=True)
class Heard:
    """What the runtimes say.

    answers: {runtime: (probes and windows, outputs)}; refusals: {runtime: its own words}; not_tried: {runtime: why}.
    """

    recording: Path
    predictions: dict
    refusals: dict
    not_tried: dict

    def top(self, runtime, labels, n=3):
        """[(label, answer)] of the recording, the mean of its windows, largest first."""
        mean = self.predictions[runtime][len(PROBES) :].mean(axis=0)
        names = labels if len(labels) == len(mean) else [f"output {i}" for i in range(len(mean))]
        return [(plain(names[i].rstrip("\r")), float(mean[i])) for i in np.argsort(-mean, kind="stable")[:n]]


def look_into(path):
    """Read what a .tflite is, without running it.

    Raises:
        InputError: it is no .tflite, it is damaged, or it would fill the memory.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; name a .tflite")
    if path.stat().st_size > LARGEST_FILE:
        raise InputError(f"{path} is larger than a .tflite can be; is it another kind of file?")
    held = path.read_bytes()
    if held[4:8] != b"TFL3":
        raise InputError(f"{path} is no .tflite: it does not begin like one; name the file that a converter wrote")
    try:
        return _read(path, held)
    except InputError:
        raise
    except Exception as error:  # the offsets of a damaged file lead anywhere, and to any error
        raise InputError(f"{path} is damaged or cut short ({plain(error)}); copy it or export it again") from None


def plain(text):
    """A stranger's words, short and without what a terminal would obey."""
    text = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in str(text))
    return text if len(text) <= WORDS else f"{text[:WORDS]} ..."


def _read(path, held):
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
    return Export(
        path,
        len(held),
        inputs,
        outputs,
        *_operators(schema, model, graph),
        model.SubgraphsLength(),
        described,
        label_file,
        label_bytes,
        compressed,
    )


def _tensor(schema, graph, index):
    if not 0 <= index < graph.TensorsLength():
        raise ValueError("it speaks of values that it does not hold")
    tensor = graph.Tensors(index)
    kinds = {number: name.lower() for name, number in vars(schema.TensorType).items()}
    shape = tuple(tensor.ShapeAsNumpy().tolist()) if tensor.ShapeLength() else ()
    signature = tuple(tensor.ShapeSignatureAsNumpy().tolist()) if tensor.ShapeSignatureLength() else shape
    steps = tensor.Quantization()
    scales = tuple(steps.ScaleAsNumpy().tolist()) if steps and steps.ScaleLength() else ()
    zero = steps.ZeroPoint(0) if steps and steps.ZeroPointLength() else 0
    name = (tensor.Name() or b"").decode("utf-8", "replace")
    return Tensor(plain(name), shape, signature, kinds[tensor.Type()], scales, zero)


def _operators(schema, model, graph):
    """Export's operators, runs, custom, dense_per_channel and last."""
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
    return operators, runs, sorted(custom), dense_per_channel, _last(graph, codes)


def _last(graph, codes):
    """The operator that computes the first output, whatever form its answer is brought into after that."""
    operators = [graph.Operators(i) for i in range(graph.OperatorsLength())]
    wanted, name = graph.Outputs(0), ""
    for operator in reversed(operators):  # a file lists them in the order in which they run
        if operator.OutputsLength() and operator.Outputs(0) == wanted:
            name = codes[operator.OpcodeIndex()]
            if name not in FORM or not operator.InputsLength():
                break
            wanted = operator.Inputs(0)
    return name


def _how(name, result, weights):
    if name in ("QUANTIZE", "DEQUANTIZE"):
        return "from one to the other"
    if result and result.kind in SMALL:
        return f"in {result.kind}"
    if result and not result.kind.startswith(("float", "complex")):
        return "on shapes and indices"
    return f"in float with weights of {weights.kind}" if weights and weights.kind in SMALL else "in float"


def _described(held):
    try:
        return tflite_metadata.as_dict(held)
    except Exception:  # as above; here it is a fault of the file, which may still be a model
        return None


def walk(value, *steps):
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
            if any(info.file_size > LARGEST_LABELS for info in archive.infolist()):
                raise InputError(f"{path}: what is packed behind it is too large for labels; it is not unpacked")
            info = archive.getinfo(label_file or "")
            return archive.read(info), info.compress_type != zipfile.ZIP_STORED
    except InputError:
        raise
    except Exception:  # zipfile raises by what is damaged: KeyError, BadZipFile, zlib.error, RuntimeError ...
        return None, False


def listen(export, path):
    """Ask every runtime about silence, noise, a tone and a recording, each in a process of its own."""
    if not 1 <= export.n_inputs <= LARGEST_INPUT:
        return Heard(path, {}, dict.fromkeys(runtimes.RUNTIMES, "was not asked: its input has no usable length"), {})
    rate = export.sample_rate if recording.RATES[0] <= export.sample_rate <= recording.RATES[1] else 0
    audio_format = export.mel or AudioFormat(
        sample_rate=rate or AudioFormat().sample_rate, window_length=export.n_inputs
    )
    rows = np.concatenate([prediction.probes(audio_format), _windows(path, audio_format)])
    if export.mel:
        rows = np.array([mel.ravel() for mel in mel_spectrograms(rows, audio_format)])
    predictions, refusals, not_tried = {}, {}, {}
    for runtime in progress(runtimes.RUNTIMES, f"asking the runtimes about {export.path.name}"):
        if export.metadata is None and runtime != "LiteRT":
            refusals[runtime] = "was not asked: its metadata cannot be read"
            continue
        try:
            predictions[runtime] = runtimes.ask(runtime, export.path, rows)
        except runtimes.CannotRunHereError as error:
            not_tried[runtime] = error.why
        except runtimes.RefusesFileError as error:
            refusals[runtime] = _own_words(error.why, export.path)
    steps = export.outputs[0]
    if "LiteRT" in predictions and steps.kind in SMALL and steps.scales:
        predictions["LiteRT"] = (predictions["LiteRT"] - steps.zero) * steps.scales[0]
    return Heard(path, predictions, refusals, not_tried)


def _windows(path, audio_format):
    return list(
        itertools.islice(recording.windows(path, audio_format.sample_rate, audio_format.window_length), WINDOWS)
    )


def _own_words(words, path):
    words = words.replace(str(path.resolve()), "it")
    kind, _, rest = words.partition(": ")
    if kind == "TypeError":
        return "fails without words of its own"  # Python's, of the code around the runtime
    if kind == "Constants.InputError" and "that LiteRT can load" not in rest:
        return plain(f"was not asked: {rest.partition(';')[0]}")
    if kind == "ValueError" and rest.startswith("it answers ["):
        return plain(rest.removeprefix("it "))
    return plain(f"cannot run it: {rest.partition('LiteRT can load: ')[2] or rest or words}")
