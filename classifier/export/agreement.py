"""The runtimes of a phone must agree on the files that go into an app."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from classifier.audio.recording import read
from classifier.audio.windows import cut_audio_pad_last
from classifier.core.console import table
from classifier.core.errors import InputError
from classifier.export import runtimes
from classifier.inference.prediction import NO_LABEL
from classifier.records import artifact, tflite_files
from classifier.records.conversion import FLOAT16, FLOAT32
from classifier.scoring.metrics import heard
from classifier.scoring.thresholds import in_order

STRETCHES = 10  # of windows with the same labels, that are printed


def tolerance(variant: str) -> float:
    """The largest difference of a probability that is allowed between runtimes which run a variant."""
    return runtimes.TOLERANCE if variant in (FLOAT32, FLOAT16) else runtimes.TOLERANCE_IN_8_BITS


def compare(trained: artifact.Artifact, recording: Path) -> None:
    """Ask every runtime about a recording, print what each predicts, and make sure that they agree.

    Raises:
        InputError: a runtime refuses a file, or two of them differ; the file is not left behind.
    """
    signal = read(recording, trained.audio_format.sample_rate, trained.record.config.channel)
    windows = cut_audio_pad_last(signal, trained.audio_format.window_length)
    not_tried = {}
    for file in tflite_files.app_files(trained):
        if not file.is_dropin:
            not_tried |= _compare(trained, file, recording, windows)
    for runtime, why in not_tried.items():
        print(f"{runtime}: not tried here ({why})")


def _compare(trained, file, recording, windows):
    """{runtime: why} of those that cannot run here."""
    predictions, not_tried = {}, {}
    try:
        for runtime in runtimes.in_turn(file.target.name):
            try:
                predictions[runtime] = runtimes.ask(runtime, file.target, windows)
            except runtimes.CannotRunHereError as error:
                not_tried[runtime] = error.why
        _make_sure_they_agree(predictions, file)
    except InputError:
        file.target.unlink()
        raise
    print(f"{recording}, mean of {len(windows)} window(s), by {file.target} ({file.variant}):")
    means = {runtime: of_runtime.mean(axis=0) for runtime, of_runtime in predictions.items()}
    rows = [[name, *(f"{value:.4f}" for value in mean)] for name, mean in means.items()]
    if not trained.record.config.multi_label:
        table(["runtime", *trained.labels], rows)
        return not_tried
    limits = in_order(trained.rule.thresholds, trained.labels)
    table(["runtime", *trained.labels], [*rows, ["threshold", *(f"{limit:.4f}" for limit in limits)]])
    for line in reported(next(iter(predictions.values())), trained.labels, limits, trained.audio_format.seconds):
        print(line)
    return not_tried


def reported(windows: np.ndarray, labels: Sequence[str], limits: np.ndarray, seconds: float) -> list[str]:
    """Sentences on the labels that reach their thresholds in a recording, and in its windows.

    Args:
        windows: (windows, labels) probabilities of windows that touch.
        limits: (labels,) thresholds.
        seconds: that a window takes.
    """

    def named(row):
        return "; ".join(label for label, is_said in zip(labels, row, strict=True) if is_said) or NO_LABEL

    mean = windows[heard(windows)].mean(axis=0)
    lines, start = [f"labels that reach their thresholds, of the recording: {named(mean >= limits)}"], 0
    for names, same in groupby(map(named, windows >= limits)):
        end = start + len(list(same))
        lines.append(f"  {start * seconds:.2f} to {end * seconds:.2f} s: {names}")
        start = end
    more = len(lines) - 1 - STRETCHES
    return lines if more <= 0 else [*lines[: STRETCHES + 1], f"  and {more} more stretches"]


def _make_sure_they_agree(predictions, file):
    first = next(iter(predictions), None)
    for runtime, of_runtime in predictions.items():
        difference = float(np.abs(of_runtime - predictions[first]).max())
        if difference > tolerance(file.variant):
            raise InputError(
                f"{runtime} and {first} differ by {difference:.1e} on {file.target}; it is not kept. Take another "
                "variant with --variant"
            )
