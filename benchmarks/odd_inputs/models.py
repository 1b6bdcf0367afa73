"""Small .tflite files of every shape, type and label file, that were made elsewhere."""

import contextlib
import functools
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.odd_inputs.kind import REFUSED, WARNED, WHOLE, Kind
from classifier.core.console import warn
from classifier.export import foreign
from classifier.export.config import FileConfig
from classifier.inference.predictor import load_predictor
from tests.tiny_tflite import LABELS, WEIGHTS, N, Tiny, described, network, softmax

WINDOW = np.random.default_rng(1).uniform(-1, 1, N).astype("float32")
LOGITS = WEIGHTS @ WINDOW
EXPECTED = softmax(LOGITS)
SIGMOIDS = 1 / (1 + np.exp(-LOGITS))
COARSE = 0.02  # by which 8 bits may be off


def served(folder: Path, expected=EXPECTED, labels=LABELS, held=None, rate=16_000, made=None, run=None, **settings):
    """What is wrong with the probabilities or the labels of a file.

    Args:
        expected: (labels,) by hand.
        labels: that its metadata has; held: bytes of its label file instead.
        made: what makes the bytes of the file; a network of `settings` where not given.
        run: head and activation, as a person may name them.
    """
    path = folder / f"{folder.name}.tflite"
    content = made() if made else network(**settings)
    path.write_bytes(described(content, labels, rate, held))
    predictor = load_predictor(path, **(run or {}))
    for note in predictor.notes:
        warn(note)
    found = predictor.probabilities(WINDOW[None])[0]
    if predictor.labels != list(labels):
        return f"the labels are {predictor.labels}"
    return "" if np.allclose(found, expected, atol=COARSE) else f"{found} where {expected} is right"


def described_later(folder: Path, labels: bytes, rate: int | None, name="labels.txt") -> str:
    """A file without metadata is given labels and a rate."""
    path, listed = folder / f"{folder.name}.tflite", folder / name
    path.write_bytes(network())
    listed.write_bytes(labels)
    copy = folder / f"{folder.name}_metadata.tflite"
    with contextlib.redirect_stdout(io.StringIO()):
        foreign.write(FileConfig(file=path, labels=listed, sample_rate=rate, out=copy))
    predictor = load_predictor(copy)
    found = predictor.probabilities(WINDOW[None])[0]
    if (predictor.labels, predictor.audio_format.sample_rate) != (list(LABELS), rate):
        return f"the copy has {predictor.labels} at {predictor.audio_format.sample_rate} Hz"
    return "" if np.allclose(found, EXPECTED, atol=COARSE) else f"{found} where {EXPECTED} is right"


def _kind(section, what, outcome, members: dict[str, dict], says="") -> Kind:
    return Kind(section, what, outcome, {n: functools.partial(served, **of) for n, of in members.items()}, says)


def _several(*weights) -> bytes:
    tiny = Tiny()
    first = tiny.tensor((1, N))
    outputs = [tiny.activation(tiny.dense(first, one), "SOFTMAX", (1, len(one))) for one in weights]
    return tiny.bytes([first], outputs, ["first", "second", "third"][: len(outputs)])


def _two_inputs() -> bytes:
    tiny = Tiny()
    first, second = tiny.tensor((1, N)), tiny.tensor((1,), "int32")
    return tiny.bytes([first, second], [tiny.activation(tiny.dense(first), "SOFTMAX")])


def _no_numbers(kind) -> bytes:
    tiny = Tiny()
    first = tiny.tensor((1, N))
    tiny.dense(first)
    return tiny.bytes([first], [tiny.tensor((1,), kind)])


