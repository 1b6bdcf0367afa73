"""Run a trained model on recordings: LiteRT where there is a .tflite, Keras where there is none, behind one call.

TensorFlow is not imported for LiteRT, which starts in a fifth of a second.
"""

import contextlib
import functools
import json
import math
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from classifier.audio import recording
from classifier.audio.spectrograms import mel_spectrograms
from classifier.audio.windows import cut_audio_pad_last
from classifier.core.console import quiet_libraries, table
from classifier.core.errors import InputError
from classifier.core.parallel import cpu_count
from classifier.records import artifact, tflite_metadata
from classifier.records.audio_format import AudioFormat
from classifier.scoring.thresholds import decide
from Constants import TRAINED

NONE = "none of them"  # a model's most probable label may still be too improbable to be said
COLUMNS = 8  # labels that a table has room for
HELD = 4  # models, by a process that is asked again and again
SAID = 5  # labels that are said of a window where there are more


_one_at_a_time = threading.Lock()  # quiet_libraries turns standard error round for the whole process


class LiteRT:
    """A .tflite file with one input and one output, run in a thread per processor; several threads may ask at once.

    The input is [1, n] or [n] of float32, the output [1, labels] or [labels]. Windows go in singly: an input that is
    made longer is no faster, and a file with the features inside then answers for its first windows only.

    Args:
        threads: that it may use, where not one per processor.
    """

    def __init__(self, path, threads=None):
        self.path = Path(path)
        self.threads = threads or cpu_count()
        if not self.path.is_file():
            raise InputError(f"{self.path}: there is no such model; run ConvertModelToTFLite.py first")
        first = self._interpreter()
        self.idle = deque([first])
        details = first.get_input_details()
        shape, kind = details[0]["shape"].tolist(), details[0]["dtype"].__name__
        self.n_inputs = math.prod(shape)
        if len(details) != 1 or shape not in ([self.n_inputs], [1, self.n_inputs]) or kind != "float32":
            raise InputError(f"{self.path} takes {shape} of {kind}; only [1, n] or [n] of float32 can be run here")
        answer = first.get_output_details()[0]
        self.n_outputs = int(answer["shape"][-1])
        self.shape, self.input, self.output = shape, details[0]["index"], answer["index"]

    def _interpreter(self):
        with _one_at_a_time, quiet_libraries():
            from ai_edge_litert.interpreter import Interpreter

            try:
                interpreter = Interpreter(model_path=str(self.path), num_threads=1)
                interpreter.allocate_tensors()
            except (ValueError, RuntimeError) as error:
                raise InputError(f"{self.path} is no model that LiteRT can load: {error}") from None
        return interpreter

    def run(self, rows):
        """(rows, n) float32 -> (rows, labels)."""
        workers = min(self.threads, len(rows) // 4)
        if workers < 2:
            return self._run(rows)
        with ThreadPoolExecutor(workers) as pool:
            return np.concatenate(list(pool.map(self._run, np.array_split(rows, workers))))

    def _run(self, rows):
        with self._borrowed() as interpreter:
            results = np.empty((len(rows), self.n_outputs), "float32")
            for row, result in zip(rows, results, strict=True):
                interpreter.set_tensor(self.input, np.asarray(row, "float32").reshape(self.shape))
                interpreter.invoke()
                result[:] = interpreter.get_tensor(self.output).reshape(-1)
        return results

    @contextlib.contextmanager
    def _borrowed(self):
        """An interpreter that nobody else has: they cannot be shared."""
        try:
            interpreter = self.idle.pop()
        except IndexError:
            interpreter = self._interpreter()
        try:
            yield interpreter
        finally:
            self.idle.append(interpreter)


def probes(audio_format, seed=0):
    """Three windows no recording gives: silence, full-scale noise and a tone of 1 kHz. (3, window_length) float32.

    The noise behind the tone is as faint as 14 bits are: beside a pure tone, a spectrum is what an FFT rounds to.
    """
    noise = np.random.default_rng(seed).uniform(-1, 1, audio_format.window_length)
    tone = np.sin(2 * np.pi * 1000 * np.arange(audio_format.window_length) / audio_format.sample_rate)
    tone = 0.99 * tone + 1e-4 * noise
    return np.stack([np.zeros(audio_format.window_length), noise, tone]).astype("float32")


@dataclass(frozen=True)
class Predictor:
    """A model ready to answer; `probabilities` takes (windows, window_length) audio and returns (windows, labels).

    thresholds: {label: how probable it must be to be said}, chosen in training; a .tflite alone does not tell them.
    """

    source: Path
    audio_format: AudioFormat
    labels: list
    probabilities: callable
    thresholds: dict = field(default_factory=dict)


def load(path, threads=None):
    """A predictor for a trained model's folder, or for a .tflite file with metadata that takes raw audio.

    A folder answers with its model.tflite, or with Keras while it is not converted. The bare name of a network that
    is published as such a file, "yamnet", stands for that file, which is downloaded where it is not here yet.

    Args:
        threads: that LiteRT may use, where not one per processor.

    Raises:
        InputError: there is no such model, or it does not say what its labels or its sample rate are.
    """
    path = Path(path)
    if path.name == str(path) and path.suffix != ".tflite" and not path.exists():
        path = _published(path.name)
    if path.suffix == ".tflite":
        model = LiteRT(path, threads)
        sample_rate, labels = tflite_metadata.read(path)
        if len(labels) != model.n_outputs:
            raise InputError(f"{path} has {model.n_outputs} outputs and {len(labels)} labels; write its metadata again")
        return Predictor(path, AudioFormat(sample_rate=sample_rate, window_length=model.n_inputs), labels, model.run)
    trained = artifact.load(path)
    if (path / artifact.TFLITE).is_file():
        model = LiteRT(path / artifact.TFLITE, threads)
        return Predictor(model.path, trained.audio_format, trained.labels, model.run, trained.thresholds)
    model = artifact.load_keras(trained)
    source = path / artifact.MODEL
    answer = functools.partial(model.predict, verbose=0)
    return Predictor(source, trained.audio_format, trained.labels, answer, trained.thresholds)


@functools.lru_cache(HELD)
def held(path, version, threads=None):
    """`load`, once for each version of what lies there."""
    return load(path, threads)


def _published(name):
    """The file of a network that answers without any training."""
    from classifier.pretrained import weights  # what it downloads with takes a third of a second to import

    if name in weights.answering():
        return weights.fetch(name)
    trained = ", ".join(sorted(run.parent.name for run in TRAINED.glob(f"*/{artifact.RUN}")))
    raise InputError(
        f"{name}: there is no trained model; name a folder of {TRAINED} ({trained or 'none yet: run TrainModel.py'}), "
        f"a .tflite file, or {', '.join(weights.answering())}"
    )


def load_dropin(path):
    """A predictor that does what the app around a drop-in does: mel spectrograms by librosa, then the drop-in.

    Args:
        path: a trained model's folder, or the drop-in in it, with or without metadata.
    """
    path = Path(path)
    trained = artifact.load(path.parent if path.suffix == ".tflite" else path)
    if path.suffix != ".tflite":
        path = next((file.source for file in artifact.app_files(trained) if file.is_dropin), None)
    if path is None:
        raise InputError(
            f"{trained.folder} has no drop-in: no app computes half of its features; use TestSignalModel.py"
        )
    model = LiteRT(path)
    values = trained.audio_format.n_mels * trained.audio_format.n_frames
    if model.n_inputs != values:
        raise InputError(
            f"{model.path} takes {model.n_inputs} values, a mel spectrogram has {values}: it is no drop-in"
        )

    def probabilities(windows):
        return model.run(np.array([mel.ravel() for mel in mel_spectrograms(windows, trained.audio_format)]))

    return Predictor(model.path, trained.audio_format, trained.labels, probabilities, trained.thresholds)


@dataclass(frozen=True)
class Answer:
    """What a model says of a recording.

    labels: names, in the order of the columns.
    starts, ends: (windows,) seconds.
    windows: (windows, labels) probabilities.
    recording: (labels,) their mean.
    thresholds: {label: how probable it must be to be said}.
    """

    labels: list
    starts: np.ndarray
    ends: np.ndarray
    windows: np.ndarray
    recording: np.ndarray
    thresholds: dict

    @property
    def label(self):
        """What the recording is; None when it is none of the labels."""
        return self.label_of(self.recording)

    def label_of(self, row):
        """The same of (labels,) probabilities."""
        index = decide(row[None], self.thresholds, self.labels)[0]
        return None if index is None else self.labels[index]

    def _in_words(self, row):
        """The most probable labels of a window; not with commas between them, which are a part of some labels."""
        most = np.argsort(-row, kind="stable")[:SAID]
        words = "; ".join(f"{self.labels[i]} {row[i]:.1%}" for i in most)
        return words if self.label_of(row) else f"{NONE}: {words}"

    def as_dict(self):
        def named(row):
            return {label: round(float(value), 6) for label, value in zip(self.labels, row, strict=True)}

        times = zip(self.starts, self.ends, self.windows, strict=True)
        windows = [
            {"start": float(start), "end": float(end), "label": self.label_of(row), "probabilities": named(row)}
            for start, end, row in times
        ]
        return {"label": self.label, "probabilities": named(self.recording), "windows": windows}

    def show(self, model, path, as_json=False):
        """Print it, as a table or as JSON."""
        if as_json:
            print(
                json.dumps(
                    {"model": str(model), "recording": str(path), **self.as_dict()}, indent=2, ensure_ascii=False
                )
            )
            return
        print(f"{path}, by {model}:")
        times = [f"{start:.2f} - {end:.2f} s" for start, end in zip(self.starts, self.ends, strict=True)]
        rows = list(zip([*times, "recording"], [*self.windows, self.recording], strict=True))
        if len(self.labels) > COLUMNS:
            table(["window", "most probable"], [[what, self._in_words(row)] for what, row in rows])
        else:
            rows = [[what, *(f"{value:.1%}" for value in row), self.label_of(row) or NONE] for what, row in rows]
            table(["window", *self.labels, "it is"], rows)
        best = self.labels[int(self.recording.argmax())]
        why = "" if self.label else f" ({best} would have to reach {self.thresholds[best]:.1%})"
        print(f"it is: {self.label or NONE}{why}")


def classify(predictor, path):
    """Answer for a recording."""
    return answer(predictor, recording.read(path, predictor.audio_format.sample_rate))


def answer(predictor, signal, overlap=0.0):
    """Answer for (samples,) audio, window by window, the last window padded with silence.

    overlap: how much of a window the next one has too, from 0 to less than 1.
    """
    rate, length = predictor.audio_format.sample_rate, predictor.audio_format.window_length
    hop = max(1, round(length * (1 - overlap)))
    windows = predictor.probabilities(cut_audio_pad_last(signal, length, hop))
    starts = np.arange(len(windows)) * hop / rate
    ends = np.minimum(starts + length / rate, len(signal) / rate)
    return Answer(predictor.labels, starts, ends, windows, windows.mean(axis=0), predictor.thresholds)
