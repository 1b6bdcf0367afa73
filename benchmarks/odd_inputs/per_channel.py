"""Small .tflite files in 8 bits with a scale for each output: what they give, and what is said of them."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from benchmarks.odd_inputs.kind import WHOLE, Kind
from benchmarks.odd_inputs.models import served
from classifier.data.clips import read_clips
from classifier.reporting import check_page
from Constants import DATA_SHORT
from tests.tiny_tflite import WEIGHTS, N, Tiny, described

PER_CHANNEL = 12  # version of dense layers that have a scale for each output
STEP_IN, STEP_OUT = 1 / 127, 0.2  # of samples, and of what comes out of the dense layer
FILTERS = schema.Conv2DOptionsT


def _in_8_bits(tiny: Tiny, weights: np.ndarray, per_channel=True, shape=None) -> int:
    """Constant weights (labels, n) as int8, with a scale for each label or one for all."""
    scales = np.abs(weights).max(axis=1 if per_channel else None, keepdims=True).reshape(-1, 1) / 127
    held = np.round(weights / scales).astype("int8")
    return tiny.tensor(shape or weights.shape, "int8", scale=scales.ravel().tolist(), held=held)


def _dense(tiny: Tiny, given: int, per_channel=True, **output) -> int:
    held = _in_8_bits(tiny, WEIGHTS, per_channel)
    options = schema.FullyConnectedOptionsT()
    version = PER_CHANNEL if per_channel else 4
    return tiny.operator("FULLY_CONNECTED", [given, held, -1], (1, 3), options, version=version, **output)


def hybrid(per_channel: bool = True) -> bytes:
    """Weights in 8 bits, float32 beside them: what the converter calls dynamic range."""
    tiny = Tiny()
    first = tiny.tensor((1, N))
    return tiny.bytes([first], [tiny.activation(_dense(tiny, first, per_channel), "SOFTMAX")])


def throughout(per_channel: bool = True, to_the_end: bool = False) -> bytes:
    """All in 8 bits; to_the_end: the input and the output, too."""
    tiny = Tiny()
    of_input, of_output = {"kind": "int8", "scale": STEP_IN}, {"kind": "int8", "scale": STEP_OUT}
    first = given = tiny.tensor((1, N), **(of_input if to_the_end else {}))
    if not to_the_end:
        given = tiny.operator("QUANTIZE", [given], (1, N), **of_input)
    given = tiny.operator("DEQUANTIZE", [_dense(tiny, given, per_channel, **of_output)], (1, 3))
    given = tiny.activation(given, "SOFTMAX")
    if to_the_end:
        given = tiny.operator("QUANTIZE", [given], (1, 3), kind="int8", scale=1 / 256, zero=-128)
    return tiny.bytes([first], [given])


def convolution() -> bytes:
    """A convolution with a scale for each filter, which every runtime knows."""
    tiny = Tiny()
    first = tiny.tensor((1, N))
    given = tiny.operator("QUANTIZE", [tiny.reshape(first, (1, 1, N, 1))], (1, 1, N, 1), kind="int8", scale=STEP_IN)
    held = _in_8_bits(tiny, WEIGHTS, shape=(3, 1, N, 1))
    scales = np.array(tiny.tensors[held].quantization.scale) * STEP_IN
    bias = tiny.tensor((3,), "int32", scale=scales.tolist(), held=np.zeros(3, "int32"))
    options = FILTERS(padding=schema.Padding.VALID, strideW=1, strideH=1, dilationWFactor=1, dilationHFactor=1)
    of = {"kind": "int8", "scale": STEP_OUT, "version": 3}
    given = tiny.operator("CONV_2D", [given, held, bias], (1, 1, 1, 3), options, **of)
    given = tiny.reshape(tiny.operator("DEQUANTIZE", [given], (1, 1, 1, 3)), (1, 3))
    return tiny.bytes([first], [tiny.activation(given, "SOFTMAX")])


def checked(folder: Path, made: Callable[[], bytes]) -> str:
    """What is wrong with what CheckModel says: a runtime is called one that cannot use it only where it fails."""
    path = folder / f"{folder.name}.tflite"
    path.write_bytes(described(made()))
    found = check_page.check(path, read_clips(DATA_SHORT)[0].path)
    faults = [finding.what for finding in found.findings if finding.is_fault]
    if not found.usable:
        return f"it is called unusable: {faults}"
    if set(found.not_with) != set(found.trial.refusals):
        return f"not with {found.not_with}, and {sorted(found.trial.refusals)} failed: {faults}"
    return ""


MEMBERS = {
    "weights only": hybrid,
    "throughout": throughout,
    "throughout, to the end": functools.partial(throughout, to_the_end=True),
    "a convolution": convolution,
}


def kinds() -> Iterator[Kind]:
    """What converters write of dense layers and convolutions."""
    members = {name: functools.partial(served, made=made) for name, made in MEMBERS.items()}
    yield Kind("D 8", "int8 with a scale for each output", WHOLE, members)
    one = {"weights only": functools.partial(hybrid, False), "throughout": functools.partial(throughout, False)}
    members = {name: functools.partial(served, made=made) for name, made in one.items()}
    yield Kind("D 8", "int8 with one scale", WHOLE, members)
    checks = {name: MEMBERS[name] for name in ("weights only", "throughout", "a convolution")}
    checks["one scale"] = functools.partial(throughout, False)
    members = {name: functools.partial(checked, made=made) for name, made in checks.items()}
    yield Kind("D 8", "the same, checked for each runtime", WHOLE, members)
