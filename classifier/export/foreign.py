"""Give a .tflite that was made elsewhere what an app needs: a copy with metadata, proven in every runtime."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.audio import recording
from classifier.audio.windows import cut_audio_pad_last
from classifier.core import atomic_files, places
from classifier.core.console import say, table
from classifier.core.errors import InputError
from classifier.core.text import plain
from classifier.export import adapt, metadata, runtimes
from classifier.export.config import FileConfig
from classifier.inference import outputs
from classifier.inference.litert import LiteRT, probes
from classifier.inference.predictor import OPEN_SECONDS
from classifier.records import artifact, tflite_labels, tflite_metadata
from classifier.records.audio_format import AudioFormat

SHOWN = 8  # labels of which probabilities are printed


@dataclass(frozen=True)
class Written:
    """A copy that was written. refused: {runtime: why an app with it cannot use the copy}."""

    path: Path
    refused: dict[str, str]


def write(config: FileConfig) -> Written:
    """Write a copy of a .tflite with metadata; print what each runtime predicts with it, and what was assumed.

    Where a runtime would not take its input or output, the copy has operators before and behind that change their form;
    LiteRT must predict the same with both.

    Raises:
        InputError: it does not take audio, its outputs do not fit the labels or are no probabilities, LiteRT predicts
            something else with the copy, or the copy lies in the way.
    """
    if config.out.exists() and config.out.samefile(config.file):
        raise InputError(f"--out {config.out} is the file itself; name another, so that a copy is written")
    places.check_writable(config.out.parent, "name another file with --out")
    labels, rate, notes = _facts(config)
    lite = LiteRT(config.file, None, config.head, len(labels), open_length=OPEN_SECONDS * rate)
    audio_format = AudioFormat(sample_rate=rate, window_length=lite.n_inputs)
    output = outputs.understand(lite, audio_format, config.activation)
    path = config.recording or artifact.example(config.file)
    rows = np.concatenate([probes(audio_format), cut_audio_pad_last(recording.read(path, rate), lite.n_inputs)])
    wanted = _probabilities(output, lite, rows)
    seconds = f"{lite.n_inputs} samples ({audio_format.seconds:g} s) of mono audio at {rate} Hz in [-1, 1]."
    facts = metadata.Facts(config.file.stem, tflite_metadata.tells_apart(labels), seconds, rate, labels)
    with atomic_files.new_file(config.out) as fresh:
        fresh.write_bytes(metadata.write_with_schema(adapt.adapted(lite, output.activation), facts))
        refused = _prove(config, fresh, labels, rows, wanted, path)
    if not np.isfinite(wanted).all():
        say(f"note: {config.file}: it predicts NaN or infinity for some windows; CheckModel.py says for which")
    for note in (*notes, *(f"{config.file}: {note}" for note in (*lite.notes, *output.notes))):
        say(f"note: {note}")
    return Written(config.out, refused)


def _facts(config):
    """(labels, sample rate, notes): those that were given, else those of the file's own metadata."""
    described = None
    if config.labels is None or config.sample_rate is None:
        described = tflite_labels.describe(config.file)
    if config.labels is not None:
        labels, notes = tflite_labels.read(config.labels)
    else:
        assert described is not None
        labels, notes = described.labels, list(described.notes)
    return labels, config.sample_rate or (described and described.sample_rate), notes


def _probabilities(output, lite, rows):
    """Of (rows, n): (rows, labels), NaN where the model fails: some do at silence, which CheckModel.py says."""
    values = lite.by_frame(rows)
    fine = np.isfinite(values).all(axis=(1, 2))
    found = np.full((len(rows), lite.n_outputs), np.nan)
    if fine.any():
        found[fine] = output.probabilities(values[fine])
    return found


def _prove(config, copy, labels, rows, wanted, path):
    """{runtime: why it cannot use the copy}; prints what the others predict."""
    found, refused, not_tried = {}, {}, {}
    for runtime in runtimes.in_turn(config.out.name):
        try:
            predictions = runtimes.ask(runtime, copy, rows)
        except runtimes.CannotRunHereError as error:
            not_tried[runtime] = error.why
        except runtimes.RefusesFileError as error:
            refused[runtime] = plain(error.words.replace(str(copy.resolve()), "it") or error.why)
        else:
            difference = _difference(predictions, wanted)
            if difference > runtimes.TOLERANCE_IN_8_BITS:
                refused[runtime] = f"predicts something else, by up to {difference:.2g}"
            else:
                found[runtime] = predictions
    if "LiteRT" in refused:
        raise InputError(f"{config.file}: a copy with metadata was not kept, as LiteRT {refused['LiteRT']}")
    print(f"{path}, by {config.out}:")
    shown = labels[:SHOWN]
    table(
        ["runtime", *map(plain, shown)],
        [[name, *(f"{value:.4f}" for value in _mean(values)[: len(shown)])] for name, values in found.items()],
    )
    for runtime, why in refused.items():
        print(f"{runtime}: not for an app with it: {why}")
    for runtime, why in not_tried.items():
        print(f"{runtime}: not tried here ({why})")
    return refused


def _mean(values):
    """Over the windows of the recording."""
    return values[3:].mean(axis=0)


def _difference(predictions, wanted):
    """The largest, over the rows for which the file predicts numbers."""
    if predictions.shape != wanted.shape:
        return float("inf")
    fine = np.isfinite(wanted).all(axis=1)
    return float(np.nan_to_num(np.abs(predictions[fine] - wanted[fine]), nan=np.inf).max(initial=0))
