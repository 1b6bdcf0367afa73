"""Run .tflite files in one runtime, in a process of its own; runtimes.py starts it.

Before its first file a runtime classifies with a model that is known to be good. One that fails at that cannot run on
this machine, which says nothing of a file.

    python -m classifier.export.runtime_process NAME FILE.tflite ... [--head=OUTPUT] < windows.npy
"""

import io
import json
import os
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

import numpy as np

from classifier.core.errors import InputError
from classifier.export import metadata
from classifier.export.runtimes import READY, Reason
from classifier.records import tflite_metadata


class OtherLabelsError(Exception):
    """The labels that a runtime gives are not those of the file."""


class OtherEmbedderError(Exception):
    """The package of a runtime embeds audio with models of another format."""


def _litert(path, windows, head=None):
    from ai_edge_litert.interpreter import Interpreter

    from classifier.inference.litert import LiteRT

    interpreter = Interpreter(model_path=str(path))  # fails in its own words
    for n_labels in dict.fromkeys((_n_labels(path), None)):  # where the labels do not fit, the rest may still be right
        try:
            return LiteRT(path, head=head, n_labels=n_labels, open_length=windows.shape[1]).run(windows)
        except InputError:
            if n_labels is None:
                interpreter.allocate_tensors()  # the same
                raise


def _n_labels(path):
    try:
        return len(tflite_metadata.read(path)[1])
    except InputError:
        return None


def _mediapipe(path, windows):
    sys.modules["tensorflow"] = None  # ty: ignore[invalid-assignment]  # mediapipe does not need it
    for name in ("cv2", "matplotlib", "matplotlib.pyplot"):  # the same; OpenCV asks for graphics libraries of its own
        sys.modules.setdefault(name, types.ModuleType(name))
    from mediapipe.tasks.python import audio
    from mediapipe.tasks.python.components.containers import AudioData

    if rate := tflite_metadata.embedding_rate(path):
        if not hasattr(audio, "AudioEmbedder"):  # as of mediapipe 1; those of phones are as they were
            raise OtherEmbedderError("this mediapipe for Python has an AudioEmbedder for .litertlm files only")
        with audio.AudioEmbedder.create_from_model_path(str(path)) as embedder:
            results = [embedder.embed(AudioData.create_from_array(window, rate))[0] for window in windows]
        return [result.embeddings[0].embedding for result in results]
    rate, labels = tflite_metadata.read(path)
    predictions = []
    with audio.AudioClassifier.create_from_model_path(str(path)) as classifier:
        for window in windows:
            categories = classifier.classify(AudioData.create_from_array(window, rate))[0].classifications[0].categories
            predictions.append(_in_order(labels, {category.category_name: category.score for category in categories}))
    return predictions


def _task_library(path, windows):
    gives_embeddings = tflite_metadata.embedding_rate(path)
    labels = [] if gives_embeddings else tflite_metadata.read(path)[1]
    if "tflite_support" not in sys.modules:
        metadata.prepare_tflite_support()
    from tflite_support.task import audio

    task: Any = (audio.AudioEmbedder if gives_embeddings else audio.AudioClassifier).create_from_file(str(path))
    results = []
    for window in windows:
        tensor = task.create_input_tensor_audio()
        tensor.load_from_array(window[:, None])
        if gives_embeddings:
            results.append(task.embed(tensor).embeddings[0].feature_vector.value)
        else:
            categories = task.classify(tensor).classifications[0].categories
            results.append(_in_order(labels, {category.category_name: category.score for category in categories}))
    return results


def _in_order(labels, scores):
    if set(scores) != set(labels):
        raise OtherLabelsError(f"predicts {sorted(scores)}, not {sorted(labels)}")
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


def main(runtime: str, *paths: str, head: str | None = None) -> None:
    """Print lines of JSON: READY, then the predictions of each file; of what fails {"error", "reason", "words"}."""
    windows = np.load(io.BytesIO(sys.stdin.buffer.read()))
    run = {"LiteRT": _litert, "MediaPipe Tasks": _mediapipe, "Task Library": _task_library}[runtime]
    try:
        with tempfile.TemporaryDirectory() as folder:
            good = Path(folder) / "known_good.tflite"
            good.write_bytes(_known_good())
            run(good, np.zeros((1, 4), "float32"))
        _print(READY)
        for path in paths:
            chosen = {"head": head} if head and run is _litert else {}
            _print(np.asarray(run(Path(path), windows, **chosen)).tolist())
    except Exception as error:
        words = str(error).replace("\n", " ")
        _print({"error": type(error).__name__, "reason": _reason(error), "words": words})
        os._exit(1)  # a runtime may crash while it is taken down


def _print(line):
    print(json.dumps(line), flush=True)


def _reason(error):
    if isinstance(error, InputError):
        return Reason.NOT_ASKED  # ours
    if isinstance(error, OtherLabelsError):
        return Reason.OTHER_LABELS
    return Reason.BINDINGS if isinstance(error, TypeError | OtherEmbedderError) else Reason.FAILED


if __name__ == "__main__":
    options = [word.partition("=")[2] for word in sys.argv if word.startswith("--head=")]
    main(*(word for word in sys.argv[1:] if not word.startswith("--head=")), head=next(iter(options), None))
