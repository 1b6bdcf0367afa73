"""Run a .tflite with LiteRT, which starts in a fifth of a second; TensorFlow is not imported."""

import contextlib
import math
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
from classifier.records.audio_format import AudioFormat

ROWS_PER_THREAD = 4  # fewer are run sooner by the threads there are

_one_at_a_time = threading.Lock()  # quiet_libraries redirects standard error for the whole process


class LiteRT:
    """A .tflite with one input and one output, run with one thread per processor; any thread may call it.

    The input is [1, n] or [n] of float32, the output [1, labels] or [labels]. Windows are run one by one: an input that
    is resized is no faster, and a file with the features inside then computes its first windows only.
    """

    def __init__(self, path: Path | str, threads: int | None = None):
        """
        Args:
            path: of the file.
            threads: that it may use; None: one per processor.

        Raises:
            InputError: there is no such file, LiteRT cannot load it, or its input has another shape.
        """
        self.path = Path(path)
        self.threads = threads or cpu_count()
        if not self.path.is_file():
            raise InputError(f"{self.path}: there is no such model; run ConvertModelToTFLite.py first")
        first = self._interpreter()
        self.idle = deque([first])
        inputs = first.get_input_details()
        shape, dtype = inputs[0]["shape"].tolist(), inputs[0]["dtype"].__name__
        self.n_inputs = math.prod(shape)
        if len(inputs) != 1 or shape not in ([self.n_inputs], [1, self.n_inputs]) or dtype != "float32":
            raise InputError(f"{self.path} takes {shape} of {dtype}; only [1, n] or [n] of float32 can be run here")
        output = first.get_output_details()[0]
        self.n_outputs = int(output["shape"][-1])
        self.shape, self.input, self.output = shape, inputs[0]["index"], output["index"]

    def run(self, rows: np.ndarray) -> np.ndarray:
        """The outputs, (rows, labels) float32, of (rows, n) inputs."""
        workers = min(self.threads, len(rows) // ROWS_PER_THREAD)
        if workers < 2:
            return self._run(rows)
        with ThreadPoolExecutor(workers) as pool:
            return np.concatenate(list(pool.map(self._run, np.array_split(rows, workers))))

    def _run(self, rows: np.ndarray) -> np.ndarray:
        with self._borrowed() as interpreter:
            results = np.empty((len(rows), self.n_outputs), "float32")
            for row, result in zip(rows, results, strict=True):
                interpreter.set_tensor(self.input, np.asarray(row, "float32").reshape(self.shape))
                interpreter.invoke()
                result[:] = interpreter.get_tensor(self.output).reshape(-1)
        return results

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

    def _interpreter(self) -> Any:
        with _one_at_a_time, quiet_libraries():
            from ai_edge_litert.interpreter import Interpreter

            try:
                interpreter = Interpreter(model_path=str(self.path), num_threads=1)
                interpreter.allocate_tensors()
            except (ValueError, RuntimeError) as error:
                raise InputError(f"{self.path} is no model that LiteRT can load: {error}") from None
        return interpreter


def probes(audio_format: AudioFormat, seed: int = 0) -> np.ndarray:
    """Three windows that no recording gives: silence, full-scale noise, and a tone of 1 kHz.

    The noise behind the tone is as faint as 14 bits are: beside a pure tone, a spectrum is what an FFT rounds to.

    Returns:
        (3, window_length) float32 in [-1, 1].
    """
    noise = np.random.default_rng(seed).uniform(-1, 1, audio_format.window_length)
    tone = np.sin(2 * np.pi * 1000 * np.arange(audio_format.window_length) / audio_format.sample_rate)
    tone = 0.99 * tone + 1e-4 * noise
    return np.stack([np.zeros(audio_format.window_length), noise, tone]).astype("float32")