def kinds() -> Iterator[Kind]:
    """What converters and people make."""
    bytes8 = {"out_kind": "int8", "out_scale": 1 / 256, "out_zero": -128}
    inputs = {
        "float16": {"kind": "float16"},
        "int8": {"kind": "int8", "scale": 1 / 128},
        "uint8": {"kind": "uint8", "scale": 1 / 128, "zero": 128},
        "int16": {"kind": "int16", "scale": 1 / 32768},
    }
    yield _kind("D 1", "input types", WHOLE, inputs)
    outputs = {
        "int8": bytes8,
        "uint8": {"out_kind": "uint8", "out_scale": 1 / 256},
        "int16": {"out_kind": "int16", "out_scale": 1 / 32768},
    }
    yield _kind("D 1", "output types", WHOLE, outputs)
    yield _kind("D 1", "int8 outputs of other inputs", WHOLE, {n: {**of, **bytes8} for n, of in inputs.items()})
    sigmoids = {"last": "LOGISTIC", "expected": SIGMOIDS}
    yield _kind("D 1", "sigmoids", WHOLE, {n: {**of, **sigmoids} for n, of in {"float": {}, **outputs}.items()})
    shapes = ((N,), (1, N, 1), (1, 1, N), (1, 1, N, 1), (1, N, 1, 1))
    yield _kind("D 4", "input shapes", WHOLE, {str(shape): {"shape": shape} for shape in shapes})
    yield _kind("D 4", "input shapes in int8", WHOLE, {str(of): {"shape": of, **inputs["int8"]} for of in shapes})
    shapes = ((3,), (1, 1, 3), (1, 3, 1, 1), (1, 1, 1, 3), (1, 3, 1))
    yield _kind("D 4", "output shapes", WHOLE, {str(shape): {"out_shape": shape} for shape in shapes})
    yield _kind("D 4", "output shapes in int8", WHOLE, {str(of): {"out_shape": of, **bytes8} for of in shapes})
    yield _kind("D 4", "any number of windows", WHOLE, {"float": {"open_axis": 0}, "int8": {"open_axis": 0, **bytes8}})
    framed = {}
    for n in (2, 4, 8):
        weights = WEIGHTS[:, : N // n]
        mean = np.mean([softmax(weights @ part) for part in WINDOW.reshape(n, -1)], axis=0)
        framed[f"{n}"] = {"weights": weights, "frames": n, "expected": mean}
    yield _kind("D 4", "frames", WARNED, framed, "their mean is taken")
    shapes = ((1, 8, 8), (1, 16, 4), (1, 4, 16, 1), (1, 2, 32), (8, 8))
    yield _kind("D 4", "features for input", REFUSED, {str(shape): {"shape": shape} for shape in shapes}, "takes [")
    scales = (0.5, 1, 3, 10, 100)
    logits = {f"times {scale}": {"last": None, "weights": WEIGHTS * np.float32(scale)} for scale in scales}
    yield _kind("D 2", "logits", REFUSED, logits, "logits?")
    named = {
        name: {**of, "run": {"activation": "softmax"}, "expected": softmax(of["weights"] @ WINDOW)}
        for name, of in logits.items()
    }
    yield _kind("D 2", "logits, softmax named", WHOLE, named)
    named = {
        name: {**of, "run": {"activation": "sigmoid"}, "expected": 0.5 + 0.5 * np.tanh(of["weights"] @ WINDOW / 2)}
        for name, of in logits.items()
    }
    yield _kind("D 2", "logits, sigmoid named", WHOLE, named)
    broken = {
        "NaN": {"weights": WEIGHTS * np.nan},
        "infinity": {"weights": WEIGHTS * np.inf},
        "NaN by sigmoid": {"weights": WEIGHTS * np.nan, "last": "LOGISTIC"},
        "one NaN": {"weights": np.where(np.arange(N) == 7, np.nan, WEIGHTS)},
    }
    yield _kind("D 3", "broken weights", REFUSED, broken, "NaN or infinity")
    members = {kind: {"made": functools.partial(_no_numbers, kind)} for kind in ("int32", "int64", "string", "bool")}
    yield _kind("D 3", "outputs that are no values", REFUSED, members)
    yield _kind("D 4", "two inputs", REFUSED, {"audio and rate": {"made": _two_inputs}}, "has 2 inputs")
    double, turned = np.tile(WEIGHTS, (2, 1)), WEIGHTS[::-1]
    heads = {
        "an embedding first": (double, WEIGHTS),
        "an embedding second": (WEIGHTS, double),
        "two that fit": (WEIGHTS, turned),
        "three": (double, WEIGHTS, WEIGHTS[:2]),
    }
    members = {name: {"made": functools.partial(_several, *weights)} for name, weights in heads.items()}
    yield _kind("D 5", "several outputs", WARNED, members, "another with --head NAME")
    both = {"made": functools.partial(_several, WEIGHTS, turned), "expected": EXPECTED[::-1]}
    chosen = {name: {**both, "run": {"head": name}} for name in ("second", "1", "serving_default/second")}
    yield _kind("D 5", "an output that is chosen", WHOLE, chosen)
    missing = {name: {**both, "run": {"head": name}} for name in ("third", "2", "-1", "serving_default/x")}
    yield _kind("D 5", "an output that is not there", REFUSED, missing, "there is no such output")
    files = {
        "no line end": b"bell\ndog\nrain",
        "Windows": b"bell\r\ndog\r\nrain\r\n",
        "a byte order mark": b"\xef\xbb\xbfbell\ndog\nrain\n",
        "empty lines at the end": b"bell\ndog\nrain\n\n",
        "blanks": b" bell\ndog \nrain\t\n",
    }
    yield _kind("D 6", "label files", WHOLE, {name: {"held": held} for name, held in files.items()})
    files = {
        "from 0": b"0 bell\n1 dog\n2 rain\n",
        "from 1": b"1. bell\n2. dog\n3. rain\n",
        "in another order": b"1: dog\n0: bell\n2: rain\n",
        "commas": b"0,bell\n1,dog\n2,rain\n",
    }
    yield _kind("D 6", "numbered labels", WARNED, {name: {"held": held} for name, held in files.items()}, "numbered")
    local = ["bell", "h\u00fcnd", "rain"]
    latin = {"held": "bell\nh\u00fcnd\nrain\n".encode("latin-1"), "labels": local}
    yield _kind("D 6", "labels in Latin-1", WARNED, {"Latin-1": latin}, "Latin-1")
    files = {
        "nothing": b"\n\n",
        "an empty line": b"bell\n\nrain\n",
        "a label twice": b"bell\ndog\nbell\n",
        "too few": b"bell\ndog\n",
        "too many": b"bell\ndog\nrain\nsnow\n",
    }
    yield _kind("D 6", "label files that cannot be", REFUSED, {name: {"held": held} for name, held in files.items()})
    yield _kind("D 6", "sample rates", WHOLE, {f"{r} Hz": {"rate": r} for r in (8_000, 22_050, 32_000, 44_100, 48_000)})
    right = "".join(f"{label}\n" for label in LABELS).encode()
    yield Kind("D 7", "metadata", WHOLE, {"labels": functools.partial(described_later, labels=right, rate=16_000)})
    wrong = {
        "too few labels": (right[: right.index(b"\n") + 1] + b"x\n", 16_000),
        "too many labels": (right + b"one more\n", 16_000),
        "a label twice": (right[: right.index(b"\n") + 1] * 2 + b"x\n", 16_000),
        "no labels": (b"", 16_000),
        "no rate": (right, None),
    }
    members = {
        name: functools.partial(described_later, labels=labels, rate=rate) for name, (labels, rate) in wrong.items()
    }
    yield Kind("D 7", "metadata that does not fit", REFUSED, members)
    rates = {f"{rate} Hz": {"rate": rate} for rate in (5, 100, 10**9)}
    yield _kind("D 6", "sample rates that cannot be", REFUSED, rates, "sample rate")
