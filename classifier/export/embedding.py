"""A second file of a trained model: it computes embeddings, as audio embedders of runtimes load them.

It is the float32 file without its last layer, which proof.py has compared with Keras; so it hears the same audio by the
same features, and SearchRecordings.py finds with it what it finds with the model.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from classifier.core import atomic_files
from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.export import metadata, runtimes
from classifier.inference.litert import LiteRT, probes
from classifier.records import artifact, tflite_embedding, tflite_files


def write(models: Sequence[artifact.Artifact]) -> list[Path]:
    """Write the embedding files of converted models; of a model that has no embedding that is said.

    Returns:
        The files.

    Raises:
        InputError: no model has an embedding.
    """
    written, why = [], None
    for trained in models:
        try:
            written.append(write_one(trained))
        except InputError as error:
            why = InputError(f"{trained.name} gets no embedding file: {error}")
            say(str(why)) if len(models) > 1 else None
    if why and not written:
        raise why
    return written


def write_one(trained: artifact.Artifact) -> Path:
    """Write the embedding file of a converted model, and try it in every runtime.

    Raises:
        InputError: the layer before the last cannot be told or has no single row of values, or a runtime refuses the
            file or computes something else than LiteRT; no file is left.
    """
    target = trained.folder / tflite_files.embedding_name(trained.name)
    target.unlink(missing_ok=True)  # of an earlier conversion
    source = trained.folder / artifact.TFLITE
    network = tflite_embedding.before_last_layer(source)
    what = metadata.facts(trained)
    what = replace(what, description=f"Embeddings of sounds. {what.description}")
    with atomic_files.new_file(target) as fresh:
        fresh.write_bytes(metadata.write_embedding(network, what))
        lite = LiteRT(fresh)
        if lite.frames > 1:
            raise InputError(
                f"its layer before the last has {lite.frames} rows of values for a window, and runtimes take one"
            )
        _try(fresh, target.name, lite, probes(trained.audio_format))
    return target


def _try(path, name, lite, rows):
    expected = lite.run(rows)
    if not np.isfinite(expected).all():
        raise InputError(f"{name} gives NaN or infinity; it was not kept")
    for runtime in runtimes.RUNTIMES:
        try:
            difference = np.abs(runtimes.ask(runtime, path, rows) - expected).max() / max(1, np.abs(expected).max())
        except runtimes.CannotRunHereError as error:
            say(f"{name} in {runtime}: not tried here ({error.why})")
            continue
        except runtimes.RefusesFileError as error:
            if error.reason != runtimes.Reason.BINDINGS:
                raise
            say(f"{name} in {runtime}: not tried here ({error.words})")
            continue
        if difference > runtimes.TOLERANCE:
            raise InputError(f"{runtime} and LiteRT differ by {difference:.1e} on {name}; it was not kept")
