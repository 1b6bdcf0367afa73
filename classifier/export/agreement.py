"""The runtimes of a phone must agree on the files that go into an app."""

from pathlib import Path

import numpy as np

from classifier.audio.recording import read
from classifier.audio.windows import cut_audio_pad_last
from classifier.core.console import progress, table
from classifier.core.errors import InputError
from classifier.export import runtimes
from classifier.records import artifact, tflite_files
from classifier.records.conversion import FLOAT16, FLOAT32


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
        for runtime in progress(runtimes.RUNTIMES, f"asking the runtimes about {file.target.name}"):
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
    table(["runtime", *trained.labels], [[name, *(f"{value:.4f}" for value in mean)] for name, mean in means.items()])
    return not_tried


def _make_sure_they_agree(predictions, file):
    first = next(iter(predictions), None)
    for runtime, of_runtime in predictions.items():
        difference = float(np.abs(of_runtime - predictions[first]).max())
        if difference > tolerance(file.variant):
            raise InputError(
                f"{runtime} and {first} differ by {difference:.1e} on {file.target}; it is not kept. Take another "
                "variant with --variant"
            )
