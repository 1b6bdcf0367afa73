"""How audio goes into a tensor of a .tflite, and how values come out of one.

A tensor may have dimensions of 1 around its values, a length that is left open, and whole numbers with a scale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from classifier.core.errors import InputError
from classifier.core.text import plain
from classifier.records import tflite_metadata

FLOATS = ("float32", "float16", "float64")
PCM = "int16"  # audio of whole numbers without a scale is this, and full scale is FULL_SCALE
FULL_SCALE = 32768
CHANNELS = 8  # a dimension up to here beside an open length is one of channels
USUAL = "serving_default"  # what converters call a signature
NAMED = 12  # outputs that a message names


@dataclass(frozen=True)
class Tensor:
    """An input or an output.

    Attributes:
        shape: of its values.
        signature: the same, -1 where any length will do.
        type: "float32", "int8" ...
        scales, zero: value = scale * (whole number - zero); scales has one, or one per channel, or none of floats.
        index: its place among the tensors of its graph.
    """

    name: str
    shape: tuple[int, ...]
    signature: tuple[int, ...]
    type: str
    scales: tuple[float, ...]
    zero: int
    index: int = 0

    def __str__(self):
        return f'"{self.name}", {list(self.shape)} of {self.type}'

    @classmethod
    def of(cls, details: dict[str, Any]) -> "Tensor":
        """From the details that LiteRT's interpreter gives."""
        steps, zeros = details["quantization_parameters"], details["quantization_parameters"]["zero_points"]
        return cls(
            plain(details["name"]),
            tuple(map(int, details["shape"])),
            tuple(map(int, details["shape_signature"])),
            np.dtype(details["dtype"]).name if details["dtype"] not in (np.bytes_, np.str_) else "string",
            tuple(map(float, steps["scales"])),
            int(zeros[0]) if len(zeros) else 0,
            int(details["index"]),
        )


@dataclass(frozen=True)
class Head:
    """One output of a .tflite, by the name that its signature gives it; signature: None where it has none."""

    name: str
    signature: str | None
    tensor: Tensor

    def __str__(self):
        return f"{self.title} {list(self.tensor.shape)} of {self.tensor.type}"

    @property
    def title(self) -> str:
        """Its name, behind that of its signature where it is another than the usual one."""
        return plain(self.name if self.signature in (None, USUAL) else f"{self.signature}/{self.name}")

    def is_called(self, name: str) -> bool:
        """Whether a person means this one: its name, its tensor's, or its signature's, alone or before a slash."""
        return name in (self.name, self.tensor.name, f"{self.signature}/{self.name}", self.signature)


def is_stream(inputs: Sequence[Tensor]) -> bool:
    """Whether a file with these inputs takes a hop of audio and the state that the hop before has left."""
    return [one.name for one in inputs[1:]] == [tflite_metadata.STATE]


def audio_shape(path: object, inputs: Sequence[Tensor], open_length: int | None = None) -> list[int]:
    """The shape in which a window is handed over.

    Args:
        path: of the file, for messages.
        inputs: of the file.
        open_length: samples of a window where the file takes any length.

    Raises:
        InputError: it does not take one window of mono audio.
    """
    first, shape = inputs[0], inputs[0].shape
    if is_stream(inputs):
        raise InputError(
            f"{path} is a stream: it takes a hop and its state, not a window; name the model's folder, or run it as "
            "docs/guide/streams.md says"
        )
    if len(inputs) > 1:
        listed = " and ".join(map(str, inputs))
        raise InputError(f"{path} has {len(inputs)} inputs ({listed}); export it with the audio as its only input")
    signature = first.signature if len(first.signature) == len(shape) else shape
    is_open = [size == -1 for size in signature]
    large = [axis for axis, size in enumerate(shape) if size > 1 and not is_open[axis]]
    takes = f"{path} takes {[-1 if opened else size for size, opened in zip(shape, is_open, strict=True)]}"
    if first.type not in FLOATS and first.type != PCM and not first.scales:
        raise InputError(f"{takes} of {first.type}, without a scale; export it with an input of float32")
    if len(large) > 1:
        raise InputError(
            f"{takes}: several windows or channels at once, or features such as a mel spectrogram; only one window of "
            "mono audio, [1, n] or [n], can be handed over here"
        )
    opened = [axis for axis, known in enumerate(is_open) if known]
    if large and not (opened and shape[large[0]] <= CHANNELS):
        return [size if axis in large else 1 for axis, size in enumerate(shape)]
    if large:
        raise InputError(f"{takes}, {shape[large[0]]} channels; export it for one channel, [1, n] or [n]")
    if not opened or open_length is None:
        what = "any length" if opened else "a single value"
        raise InputError(f"{takes}, {what}; export it with the samples of a window as its length, [1, n]")
    return [open_length if axis == opened[-1] else 1 for axis in range(len(shape))]


