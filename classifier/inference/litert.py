"""Run a .tflite with LiteRT, which starts in a fifth of a second; TensorFlow is not imported."""

import contextlib
import math
import re
import threading
from collections import deque
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from classifier.core.console import quiet_libraries
from classifier.core.errors import InputError
from classifier.core.parallel import cpu_count
from classifier.core.text import plain
from classifier.inference import tensors
from classifier.records.audio_format import AudioFormat

ROWS_PER_THREAD = 4  # fewer are run sooner by the threads there are

_one_at_a_time = threading.Lock()  # quiet_libraries redirects standard error for the whole process


class LiteRT:
    """One output of a .tflite that takes a window of audio, run with one thread per processor; any thread may call it.

    Shapes with dimensions of 1, whole numbers with a scale and open lengths are understood: see tensors. Windows are
    run one by one: an input that is resized is no faster, and a file with the features inside then computes its first
    windows only.

    Attributes:
        n_inputs: samples of a window.
        n_outputs: values of the output, of each frame where it has several.
        out_shape: of the output, as the file has it.
        frames: that it has values for in a window, 1 for most.
        notes: what a person should know of how it is run.
    """

    def __init__(
        self,
        path: Path | str,
        threads: int | None = None,
        head: str | None = None,
        n_labels: int | None = None,
        described: int | None = None,
        open_length: int | None = None,
    ):
        """
        Args:
            path: of the file.
            threads: that it may use; None: one per processor.
            head: name of the output; None: as of tensors.choose.
            n_labels: how many labels it is said to have; None: not known.
            described: index of the output that metadata give labels to; None: they do not say.
            open_length: samples of a window where the file takes any length.

        Raises:
            InputError: there is no such file, LiteRT cannot load it, or its input or output has no such form.
        """
        self.path = Path(path)
        self.threads = threads or cpu_count()
        if not self.path.is_file():
            raise InputError(f"{self.path}: there is no such model; run ConvertModelToTFLite.py first")
        first = self._interpreter(ready=False)
        self.heads = _heads(first)
        self.head, note = tensors.choose(self.path, self.heads, head, n_labels, described)
        self.notes = [note] if note else []
        tensors.check_type(self.path, self.head)
        self.has_signatures = len(first.get_signature_list()) > 1
        details = first.get_input_details()
        if self.has_signatures:
            details = list(first.get_signature_runner(self.head.signature).get_input_details().values())
        inputs = [tensors.Tensor.of(one) for one in details]
        self.shape, self.input, self.n_labels = tensors.audio_shape(self.path, inputs, open_length), inputs[0], n_labels
        self.n_inputs, self.is_open = math.prod(self.shape), -1 in inputs[0].signature
        self.idle = deque([self._interpreter()])
        self.out_shape = self._out_shape()
        self.frames, self.n_outputs = tensors.by_frame(
            self.path, self.head, np.empty(self.out_shape, bool), n_labels
        ).shape
        if self.n_inputs == open_length and self.is_open:
            self.notes.append(f"it takes any length: windows of {open_length} samples are handed over")
        if self.frames > 1:
            self.notes.append(f"it predicts {self.frames} frames of a window: their mean is taken")

    def run(self, rows: np.ndarray) -> np.ndarray:
        """The outputs, (rows, labels) float32, of (rows, n) inputs; the mean over frames."""
        return self.by_frame(rows).mean(axis=1)

    def by_frame(self, rows: np.ndarray) -> np.ndarray:
        """The outputs, (rows, frames, labels) float32, of (rows, n) inputs."""
        workers = min(self.threads, len(rows) // ROWS_PER_THREAD)
        if workers < 2:
            return self._run(rows)
        with ThreadPoolExecutor(workers) as pool:
            return np.concatenate(list(pool.map(self._run, np.array_split(rows, workers))))

    def _run(self, rows: np.ndarray) -> np.ndarray:
        with self._borrowed() as interpreter:
            results = np.empty((len(rows), self.frames, self.n_outputs), "float32")
            for row, result in zip(rows, results, strict=True):
                values = tensors.decode(self.path, self.head, self._raw(interpreter, row))
                result[:] = tensors.by_frame(self.path, self.head, values, self.n_labels)
        return results

    def _raw(self, interpreter: Any, row: np.ndarray) -> np.ndarray:
        """The values of the output as they are in the file."""
        given = tensors.encode(self.input, row, self.shape)
        try:
            if self.has_signatures:
                run = interpreter.get_signature_runner(self.head.signature)
                return run(**{next(iter(run.get_input_details())): given})[self.head.name]
            interpreter.set_tensor(self.input.index, given)
            interpreter.invoke()
            return interpreter.get_tensor(self.head.tensor.index)
        except (ValueError, RuntimeError) as error:
            raise InputError(
                f"{self.path} cannot be run on {list(given.shape)} of {given.dtype}: {plain(error)}"
            ) from None

    def _out_shape(self) -> list[int]:
        """The shape of the output; a file that leaves it open is run once."""
        tensor = self.head.tensor
        if self.is_open or -1 in tensor.signature or not tensor.shape:
            return list(np.shape(self._raw(self.idle[0], np.zeros(self.n_inputs, "float32"))))
        return list(tensor.shape)

    @contextlib.contextmanager
    def _borrowed(self) -> Generator[Any, None, None]:
        """An interpreter that no other thread has: they cannot be shared."""
        try:
            interpreter = self.idle.pop()
        except IndexError:
            interpreter = self._interpreter()
        try:
            yield interpreter
        finally:
            self.idle.append(interpreter)

    def _interpreter(self, ready: bool = True) -> Any:
        """A new interpreter; ready: to run, with the shape of a window where the file leaves it open."""
        with _one_at_a_time, quiet_libraries():
            from ai_edge_litert.interpreter import Interpreter

            try:
                interpreter = Interpreter(model_path=str(self.path), num_threads=1)
                if ready:
                    self._make_ready(interpreter)
            except (ValueError, RuntimeError) as error:
                raise InputError(f"{self.path} {_why_not(str(error))}") from None
        return interpreter

    def _make_ready(self, interpreter: Any) -> None:
        if list(self.input.shape) != self.shape and not self.has_signatures:
            interpreter.resize_tensor_input(self.input.index, self.shape)
        interpreter.allocate_tensors()


def _why_not(words: str) -> str:
    """What is wrong with a file that LiteRT does not load."""
    operator = re.search(r"(?:custom op|Node number \d+ \()\W*(\w+)", words)
    named = f" ({plain(operator[1])})" if operator else ""
    if "Select TensorFlow op" in words:
        return f"needs TensorFlow's own operators{named}, which LiteRT lacks; convert it without SELECT_TF_OPS"
    if "unresolved custom op" in words:
        return f"has custom operators{named}, which LiteRT lacks; write what they do with built-in operators"
    return f"is no model that LiteRT can load: {words}"


def _heads(interpreter: Any) -> list[tensors.Head]:
    """All outputs: of a file with one signature in the order of its graph, else signature by signature."""
    signatures = interpreter.get_signature_list()
    named = {key: interpreter.get_signature_runner(key).get_output_details() for key in signatures}
    if len(signatures) > 1:
        return [
            tensors.Head(name, key, tensors.Tensor.of(details))
            for key, outputs in named.items()
            for name, details in outputs.items()
        ]
    names = {details["index"]: name for outputs in named.values() for name, details in outputs.items()}
    found = [tensors.Tensor.of(details) for details in interpreter.get_output_details()]
    return [tensors.Head(names.get(tensor.index, tensor.name), next(iter(named), None), tensor) for tensor in found]


def probes(audio_format: AudioFormat, seed: int = 0) -> np.ndarray:
    """Three windows that no recording gives: silence, full-scale noise, and a tone of 1 kHz.

    The noise behind the tone is as faint as 10 bits are: beside a pure tone, a spectrum is what an FFT rounds to.

    Returns:
        (3, window_length) float32 in [-1, 1].
    """
    noise = np.random.default_rng(seed).uniform(-1, 1, audio_format.window_length)
    tone = np.sin(2 * np.pi * 1000 * np.arange(audio_format.window_length) / audio_format.sample_rate)
    tone = 0.99 * tone + 1e-3 * noise
    return np.stack([np.zeros(audio_format.window_length), noise, tone]).astype("float32")
