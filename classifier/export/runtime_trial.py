"""Try a .tflite in every runtime: on silence, noise, a tone and a recording."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.audio import recording
from classifier.audio.spectrograms import mel_spectrograms
from classifier.core.text import plain
from classifier.export import runtimes
from classifier.export.inspection import LARGEST_INPUT, Export
from classifier.export.runtimes import Reason
from classifier.export.stream_runner import StreamRunner
from classifier.inference import litert, outputs
from classifier.inference.outputs import Activation
from classifier.inference.predictor import OPEN_SECONDS
from classifier.records.audio_format import AudioFormat

WINDOWS = 30  # of the recording that runtimes are asked about
PROBES = ("silence", "noise", "a tone")


@dataclass(frozen=True)
class Refusal:
    """Why a runtime has no predictions of a file: in words that go on after the runtime's name, and the reason."""

    words: str
    reason: Reason = Reason.FAILED


@dataclass(frozen=True)
class Trial:
    """What the runtimes predict.

    Attributes:
        recording: that they were given, behind PROBES.
        predictions: {runtime: (probes and windows, outputs)}.
        refusals: {runtime: why it has none}.
        not_tried: {runtime: why it cannot run here}.
        activation: that a person named, for `top`.
    """

    recording: Path
    predictions: Mapping[str, np.ndarray]
    refusals: Mapping[str, Refusal]
    not_tried: Mapping[str, str]
    activation: Activation = Activation.NONE

    def top(self, runtime: str, labels: Sequence[str], n: int = 3) -> list[tuple[str, float]]:
        """[(label, probability)] of the recording, the mean of its windows, largest first."""
        mean = self.activation.apply(self.predictions[runtime][len(PROBES) :]).mean(axis=0)
        names = labels if len(labels) == len(mean) else [f"output {i}" for i in range(len(mean))]
        return [(plain(names[i].rstrip("\r")), float(mean[i])) for i in np.argsort(-mean, kind="stable")[:n]]


def run(export: Export, path: Path, activation: str | None = None) -> Trial:
    """Ask every runtime about silence, noise, a tone and a recording, each in a process of its own.

    Args:
        export: the file.
        path: of the recording.
        activation: as of predictor.load_predictor.

    Raises:
        InputError: the recording cannot be read, or the file gives probabilities and needs no activation.
    """
    if not 1 <= export.n_inputs <= LARGEST_INPUT:
        refusal = Refusal("was not asked: its input has no usable length", Reason.NOT_ASKED)
        return Trial(path, {}, dict.fromkeys(runtimes.RUNTIMES, refusal), {})
    if export.is_stream:
        refusal = Refusal("was not asked: it is a stream, which LiteRT alone runs", Reason.NOT_ASKED)
        others = {runtime: refusal for runtime in runtimes.RUNTIMES if runtime != "LiteRT"}
        return Trial(path, {"LiteRT": _hop_by_hop(export, path)}, others, {})
    rows, head = _rows(export, path), export.head.title if len(export.heads) > 1 else None
    predictions, refusals, not_tried = {}, {}, {}
    for runtime in runtimes.in_turn(export.path.name):
        if export.metadata is None and runtime != "LiteRT":
            refusals[runtime] = Refusal("was not asked: its metadata cannot be read", Reason.NOT_ASKED)
            continue
        try:
            predictions[runtime] = runtimes.ask(runtime, export.path, rows, head)
        except runtimes.CannotRunHereError as error:
            not_tried[runtime] = error.why
        except runtimes.RefusesFileError as error:
            refusals[runtime] = Refusal(_in_words(error, export.path), error.reason)
    chosen = Activation(activation or Activation.NONE)
    if chosen != Activation.NONE and "LiteRT" in predictions:
        outputs.check_needed(export.path, chosen, export.last, predictions["LiteRT"])
    return Trial(path, predictions, refusals, not_tried, chosen)


def _rows(export, path):
    """(probes and windows, n_inputs) float32."""
    rate = export.sample_rate if recording.RATES[0] <= export.sample_rate <= recording.RATES[1] else 0
    audio_format = export.mel or AudioFormat(
        sample_rate=rate or AudioFormat().sample_rate,
        window_length=OPEN_SECONDS * (rate or AudioFormat().sample_rate) if export.is_open else export.n_inputs,
    )
    windows = recording.windows(path, audio_format.sample_rate, audio_format.window_length)
    rows = np.concatenate([litert.probes(audio_format), list(itertools.islice(windows, WINDOWS))])
    return np.array([mel.ravel() for mel in mel_spectrograms(list(rows), audio_format)]) if export.mel else rows


def _hop_by_hop(export, path):
    """(probes and hops, outputs): each probe begins anew, and the recording is one stream."""
    *probes, recorded = np.split(_rows(export, path), range(1, len(PROBES) + 1))
    streams = [(StreamRunner(export.path), hops) for hops in (*probes, recorded)]
    return np.array([stream.push(hop) for stream, hops in streams for hop in hops])


def _in_words(error, path):
    words = error.words.replace(str(path.resolve()), "it").removeprefix("it: ")
    if error.reason == Reason.BINDINGS:
        return "fails without words of its own"
    if error.reason == Reason.OTHER_LABELS:
        return plain(words)
    if error.reason == Reason.NOT_ASKED:
        return plain(f"was not asked: {words.partition(';')[0]}")
    return plain(f"cannot run it: {words or error.why}")
