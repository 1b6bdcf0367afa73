"""Write .tflite files that prove themselves: the file on disk must answer what Keras answers."""

import contextlib
import itertools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from classifier.audio import recording
from classifier.core import atomic_files, registry
from classifier.core.console import import_tensorflow, quiet_libraries, run
from classifier.core.errors import InputError
from classifier.export import float16, int8
from classifier.inference.litert import LiteRT, probes
from classifier.records import artifact
from classifier.records.artifact import DYNAMIC, FLOAT16, FLOAT32, INT8
from Constants import ROOT

TOLERANCE = 1e-4  # largest difference of a probability between Keras and a float file
FEW_WEIGHTS = 250_000  # so few take less time than an FFT: even where a file is to be small, it is better fast
ROWS = "rows.npy"  # what another process compares on


def windows(trained, recordings, n):
    """Up to n windows from the beginnings of recordings, as many of each as it takes, spread over all of them.

    Returns:
        (windows, window_length) float32 for a trained model.
    """
    audio_format = trained.audio_format
    chosen = [recordings[i] for i in np.linspace(0, len(recordings) - 1, min(n, len(recordings))).astype(int)]
    of_each = -(-n // max(1, len(chosen)))
    audio = (audio_format.sample_rate, audio_format.window_length)
    found = [list(itertools.islice(recording.windows(path, *audio), of_each)) for path in chosen]
    in_turn = [window for turn in itertools.zip_longest(*found) for window in turn if window is not None]
    return np.array(in_turn[:n], "float32").reshape(-1, audio_format.window_length)


def export(model, path, rows, kind=FLOAT32):
    """Convert a Keras model, prove the file and only then leave it at `path`.

    Args:
        model: Keras model, (batch, n) -> (batch, labels).
        path: of the .tflite.
        rows: (rows, n) float32 inputs to compare on.
        kind: as of `converted`.

    Returns:
        The largest difference of a probability.

    Raises:
        InputError: the model cannot be converted, or the file answers something else than Keras; no file is left.
    """
    with atomic_files.new_file(path) as fresh:
        fresh.write_bytes(converted(model, kind))
        return prove(fresh, rows, model.predict(rows, verbose=0, batch_size=32), kind, path.name)


def export_int8(model, path, rows, learnt, is_good=lambda path: True):
    """The same in int8: the first of the files of `in_8_bits` that says what Keras says and that `is_good` takes.

    Args:
        learnt: as of `in_8_bits`.
        is_good: of the path of a file.

    Raises:
        InputError: there is none.
    """
    expected, why = model.predict(rows, verbose=0, batch_size=32), None
    for held in in_8_bits(model, learnt):
        try:
            with atomic_files.new_file(path) as fresh:
                fresh.write_bytes(held)
                difference = prove(fresh, rows, expected, INT8, path.name)
                if not is_good(fresh):
                    raise InputError(f"{path.name} loses too much beside Keras, or is not small; it was not kept")
            return difference
        except InputError as error:
            why = why or error
    path.unlink(missing_ok=True)
    raise why


def try_export(name, model, audio_format):
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


def check_elsewhere(name, model, audio_format):
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
        raise InputError(done.stderr.strip().splitlines()[-1].removeprefix("tflite.py: "))


def main(name, folder):
    """Convert what `check_elsewhere` has left in a folder."""
    import_tensorflow()
    import keras

    registry.load("models", name)  # registers the layers of its features
    model, rows = keras.models.load_model(Path(folder) / artifact.MODEL), np.load(Path(folder) / ROWS)
    export(model, Path(folder) / artifact.TFLITE, rows)


def prove(path, rows, expected, kind=FLOAT32, name=None):
    """Run a .tflite on rows and compare: floats must answer the same, smaller kinds nearly always the same label.

    Returns:
        The largest difference from the expected probabilities.

    Raises:
        InputError: an answer is NaN, differs by more than is allowed, or has not as many values as expected.
    """
    name = name or path.name
    predictions = LiteRT(path).run(rows)
    if predictions.shape != expected.shape:
        raise InputError(
            f"{name} answers {predictions.shape[1]} values, Keras {expected.shape[1]}; the file was not kept"
        )
    if not np.isfinite(predictions).all():
        raise InputError(f"{name} answers NaN where Keras does not; the file was not kept")
    difference = float(np.abs(predictions - expected).max())
    if kind == FLOAT32 and difference > TOLERANCE:
        raise InputError(
            f"{name} differs from Keras by {difference:.1e} (at most {TOLERANCE:.0e} is allowed); the file was not kept"
        )
    agreement = int8.agreement(predictions, expected)
    if agreement < int8.AGREEMENT:
        raise InputError(
            f"{name} agrees with Keras on {agreement:.0%} of {len(rows)} windows, and should on "
            f"{int8.AGREEMENT:.0%}; the file was not kept"
        )
    return difference


def converted(model, kind=FLOAT32):
    """The bytes of a .tflite with a fixed batch of one: a free batch would need operators phones lack.

    Args:
        model: Keras model, (batch, n) -> (batch, labels).
        kind: of artifact.KINDS, but for int8.

    Raises:
        InputError: TensorFlow Lite cannot convert it.
    """

    def convert(converter):
        if kind == DYNAMIC:
            import tensorflow as tf

            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter._experimental_disable_per_channel_quantization_for_dense_layers = True  # as in quantised.py
        return converter.convert()

    held = _converted(model, convert, as_products=kind != DYNAMIC)
    return float16.halved(held) if kind == FLOAT16 else held


def in_8_bits(model, learnt):
    """The same in int8: the bytes of several files, as of quantised.candidates.

    Args:
        learnt: (rows, n) float32 that the model was trained on, from which the ranges of values are taken.
    """
    with_ranges = _converted(model, lambda converter: int8.calibrated(converter, learnt), as_products=False)
    return int8.candidates(with_ranges, model)


def _converted(model, convert, as_products):
    """By way of a graph: a saved model of the same answers takes five times as long to write and to read."""
    import tensorflow as tf

    signature = [tf.TensorSpec((1, *model.input_shape[1:]), tf.float32)]
    answer = tf.function(lambda row: model(row, training=False), input_signature=signature, autograph=False)
    as_products = as_products or model.count_params() <= FEW_WEIGHTS
    with quiet_libraries(), _without_loops(model), _as_products(model, as_products):
        graph = answer.get_concrete_function()
        try:
            return convert(tf.lite.TFLiteConverter.from_concrete_functions([graph], tf.Module()))
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
def _as_products(model, wanted):
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
