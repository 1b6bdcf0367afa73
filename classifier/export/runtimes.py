"""Run a .tflite in the runtimes that phones use: LiteRT, MediaPipe Tasks, Task Library.

Each runs in a process of its own: two of them cannot be imported beside TensorFlow, and a model that crashes a runtime
must not take the caller with it. Before its first file a runtime classifies with a model that is known to be good. One
that fails at that cannot run on this machine, which says nothing of a file.

    python -m classifier.export.runtimes NAME FILE.tflite ... < windows.npy
"""

import ctypes
import importlib.util
import io
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import types
from pathlib import Path

import numpy as np

from classifier.audio.recording import read
from classifier.audio.windows import cut_audio_pad_last
from classifier.core.console import progress, table
from classifier.core.errors import InputError
from classifier.export import metadata
from classifier.records import artifact, tflite_metadata

TOLERANCE = 1e-3  # largest difference of a probability; the Task Library runs an older TensorFlow Lite
PATIENCE = 600  # seconds for an answer to all windows
TOLERANCE_IN_8_BITS = 0.1  # the same of files with 8 bits: older kernels round otherwise, which made 0.03 of YAMNet

RUNTIMES = {"LiteRT": "ai_edge_litert", "MediaPipe Tasks": "mediapipe", "Task Library": "tflite_support"}
GRAPHICS = ("libEGL.so.1", "libGLESv2.so.2")  # MediaPipe's library is linked to them, also where it draws nothing
READY = "ready"  # what a process prints before its first answer


class CannotRunHereError(InputError):
    """A runtime does not work on this machine; it says nothing of a file."""

    def __init__(self, runtime, why):
        super().__init__(f"{runtime} cannot run here: {why}")
        self.why = why


class RefusesFileError(InputError):
    """A runtime that works on this machine cannot load or run a file.

    Attributes:
        why: the runtime's own words.
    """

    def __init__(self, runtime, path, why):
        super().__init__(f"{runtime} cannot run {path}: {why}")
        self.why = why


def ask(runtime, path, windows):
    """What a runtime answers.

    Args:
        runtime: a key of RUNTIMES.
        path: a .tflite with metadata.
        windows: (windows, n) float32, each a full input.

    Returns:
        (windows, labels) probabilities, in the order of the model's outputs.

    Raises:
        CannotRunHereError, RefusesFileError.
    """
    result = ask_all(runtime, [path], windows)[0]
    if isinstance(result, InputError):
        raise result
    return result


def ask_all(runtime, paths, windows):
    """The same of several files with the same inputs: a list of what `ask` returns, or would raise, for each."""
    results = []
    while len(results) < len(paths):  # a file that takes the runtime down is the last that it was asked about
        results += _ask(runtime, paths[len(results) :], windows)
    return results


def why_not_here(runtime):
    """Why a runtime cannot run on this machine; "" if it can."""
    words, _ = _child(runtime, [], np.zeros((0, 1)))
    return words


def _ask(runtime, paths, windows):
    """Ask a process about files, up to the first that ends it."""
    words, results = _child(runtime, [Path(path).resolve() for path in paths], windows)
    if results is None:
        return [CannotRunHereError(runtime, words)] * len(paths)
    if len(results) < len(paths):
        results.append(RefusesFileError(runtime, paths[len(results)], words))
    return results


def _child(runtime, paths, windows):
    """(last words of a process, what it answers for each file up to one that ends it; None if it never got ready)."""
    if not importlib.util.find_spec(RUNTIMES[runtime]):
        return "it is not installed", None
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(windows, "float32"))
    command = [sys.executable, "-m", "classifier.export.runtimes", runtime, *map(str, paths)]
    root = Path(__file__).resolve().parents[2]
    try:
        child = subprocess.run(command, input=buffer.getvalue(), capture_output=True, cwd=root, timeout=PATIENCE)
        words, printed = _last_words(child), child.stdout
    except subprocess.TimeoutExpired as late:
        words, printed = f"it does not answer within {PATIENCE} s", late.stdout or b""
    ready, *lines = printed.decode().splitlines() or [""]
    if ready != READY:
        return f"{words}{_remedy(runtime)}", None
    return words, [np.array(json.loads(line)) for line in lines]


def _last_words(child):
    if child.returncode == 0:
        return ""
    if child.returncode < 0:
        return f"its process was ended by {signal.Signals(-child.returncode).name}"
    return (child.stderr.decode(errors="replace").strip().splitlines() or [f"it ended with code {child.returncode}"])[
        -1
    ]


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


def tolerance(kind):
    """The largest difference of a probability between runtimes that run a file of a kind (of artifact.KINDS)."""
    return TOLERANCE if kind in (artifact.FLOAT32, artifact.FLOAT16) else TOLERANCE_IN_8_BITS


def compare(trained, recording):
    """Ask every runtime about a recording, print what each answers, and make sure that they agree.

    Raises:
        InputError: a runtime refuses a file, or two of them differ; the file is not left behind.
    """
    signal = read(recording, trained.audio_format.sample_rate)
    windows = cut_audio_pad_last(signal, trained.audio_format.window_length)
    not_tried = {}
    for file in artifact.app_files(trained):
        if not file.is_dropin:
            not_tried |= _compare(trained, file, recording, windows)
    for runtime, why in not_tried.items():
        print(f"{runtime}: not tried here ({why})")


