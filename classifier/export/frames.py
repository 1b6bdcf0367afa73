"""A second file of a trained model that has frames: it says which label each of them holds.

The file for the app gives a window's probabilities, as that of every model. This one ends before the pooling over time.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from classifier.core import atomic_files
from classifier.core.errors import InputError
from classifier.export import convert, metadata, proof, second_files
from classifier.inference.litert import LiteRT, probes
from classifier.records import artifact, frames, rule_file, tflite_files


def check(models: Sequence[artifact.Artifact]) -> None:
    """As `second_files.check`."""
    second_files.check(models, _why_none)


def write(models: Sequence[artifact.Artifact]) -> list[Path]:
    """As `second_files.write`."""
    return second_files.write(models, _why_none, write_one)


def _why_none(trained):
    try:
        frames.samples(trained.name, trained.audio_format)
    except InputError as error:
        return str(error)
    return ""


def write_one(trained: artifact.Artifact) -> Path:
    """Write the frame file of a trained model, and keep it if it predicts what Keras predicts.

    Raises:
        InputError: it predicts something else; no file is left.
    """
    path = trained.folder / tflite_files.frames_name(trained.name)
    path.unlink(missing_ok=True)  # of an earlier conversion
    from classifier.core import interruptible
    from classifier.models._by_frame import by_frame  # TensorFlow

    model = by_frame(artifact.load_keras(trained))
    rows = probes(trained.audio_format)
    seconds = frames.samples(trained.name, trained.audio_format) / trained.audio_format.sample_rate
    what = metadata.facts(trained)
    words = f"A frame each {seconds:g} s; the middle of the first is the start of the window. {what.description}"
    with atomic_files.new_file(path) as fresh:
        held = metadata.write_with_schema(
            convert.converted(model), replace(what, description=words, rule=rule_file.as_bytes(trained.frame_rule))
        )
        fresh.write_bytes(held)
        found = LiteRT(fresh, n_labels=len(trained.labels)).by_frame(rows)
        proof.check_equal(path.name, found, interruptible.predict(model, rows))
    return path
