"""Convert Keras models to .tflite files that are proven before they are left in their place."""

import contextlib
import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from classifier.audio import recording
from classifier.core import atomic_files, interrupts, registry
from classifier.core.console import import_tensorflow, quiet_libraries, run
from classifier.core.errors import InputError
from classifier.export import proof, quantize
from classifier.inference.litert import probes
from classifier.records import artifact
from classifier.records.audio_format import AudioFormat
from classifier.records.conversion import DYNAMIC, FLOAT16, FLOAT32, INT8
from Constants import ROOT

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

FEW_WEIGHTS = 250_000  # so few take less time than an FFT: even where a file is to be small, it is better fast
ROWS = "rows.npy"  # what another process compares on


def windows(trained: artifact.Artifact, recordings: Sequence[Path], n: int) -> np.ndarray:
    """Up to n windows from the beginnings of recordings, as many of each as it takes, spread over all of them.

    Returns:
        (windows, window_length) float32 for a trained model.
    """
    audio_format = trained.audio_format
    chosen = [recordings[i] for i in np.linspace(0, len(recordings) - 1, min(n, len(recordings))).astype(int)]
    of_each = -(-n // max(1, len(chosen)))
    audio = (audio_format.sample_rate, audio_format.window_length)
    channel = trained.record.config.channel
    found = [list(itertools.islice(recording.windows(path, *audio, channel=channel), of_each)) for path in chosen]
    in_turn = [window for turn in itertools.zip_longest(*found) for window in turn if window is not None]
    return np.array(in_turn[:n], "float32").reshape(-1, audio_format.window_length)


class Floats:
    """The .tflite files in float32 that all variants of a model are made from, each converted once.

    The weights of the model must stay as they are meanwhile.
    """

    def __init__(self, model: "keras.Model"):
        self._model, self._held = model, {}

    def converted(self, as_products: bool) -> bytes:
        """One with a fixed batch of one.

        Args:
            as_products: spectra_as_products; models of few weights have them always.

        Raises:
            InputError: TensorFlow Lite cannot convert the model.
        """
        as_products = as_products or self._model.count_params() <= FEW_WEIGHTS
        if as_products not in self._held:
            self._held[as_products] = _in_floats(self._model, as_products)
        return self._held[as_products]


def export(
    model: "keras.Model",
    path: Path,
    rows: np.ndarray,
    variant: str = FLOAT32,
    limits: np.ndarray | None = None,
    floats: Floats | None = None,
) -> float:
    """Convert a Keras model, prove the file and only then leave it at `path`.

    Args:
        model: (batch, n) -> (batch, labels).
        path: of the .tflite.
        rows: (rows, n) float32 inputs to compare on.
        variant: as of `converted`.
        limits: as of proof.agreement.
        floats: of the model, where more than one variant is made.

    Returns:
        The largest difference of a probability.

    Raises:
        InputError: the model cannot be converted, or the file predicts something else than Keras; no file is left.
    """
    from classifier.core import interruptible

    with atomic_files.new_file(path) as fresh:
        fresh.write_bytes(converted(model, variant, floats))
        return proof.prove(fresh, rows, interruptible.predict(model, rows, 32), variant, path.name, limits)


def export_int8(
    model: "keras.Model",
    path: Path,
    rows: np.ndarray,
    training_windows: np.ndarray,
    is_good: Callable[[Path], bool] = lambda path: True,
    only: int | None = None,
    limits: np.ndarray | None = None,
    floats: Floats | None = None,
) -> int:
    """The same in int8: the first of `int8_candidates` that predicts what Keras predicts and that `is_good` takes.

    Args:
        rows: (rows, n) float32 that Keras and the file are compared on.
        training_windows: as of `int8_candidates`.
        is_good: of the path of a file.
        only: no other candidate than that of this number is tried; None: all.
        limits: as of proof.agreement.
        floats: as of `export`.

    Returns:
        The number of the candidate, from 0.

    Raises:
        InputError: there is none.
    """
    from classifier.core import interruptible

    expected, why = interruptible.predict(model, rows, 32), None
    first, last = (0, None) if only is None else (only, only + 1)
    candidates = enumerate(int8_candidates(model, training_windows, floats))
    for number, held in itertools.islice(candidates, first, last):
        try:
            with atomic_files.new_file(path) as fresh:
                fresh.write_bytes(held)
                proof.prove(fresh, rows, expected, INT8, path.name, limits)
                if not is_good(fresh):
                    raise InputError(f"{path.name} loses too much beside Keras, or is not small; it was not kept")
            return number
        except InputError as error:
            why = why or error
    path.unlink(missing_ok=True)
    raise why or InputError(f"{path.name}: the model has no layers to compute in int8")


def try_export(name: str, model: "keras.Model", audio_format: AudioFormat) -> None:
    """Convert a model and keep nothing: what training asks for before it starts.

    Args:
        name: of its file in classifier/models.

    Raises:
        InputError: as `export`.
    """
    import keras

    if keras.backend.backend() != "tensorflow":  # only TensorFlow converts
        check_elsewhere(name, model, audio_format)
        return
    with tempfile.TemporaryDirectory() as folder:
        export(model, Path(folder) / artifact.TFLITE, probes(audio_format))


def check_elsewhere(name: str, model: "keras.Model", audio_format: AudioFormat) -> None:
    """Convert a model in a process of its own, where Keras computes with TensorFlow; nothing is kept.

    Args:
        name: of its file in classifier/models.

    Raises:
        InputError: as `export`.
    """
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / artifact.MODEL)
        np.save(Path(folder) / ROWS, probes(audio_format))
        command = [sys.executable, "-m", "classifier.export.convert", name, folder]
        environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise InputError(done.stderr.strip().splitlines()[-1].removeprefix("convert.py: "))


