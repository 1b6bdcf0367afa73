"""Run a .tflite in the runtimes that phones use: LiteRT, MediaPipe Tasks, Task Library.

Each runs in a process of its own (runtime_process): two of them cannot be imported beside TensorFlow, and a model that
crashes a runtime must not take the caller with it.
"""

import ctypes
import importlib.util
import io
import json
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

import numpy as np

from classifier.core.console import progress, say
from classifier.core.errors import InputError
from Constants import ROOT

TOLERANCE = 1e-3  # largest difference of a probability; the Task Library runs an older TensorFlow Lite
TOLERANCE_IN_8_BITS = 0.1  # the same of files with 8 bits: older kernels round otherwise, which made 0.03 of YAMNet
PATIENCE = 600  # seconds for the predictions of all windows
LITERT, MEDIAPIPE, TASK_LIBRARY = "LiteRT", "MediaPipe Tasks", "Task Library"
RUNTIMES = {LITERT: "ai_edge_litert", MEDIAPIPE: "mediapipe", TASK_LIBRARY: "tflite_support"}
GRAPHICS = ("libEGL.so.1", "libGLESv2.so.2")  # MediaPipe's library is linked to them, also where it draws nothing
READY = "ready"  # what a process prints before its first predictions


class Reason(StrEnum):
    """Why there are no predictions of a file."""

    FAILED = "failed"  # the runtime cannot load or run it
    NOT_ASKED = "not asked"  # the file lacks what the runtime must be given
    OTHER_LABELS = "other labels"  # the runtime's labels are not those of the file
    BINDINGS = "bindings"  # the Python code around the runtime fails, which phones do not have


class CannotRunHereError(InputError):
    """A runtime does not work on this machine; it says nothing of a file.

    Attributes:
        why: in words.
    """

    def __init__(self, runtime: str, why: str):
        super().__init__(f"{runtime} cannot run here: {why}")
        self.why = why


class RefusesFileError(InputError):
    """A runtime that works on this machine has no predictions of a file.

    Attributes:
        reason: of Reason.
        words: the runtime's own.
        why: the same behind the class of its error.
    """

    def __init__(self, runtime: str, path: Path, words: str, error: str = "", reason: Reason = Reason.FAILED):
        self.reason, self.words, self.why = reason, words, f"{error}: {words}" if error else words
        super().__init__(f"{runtime} cannot run {path}: {self.why}")


Result = np.ndarray | CannotRunHereError | RefusesFileError


def ask(runtime: str, path: Path, windows: np.ndarray, head: str | None = None) -> np.ndarray:
    """What a runtime predicts.

    Args:
        runtime: a key of RUNTIMES.
        path: a .tflite with metadata.
        windows: (windows, n) float32, each a full input.
        head: name of the output that LiteRT gives, of a file with several; the others give what metadata say.

    Returns:
        (windows, labels) probabilities, in the order of the model's outputs.

    Raises:
        CannotRunHereError, RefusesFileError.
    """
    result = ask_all(runtime, [path], windows, head)[0]
    if isinstance(result, InputError):
        raise result
    return result


def ask_all(runtime: str, paths: Sequence[Path], windows: np.ndarray, head: str | None = None) -> list[Result]:
    """The same of several files with the same (windows, n) inputs: what `ask` returns, or would raise, for each."""
    results = []
    while len(results) < len(paths):  # a file that takes the runtime down is the last that it was asked about
        results += _ask(runtime, paths[len(results) :], windows, head)
    return results


def in_turn(file: str) -> Iterator[str]:
    """The names of the runtimes, one after the other; says what is done, as each takes seconds to start."""
    say(f"asking the runtimes about {file} ...")
    yield from progress(RUNTIMES, f"asking the runtimes about {file}")


def why_not_here(runtime: str) -> str:
    """Why a runtime cannot run on this machine; "" if it can."""
    if not importlib.util.find_spec(RUNTIMES[runtime]):
        return "it is not installed"
    return _why_not_ready(runtime, *_child(runtime, [], np.zeros((0, 1)), None))


def _ask(runtime, paths, windows, head):
    """Ask a process about files, up to the first that ends it."""
    if not importlib.util.find_spec(RUNTIMES[runtime]):
        return [CannotRunHereError(runtime, "it is not installed")] * len(paths)
    lines, ended = _child(runtime, [Path(path).resolve() for path in paths], windows, head)
    if why := _why_not_ready(runtime, lines, ended):
        return [CannotRunHereError(runtime, why)] * len(paths)
    results: list[np.ndarray | InputError] = [np.array(line) for line in lines if isinstance(line, list)]
    if len(results) < len(paths):
        failure = _failure(lines)
        failure = {**failure, "reason": Reason(failure["reason"])} if failure else {"words": ended}
        results.append(RefusesFileError(runtime, paths[len(results)], **failure))
    return results


def _child(runtime, paths, windows, head):
    """(lines of JSON that a process printed, and how it ended, in words; "" where it ended as it should)."""
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(windows, "float32"))
    command = [sys.executable, "-m", "classifier.export.runtime_process", runtime, *map(str, paths)]
    command += [f"--head={head}"] if head else []
    try:
        child = subprocess.run(command, input=buffer.getvalue(), capture_output=True, cwd=ROOT, timeout=PATIENCE)
        printed, ended = child.stdout, _how_it_ended(child)
    except subprocess.TimeoutExpired as late:
        printed, ended = late.stdout or b"", f"it does not answer within {PATIENCE} s"
    return [line for line in map(_parsed, printed.decode(errors="replace").splitlines()) if line is not None], ended


def _parsed(line):
    """A line of JSON; None of what a library has printed between them."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def _how_it_ended(child):
    if child.returncode == 0:
        return ""
    if child.returncode < 0:
        return f"its process was ended by {signal.Signals(-child.returncode).name}"
    said = child.stderr.decode(errors="replace").strip().splitlines()
    return said[-1] if said else f"it ended with code {child.returncode}"


def _why_not_ready(runtime, lines, ended):
    """Why a process could not run even a model that is known to be good; "" if it could."""
    if READY in lines:
        return ""
    failure = _failure(lines)
    why = f"{failure['error']}: {failure['words']}" if failure else ended
    return why + _remedy(runtime)


def _failure(lines):
    """What a process printed of the error that ended it; None where it had no time to."""
    return lines[-1] if lines and isinstance(lines[-1], dict) else None


def _remedy(runtime):
    """What to install, where that is known."""
    if runtime != "MediaPipe Tasks" or platform.system() != "Linux" or all(map(_loads, GRAPHICS)):
        return ""
    return "; install libegl1 and libgles2 (Debian, Ubuntu) or libglvnd-egl and libglvnd-gles (Fedora)"


def _loads(library):
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