def encode(tensor: Tensor, row: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """A window, (n,) float32 in [-1, 1], as the values of an input: whole numbers are rounded and kept in range."""
    dtype = np.dtype(tensor.type)
    if tensor.type in FLOATS:
        return np.asarray(row, dtype).reshape(shape)
    scale = tensor.scales[0] if tensor.scales else 1 / FULL_SCALE
    limits = np.iinfo(dtype.name)
    return np.clip(np.round(row / scale) + tensor.zero, limits.min, limits.max).astype(dtype).reshape(shape)


def decode(path: object, head: Head, values: np.ndarray) -> np.ndarray:
    """The (..., labels) values of an output as float32, whole numbers by their scale. Errors: `check_type`."""
    tensor = head.tensor
    if tensor.type in FLOATS:
        return np.asarray(values, "float32")
    check_type(path, head)
    return ((np.asarray(values, "float64") - tensor.zero) * tensor.scales[0]).astype("float32")


def check_type(path: object, head: Head) -> None:
    """
    Raises:
        InputError: an output holds no values that could be probabilities.
    """
    kind, output = head.tensor.type, f"{path}: its output {plain(head.name)}"
    if kind == "string":
        raise InputError(f"{output} is text, not numbers; export it with the probabilities as its output")
    if kind in FLOATS or (len(head.tensor.scales) == 1 and head.tensor.scales[0] > 0):
        return
    if kind in ("int32", "int64", "uint32", "uint64", "bool"):
        raise InputError(
            f"{output} is of {kind}: the number of a label or a yes, not probabilities; export it without the argmax "
            "or the comparison"
        )
    raise InputError(f"{output} is of {kind} without one scale; export it with an output of float32")


def by_frame(path: object, head: Head, values: np.ndarray, n_labels: int | None = None) -> np.ndarray:
    """The values of an output as (frames, labels); one frame where it has one value per label.

    Args:
        n_labels: that the file has, which tells frames from labels; None: the last dimension is of labels.

    Raises:
        InputError: the shape has too many dimensions, or none that fits the labels.
    """
    large = [size for size in values.shape if size > 1]
    output = f"{path}: its output {plain(head.name)}, {list(values.shape)},"
    if values.size == 0:
        raise InputError(f"{output} is empty; export it for windows of this length, or give it longer ones")
    if len(large) > 2:
        raise InputError(f"{output} has more than labels and frames; export it with one value per label, [1, n]")
    if len(large) == 2:
        if n_labels in (None, large[1]):
            return values.reshape(large)
        if n_labels == large[0]:
            return values.reshape(large).T
    n = large[-1] if large else 1
    if n_labels == 1 and n > 1 and len(values.shape) > 1 and values.shape[-1] == 1:
        return values.reshape(-1, 1)  # [1, frames, 1]
    if n_labels not in (None, n):
        hint = ": it is the probability of one of them; list that label alone" if (n, n_labels) == (1, 2) else ""
        raise InputError(
            f"{path} has {' x '.join(map(str, large)) or 1} output{'s' * (values.size > 1)} and {n_labels} "
            f"label{'s' * (n_labels != 1)}{hint}; write its metadata again, with one label per output"
        )
    return values.reshape(1, n)


def fits(tensor: Tensor, n_labels: int | None) -> int:
    """How well an output fits a number of labels: 2 with one value each, 1 with frames of them, else 0."""
    if tensor.type not in FLOATS and len(tensor.scales) != 1:
        return 0
    sizes = [size for size, known in zip(tensor.shape, tensor.signature or tensor.shape, strict=False) if known != -1]
    large = [size for size in sizes if size > 1]
    if n_labels is None or (large or [1]) == [n_labels]:
        return 2 if len(sizes) == len(tensor.shape) else 1
    return int(n_labels in large and len(large) == 2)


def choose(
    path: object,
    heads: Sequence[Head],
    name: str | None = None,
    n_labels: int | None = None,
    described: int | None = None,
) -> tuple[Head, str | None]:
    """The output to use, and what a person should know of the choice: None where there is nothing to choose.

    Args:
        name: that a person chose; None: the one that metadata give labels to, else the one that fits the labels, one
            value per label before frames of them.
        described: index of the output that metadata give labels to; None: they do not say.

    Raises:
        InputError: there is none of that name, or several; none fits.
    """
    listed = "; ".join(map(str, heads[:NAMED])) + ("; ..." if len(heads) > NAMED else "")
    if name is not None:
        called = [head for head in heads if head.is_called(name)]
        if not called and name.isdigit() and int(name) < len(heads):
            called = [heads[int(name)]]
        if len(called) != 1:
            why = "there is no such output" if not called else "several outputs are called so"
            raise InputError(f"--head {name}: {why} in {path}; it has {listed}")
        return called[0], None
    if len(heads) == 1:
        return heads[0], None
    best = max(fits(head.tensor, n_labels) for head in heads)
    if not best:
        labels = "" if n_labels is None else f", and none has one value for each of {n_labels} labels"
        raise InputError(f"{path} has {len(heads)} outputs{labels}: {listed}; choose one with --head NAME")
    fitting = [head for head in heads if fits(head.tensor, n_labels) == best]
    in_metadata = described is not None and described < len(heads) and fits(heads[described].tensor, n_labels)
    chosen = heads[described or 0] if in_metadata else fitting[0]
    return chosen, f"it has {len(heads)} outputs: {listed}; used is {chosen.title}, another with --head NAME"