def _compare(trained, file, recording, windows):
    """{runtime: why} of those that cannot run here."""
    predictions, not_tried = {}, {}
    try:
        for runtime in progress(RUNTIMES, f"asking the runtimes about {file.target.name}"):
            try:
                predictions[runtime] = ask(runtime, file.target, windows)
            except CannotRunHereError as error:
                not_tried[runtime] = error.why
        _make_sure_they_agree(predictions, file)
    except InputError:
        file.target.unlink()
        raise
    print(f"{recording}, mean of {len(windows)} window(s), by {file.target} ({file.kind}):")
    means = {runtime: answer.mean(axis=0) for runtime, answer in predictions.items()}
    table(["runtime", *trained.labels], [[name, *(f"{value:.4f}" for value in mean)] for name, mean in means.items()])
    return not_tried


def _make_sure_they_agree(predictions, file):
    first = next(iter(predictions), None)
    for runtime, answer in predictions.items():
        difference = float(np.abs(answer - predictions[first]).max())
        if difference > tolerance(file.kind):
            raise InputError(
                f"{runtime} and {first} differ by {difference:.1e} on {file.target}; it is not kept. Take another kind "
                "of file with --variant"
            )


def _litert(path, windows):
    from classifier.inference.prediction import LiteRT

    return LiteRT(path).run(windows)


def _mediapipe(path, windows):
    sys.modules["tensorflow"] = None  # mediapipe imports it where it can, and does not need it
    sys.modules.setdefault("cv2", types.ModuleType("cv2"))  # the same; OpenCV asks for graphics libraries of its own
    from mediapipe.tasks.python import audio
    from mediapipe.tasks.python.components.containers import AudioData

    rate, labels = tflite_metadata.read(path)
    predictions = []
    with audio.AudioClassifier.create_from_model_path(str(path)) as classifier:
        for window in windows:
            categories = classifier.classify(AudioData.create_from_array(window, rate))[0].classifications[0].categories
            predictions.append(_in_order(labels, {category.category_name: category.score for category in categories}))
    return predictions


def _task_library(path, windows):
    _, labels = tflite_metadata.read(path)
    if "tflite_support" not in sys.modules:
        metadata.prepare_tflite_support()
    from tflite_support.task import audio

    classifier = audio.AudioClassifier.create_from_file(str(path))
    predictions = []
    for window in windows:
        tensor = classifier.create_input_tensor_audio()
        tensor.load_from_array(window[:, None])
        categories = classifier.classify(tensor).classifications[0].categories
        predictions.append(_in_order(labels, {category.category_name: category.score for category in categories}))
    return predictions


def _in_order(labels, scores):
    if set(scores) != set(labels):
        raise ValueError(f"it answers {sorted(scores)}, not {sorted(labels)}")
    return [float(scores[label]) for label in labels]


def _known_good():
    """Bytes of a model that every runtime can run: the softmax of four samples, with metadata."""
    tflite = tflite_metadata.tflite_schema()
    names = ("audio", "probabilities")
    tensors = [tflite.TensorT(shape=[1, 4], type=tflite.TensorType.FLOAT32, buffer=0, name=name) for name in names]
    softmax = tflite.OperatorT(inputs=[0], outputs=[1], builtinOptionsType=tflite.BuiltinOptions.SoftmaxOptions)
    softmax.builtinOptions = tflite.SoftmaxOptionsT(beta=1.0)
    graph = tflite.SubGraphT(tensors=tensors, inputs=[0], outputs=[1], operators=[softmax], name="main")
    number = tflite.BuiltinOperator.SOFTMAX
    code = tflite.OperatorCodeT(deprecatedBuiltinCode=number, builtinCode=number, version=1)
    model = tflite.ModelT(version=3, operatorCodes=[code], subgraphs=[graph], buffers=[tflite.BufferT()])
    facts = metadata.Facts("known good", "", "", 16_000, list("abcd"))
    return metadata.write_with_schema(tflite_metadata.pack(model, tflite_metadata.MODEL), facts)


def main(runtime, *paths):
    """Print READY, then a line of JSON for each file; the last words on standard error are about what failed."""
    windows = np.load(io.BytesIO(sys.stdin.buffer.read()))
    run = {"LiteRT": _litert, "MediaPipe Tasks": _mediapipe, "Task Library": _task_library}[runtime]
    try:
        with tempfile.TemporaryDirectory() as folder:
            good = Path(folder) / "known_good.tflite"
            good.write_bytes(_known_good())
            run(good, np.zeros((1, 4), "float32"))
        print(READY, flush=True)
        for path in paths:
            print(json.dumps(np.asarray(run(Path(path), windows)).tolist()), flush=True)
    except Exception as error:
        print(f"{type(error).__name__}: {error}".replace("\n", " "), file=sys.stderr, flush=True)
        os._exit(1)  # what a runtime says while it is taken down would be the last word


if __name__ == "__main__":
    main(*sys.argv[1:])
