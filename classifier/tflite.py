"""Write .tflite files that prove themselves: the file on disk must answer what Keras answers."""

import contextlib

import numpy as np

from classifier import artifact, atomic, network, recording
from classifier.console import quiet_libraries, say
from classifier.prediction import LiteRT
from Constants import InputError, cut_audio_pad_last

REAL_PIECES = 24  # pieces of real recordings that every file is compared on
TOLERANCE = 1e-4  # largest difference of a probability between Keras and a float file


def probes(contract, seed=0):
    """Three pieces no recording gives: silence, full-scale noise and a tone of 1 kHz. (3, piece_length) float32."""
    noise = np.random.default_rng(seed).uniform(-1, 1, contract.piece_length)
    tone = np.sin(2 * np.pi * 1000 * np.arange(contract.piece_length) / contract.sample_rate)
    return np.stack([np.zeros(contract.piece_length), noise, tone]).astype("float32")


def convert(trained):
    """Write the .tflite files of a trained model's folder.

    Returns:
        A row per file: path, input, KB, largest difference from Keras.

    Raises:
        InputError: a file can not be made or answers something else than Keras; it is not left behind.
    """
    say(f"converting {trained.name} ...")
    model = artifact.load_keras(trained)
    rows = np.concatenate([_real_pieces(trained), probes(trained.contract)])
    written = [_row(trained.folder / artifact.TFLITE, export(model, trained.folder / artifact.TFLITE, rows), model)]
    dropin = network.dropin(model, trained.contract)
    if dropin is not None:
        for_app = np.asarray(model.get_layer("features").for_app(rows)).reshape(len(rows), -1)
        path = trained.folder / artifact.DROPIN
        written.append(_row(path, export(dropin, path, for_app), dropin))
    return written


def _real_pieces(trained):
    """Up to REAL_PIECES pieces of recordings held out in training; none when they are gone."""
    length = trained.contract.piece_length
    pieces = np.empty((0, length), "float32")
    for path in trained.test_recordings():
        if len(pieces) >= REAL_PIECES:
            break
        pieces = np.concatenate(
            [pieces, cut_audio_pad_last(recording.read(path, trained.contract.sample_rate), length)]
        )
    if not len(pieces):
        say(f"the recordings {trained.name} was tested on are gone: comparing on silence, noise and a tone only")
    return pieces[:REAL_PIECES]


def _row(path, difference, model):
    return [path, f"[1, {model.input_shape[1]}]", f"{path.stat().st_size / 1000:,.0f}", f"{difference:.1e}"]


def export(model, path, rows):
    """Convert a Keras model, prove the file and only then leave it at `path`.

    Args:
        model: Keras model, (batch, n) -> (batch, labels).
        path: of the .tflite.
        rows: (rows, n) float32 inputs to compare on.

    Returns:
        The largest difference of a probability.

    Raises:
        InputError: the model can not be converted, or the file answers something else than Keras; no file is left.
    """
    with atomic.new_file(path) as fresh:
        fresh.write_bytes(converted(model))
        return prove(fresh, rows, model.predict(rows, verbose=0, batch_size=32), name=path.name)


def prove(path, rows, expected, tolerance=TOLERANCE, name=None):
    """Run a .tflite on rows and compare.

    Returns:
        The largest difference from the expected probabilities.

    Raises:
        InputError: an answer is NaN, differs by more than the tolerance, or has not as many values as expected.
    """
    answers = LiteRT(path).run(rows)
    name = name or path.name
    if answers.shape != expected.shape:
        raise InputError(f"{name} answers {answers.shape[1]} values, Keras {expected.shape[1]}; the file was not kept")
    if not np.isfinite(answers).all():
        raise InputError(f"{name} answers NaN where Keras does not; the file was not kept")
    difference = float(np.abs(answers - expected).max())
    if difference > tolerance:
        raise InputError(
            f"{name} differs from Keras by {difference:.1e} (at most {tolerance:.0e} is allowed); the file was not kept"
        )
    return difference


def converted(model):
    """The bytes of a float32 .tflite with a fixed batch of one: a free batch would need operators phones lack.

    By way of a graph: a saved model of the same answers takes five times as long to write and to read.
    """
    import tensorflow as tf

    signature = [tf.TensorSpec((1, *model.input_shape[1:]), tf.float32)]
    answer = tf.function(lambda row: model(row, training=False), input_signature=signature, autograph=False)
    with quiet_libraries(), _without_loops(model):
        graph = answer.get_concrete_function()
        try:
            return tf.lite.TFLiteConverter.from_concrete_functions([graph], tf.Module()).convert()
        except Exception as error:  # the converter raises its own, undocumented
            raise InputError(f"TensorFlow Lite can not convert this model: {str(error).splitlines()[0]}") from error


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