def main(name: str, folder: str) -> None:
    """Convert what `check_elsewhere` has left in a folder."""
    import_tensorflow()
    import keras

    registry.load("models", name)  # registers the layers of its features
    model, rows = keras.models.load_model(Path(folder) / artifact.MODEL), np.load(Path(folder) / ROWS)
    export(model, Path(folder) / artifact.TFLITE, rows)


def converted(model: "keras.Model", variant: str = FLOAT32, floats: Floats | None = None) -> bytes:
    """A .tflite with a fixed batch of one: a free batch would need operators that phones lack.

    Args:
        model: (batch, n) -> (batch, labels).
        variant: of conversion.VARIANTS, but for int8.
        floats: as of `export`.

    Raises:
        InputError: TensorFlow Lite cannot convert it.
    """
    floats = floats or Floats(model)
    if variant == DYNAMIC:
        return quantize.dynamic(floats.converted(as_products=False))
    held = floats.converted(as_products=True)
    return quantize.float16(held) if variant == FLOAT16 else held


def int8_candidates(
    model: "keras.Model", training_windows: np.ndarray, floats: Floats | None = None
) -> Iterator[bytes]:
    """The same in int8: several files, as of quantize.int8_candidates.

    Args:
        training_windows: (windows, window_length) float32 of the training split.
        floats: as of `export`.
    """
    held = (floats or Floats(model)).converted(as_products=False)
    return quantize.int8_candidates(held, training_windows, model)


def _in_floats(model, as_products):
    """By way of a graph: a saved model of the same values takes five times as long to write and to read."""
    import tensorflow as tf

    row = tf.TensorSpec((1, *model.input_shape[1:]), tf.float32)
    with _without_loops(model), spectra_as_products(model, as_products):
        return of_function(lambda row: model(row, training=False), row)


def of_function(function: Callable, *signature: "tf.TensorSpec") -> bytes:
    """A .tflite in float32 that computes a function of tensors.

    Raises:
        InputError: TensorFlow Lite cannot convert it.
    """
    import tensorflow as tf

    predict = tf.function(function, input_signature=signature, autograph=False)
    with interrupts.held(), quiet_libraries():
        graph = predict.get_concrete_function()
        try:
            return tf.lite.TFLiteConverter.from_concrete_functions([graph], tf.Module()).convert()
        except Exception as error:  # the converter raises its own, undocumented
            raise InputError(f"TensorFlow Lite cannot convert this model: {str(error).splitlines()[0]}") from error


@contextlib.contextmanager
def _without_loops(model):
    """Recurrent layers written out step by step: a loop would be a second subgraph, and MediaPipe takes but one."""
    import keras

    recurrent = [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.RNN)]
    for layer in recurrent:
        layer.unroll = True
    try:
        yield
    finally:
        for layer in recurrent:
            layer.unroll = False


@contextlib.contextmanager
def spectra_as_products(model: "keras.Model", wanted: bool) -> Iterator[None]:
    """Spectra as products in place of an FFT: in half the time, for 30 KB; see features/_products.py."""
    layers = [layer for layer in model._flatten_layers() if hasattr(layer, "as_products")]
    for layer in layers:
        layer.as_products = wanted
    try:
        yield
    finally:
        for layer in layers:
            layer.as_products = False


if __name__ == "__main__":
    run(lambda: main(*sys.argv[1:]))
