"""The page of CheckModel.py: what a .tflite is, which runtimes take it, and what is wrong with it."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from classifier.core import console
from classifier.core.errors import InputError
from classifier.core.text import plain
from classifier.export import diagnostics, inspection, runtime_trial
from classifier.export.config import CheckConfig
from classifier.export.runtimes import RUNTIMES
from classifier.records import artifact

LABELS = 5  # that are named
WIDTH = 100  # columns of the page
OPERATORS = {  # in plain words; what is not here is arithmetic
    "convolution": ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "CONV_3D"),
    "dense layer": ("FULLY_CONNECTED", "BATCH_MATMUL"),
    "recurrent layer": ("LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM", "BIDIRECTIONAL_SEQUENCE_LSTM", "RNN", "SVDF", "WHILE"),
    "pooling": ("MAX_POOL_2D", "AVERAGE_POOL_2D", "MEAN", "REDUCE_MAX"),
    "Fourier transform": ("RFFT2D",),
    "softmax or sigmoid": ("SOFTMAX", "LOGISTIC"),
}


@dataclass(frozen=True)
class Check:
    """A file that was checked."""

    path: Path
    export: inspection.Export
    trial: runtime_trial.Trial
    findings: Sequence[diagnostics.Finding]

    @property
    def n_faults(self) -> int:
        """How many findings keep any app from using it."""
        return sum(finding.is_fault and not finding.runtime for finding in self.findings)

    @property
    def usable(self) -> bool:
        """Whether an app can use it, with one of the runtimes."""
        return not self.n_faults

    @property
    def not_with(self) -> list[str]:
        """Runtimes that alone cannot use it."""
        return sorted({finding.runtime for finding in self.findings if finding.is_fault and finding.runtime})


@dataclass(frozen=True)
class Refusal:
    """A file that is no .tflite; why: the sentence that says so."""

    path: Path
    why: str
    usable: bool = False


def check_all(config: CheckConfig) -> Iterator[Check | Refusal]:
    """Check files one after the other; one that is no .tflite does not keep the others from it.

    Raises:
        InputError: there is but one file, and it is no .tflite, or it has no such output; there is none.
    """
    paths = config.paths()
    for path in paths:
        try:
            yield check(path, config.recording, config.head, config.activation)
        except InputError as error:
            if len(paths) == 1:
                raise
            console.say(error)
            yield Refusal(path, str(error))


def check(path: Path, recording: Path | None = None, head: str | None = None, activation: str | None = None) -> Check:
    """Look into a file, try it in every runtime, and find what is wrong.

    Args:
        recording: that runtimes are given; None: one held out in training, else one of data_short.
        head, activation: as of predictor.load_predictor.

    Raises:
        InputError: it is no .tflite, it has no such output or needs no activation, or the recording cannot be read.
    """
    export = inspection.look_into(path, head)
    trial = runtime_trial.run(export, recording or artifact.example(path), activation)
    return Check(path, export, trial, diagnostics.findings(export, trial))


def as_json(checks: Sequence[Check | Refusal]) -> str:
    """All checks as JSON; NaN and infinity, which JSON does not know, as null."""
    without_nan = json.loads(json.dumps([_as_dict(one) for one in checks]), parse_constant=lambda _: None)
    return json.dumps(without_nan, indent=2, ensure_ascii=False)


def show(check: Check) -> None:
    """Print the page of a file that could be checked."""
    export, trial = check.export, check.trial
    print(f"{export.path}\n")
    for name, text in _facts(export):
        _entry(name, text)
    print(f"\nruntimes, on {trial.recording}:\n")
    for runtime in RUNTIMES:
        if runtime in trial.predictions:
            predictions = _top(trial.top(runtime, export.labels))
            _entry(runtime, f"loads it; {predictions}")
        elif runtime in trial.refusals:
            _entry(runtime, trial.refusals[runtime].words)
        else:
            _entry(runtime, f"not tried here ({trial.not_tried[runtime]})")
    for title, is_fault in (("faults", True), ("notes", False)):
        listed = [finding for finding in check.findings if finding.is_fault == is_fault]
        print(f"\n{title}: {len(listed) or 'none'}")
        for number, finding in enumerate(listed, 1):
            _wrapped(f"\n{number}. ", f"{finding.what}.")
            _wrapped("   in the app: ", finding.seen)
            do, colon, command = finding.do.partition(": python ")
            _wrapped("   to do: ", do + colon[:1])
            if command:
                print(f"\n       python {command}")  # whole, to be pasted
    n = check.n_faults
    can = f"cannot use it: {n} fault{'s' if n > 1 else ''}" if n else "can use it"
    without = f", but not with {' or '.join(check.not_with)}" if check.not_with and not n else ""
    mel = ", if it computes the mel spectrogram itself" if export.mel and not n else ""
    stream = ", hop by hop, with LiteRT" if export.is_stream and not n else ""
    print(f"\nverdict: an app {can}{without}{mel}{stream}\n")


def _as_dict(check: Check | Refusal) -> dict[str, Any]:
    if isinstance(check, Refusal):
        return {"file": str(check.path), "refused": check.why, "usable": False}
    export, trial = check.export, check.trial
    by_runtime: dict[str, dict[str, Any]] = {
        runtime: {"predictions": trial.top(runtime, export.labels)} for runtime in trial.predictions
    }
    by_runtime |= {runtime: {"refuses": refusal.words} for runtime, refusal in trial.refusals.items()}
    by_runtime |= {runtime: {"not_tried": why} for runtime, why in trial.not_tried.items()}
    return {
        "file": str(check.path),
        "bytes": export.size,
        "inputs": [asdict(tensor) for tensor in export.inputs],
        "outputs": [asdict(tensor) for tensor in export.outputs],
        "labels": export.labels,
        "sample_rate": export.sample_rate or None,
        "operators": export.operators,
        "runs": export.runs,
        "custom": export.custom,
        "metadata": export.metadata,
        "recording": str(trial.recording),
        "runtimes": by_runtime,
        "findings": [asdict(finding) for finding in check.findings],
        "usable": check.usable,
        "not_with": check.not_with,
    }


def _facts(export) -> Iterator[tuple[str, str]]:
    """What it is: (name, text)."""
    yield "size", f"{export.size / 1000:,.0f} KB"
    yield "input", f"{'; '.join(map(str, export.inputs))}: {_meaning(export)}"
    yield "output", "; ".join(map(str, export.outputs))
    more = len(export.labels) - LABELS
    first = "; ".join(plain(label) for label in export.labels[:LABELS])
    yield "labels", f"{len(export.labels)}: {first}{f'; and {more} more' if more > 0 else ''}" if first else "none"
    yield "operators", f"{export.operators.total()}: " + ", ".join(f"{n} {how}" for how, n in export.runs.most_common())
    groups = {what: sum(export.operators[name] for name in names) for what, names in OPERATORS.items()}
    yield "", "of which " + ", ".join(f"{n} x {what}" for what, n in groups.items() if n)
    yield "not built in", plain(", ".join(export.custom)) or "none"
    if export.metadata:
        parser = plain(export.metadata.get("min_parser_version", "any"))
        channels = export.audio.get("channels", 0)
        audio = f"{export.sample_rate} Hz, {channels} channel{'s' * (channels != 1)}" if export.audio else "no audio"
        yield "metadata", f"yes: {audio}, for parsers from version {parser} on"
    else:
        yield "metadata", "none" if export.metadata == {} else "damaged"


def _meaning(export):
    n, rate = export.n_inputs, export.sample_rate
    if export.mel:
        return f"{n:,} values, a mel spectrogram of {export.mel.n_mels} x {export.mel.n_frames}"
    return f"{n / rate:.4g} s of audio at {rate} Hz" if rate else f"{n:,} values, nothing says of what"


def _top(values):
    """Probabilities in percent; what are none as they are."""
    digits = ".1%" if all(0 <= value <= 1 for _, value in values) else ".3g"
    return "; ".join(f"{label} {value:{digits}}" for label, value in values)


def _entry(name, text):
    _wrapped(f"{name:18}", text)


def _wrapped(begin, text):
    after = " " * len(begin.strip("\n"))
    wrapper = textwrap.TextWrapper(WIDTH, begin, after, break_long_words=False, break_on_hyphens=False)
    print(wrapper.fill(text))
