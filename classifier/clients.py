"""Ask the clients a phone uses what they make of a .tflite: LiteRT, MediaPipe Tasks, Task Library.

Each runs in a process of its own: two of them can not be imported beside TensorFlow, and a model that crashes a client
must not take the caller with it.

    python -m classifier.clients NAME FILE.tflite ... < pieces.npy
"""

import importlib.util
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from classifier import artifact, no_graphics
from classifier.console import progress, table
from classifier.recording import read
from Constants import InputError, cut_audio_pad_last

TOLERANCE = 1e-3  # largest difference of a probability; the Task Library runs an older TensorFlow Lite
PATIENCE = 600  # seconds for an answer to all pieces
TOLERANCE_IN_8_BITS = 0.1  # the same of files with 8 bits: older kernels round otherwise, which made 0.03 of YAMNet

CLIENTS = {"LiteRT": "ai_edge_litert", "MediaPipe Tasks": "mediapipe", "Task Library": "tflite_support"}


def installed():
    """The names of the clients this environment has."""
    return [name for name, package in CLIENTS.items() if importlib.util.find_spec(package)]


def ask(client, path, pieces):
    """What a client answers.

    Args:
        client: a key of CLIENTS.
        path: a .tflite with metadata.
        pieces: (pieces, n) float32, each a full input.

    Returns:
        (pieces, labels) probabilities, in the order of the model's outputs.

    Raises:
        InputError: the client can not load or run the file; the message ends with its own words.
    """
    answer = ask_all(client, [path], pieces)[0]
    if isinstance(answer, InputError):
        raise answer
    return answer


def ask_all(client, paths, pieces):
    """The same of several files with the same inputs: a list of what `ask` returns, or would raise, for each."""
    answers = []
    while len(answers) < len(paths):  # a file that takes the client down is the last that it was asked about
        answers += _ask(client, paths[len(answers) :], pieces)
    return answers


def _ask(client, paths, pieces):
    """Ask a process about files, up to the first that ends it."""
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(pieces, "float32"))
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-m", "classifier.clients", client, *(str(Path(path).resolve()) for path in paths)]
    try:
        child = subprocess.run(command, input=buffer.getvalue(), capture_output=True, cwd=root, timeout=PATIENCE)
    except subprocess.TimeoutExpired as late:
        answers, how = _read(late.stdout or b""), f"does not answer within {PATIENCE} s to"
        return [*answers, InputError(f"{client} {how} {paths[len(answers)]}")]
    if child.returncode == 0:
        return _read(child.stdout)
    answers = _read(child.stdout)[: len(paths) - 1]
    words = child.stderr.decode(errors="replace").strip().splitlines() or [f"it ended with code {child.returncode}"]
    return [*answers, InputError(f"{client} can not run {paths[len(answers)]}: {words[-1]}")]


def _read(lines):
    return [np.array(json.loads(line)) for line in lines.splitlines()]


def tolerance(kind):
    """The largest difference of a probability between clients that run a file of a kind (of artifact.KINDS)."""
    return TOLERANCE if kind in (artifact.FLOAT32, artifact.FLOAT16) else TOLERANCE_IN_8_BITS


def compare(trained, recording):
    """Ask every installed client about a recording, print what each answers, and make sure that they agree.

    Raises:
        InputError: a client can not run a file, or two of them differ; the file is not left behind.
    """
    signal = read(recording, trained.contract.sample_rate)
    pieces = cut_audio_pad_last(signal, trained.contract.piece_length)
    for file in artifact.app_files(trained):
        if not file.is_dropin:
            _compare(trained, file, recording, pieces)
    for client in sorted(set(CLIENTS) - set(installed())):
        print(f"{client} is not installed here, and was not asked")


def _compare(trained, file, recording, pieces):
    try:
        asked = progress(installed(), f"asking the clients about {file.target.name}")
        answers = {client: ask(client, file.target, pieces) for client in asked}
        _make_sure_they_agree(answers, file)
    except InputError:
        file.target.unlink()
        raise
    print(f"{recording}, mean of {len(pieces)} piece(s), by {file.target} ({file.kind}):")
    means = {client: answer.mean(axis=0) for client, answer in answers.items()}
    table(
        ["client", *trained.labels], [[client, *(f"{value:.4f}" for value in mean)] for client, mean in means.items()]
    )


def _make_sure_they_agree(answers, file):
    first, *others = answers
    for client in others:
        difference = float(np.abs(answers[client] - answers[first]).max())
        if difference > tolerance(file.kind):
            raise InputError(
                f"{client} and {first} differ by {difference:.1e} on {file.target}; it is not kept. Take another kind "
                "of file with --variant"
            )


def _litert(path, pieces):
    from classifier.prediction import LiteRT

    return LiteRT(path).run(pieces)


def _mediapipe(path, pieces):
    sys.modules["tensorflow"] = None  # mediapipe imports it where it can, and does not need it
    no_graphics.provide()
    from mediapipe.tasks.python import audio
    from mediapipe.tasks.python.components.containers import AudioData

    from classifier import metadata

    rate, labels = metadata.read(path)
    answers = []
    with audio.AudioClassifier.create_from_model_path(str(path)) as classifier:
        for piece in pieces:
            categories = classifier.classify(AudioData.create_from_array(piece, rate))[0].classifications[0].categories
            answers.append(_in_order(labels, {category.category_name: category.score for category in categories}))
    return answers


def _task_library(path, pieces):
    from classifier import metadata

    _, labels = metadata.read(path)
    if "tflite_support" not in sys.modules:
        metadata.prepare_tflite_support()
    from tflite_support.task import audio

    classifier = audio.AudioClassifier.create_from_file(str(path))
    answers = []
    for piece in pieces:
        tensor = classifier.create_input_tensor_audio()
        tensor.load_from_array(piece[:, None])
        categories = classifier.classify(tensor).classifications[0].categories
        answers.append(_in_order(labels, {category.category_name: category.score for category in categories}))
    return answers


def _in_order(labels, scores):
    if set(scores) != set(labels):
        raise ValueError(f"it answers {sorted(scores)}, not {sorted(labels)}")
    return [float(scores[label]) for label in labels]


def main(client, *paths):
    pieces = np.load(io.BytesIO(sys.stdin.buffer.read()))
    ask_it = {"LiteRT": _litert, "MediaPipe Tasks": _mediapipe, "Task Library": _task_library}[client]
    for path in paths:
        try:
            answers = ask_it(Path(path), pieces)
        except Exception as error:
            print(f"{type(error).__name__}: {error}".replace("\n", " "), file=sys.stderr, flush=True)
            os._exit(1)  # what a client says while it is taken down would be the last word
        print(json.dumps(np.asarray(answers).tolist()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
