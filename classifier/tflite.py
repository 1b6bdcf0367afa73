"""Write .tflite files that prove themselves: the file on disk must answer what Keras answers."""

import contextlib
import itertools

import numpy as np

from classifier import artifact, atomic, network, quantised, recording
from classifier.console import quiet_libraries, say
from classifier.prediction import LiteRT, probes
from Constants import InputError, cut_audio_pad_last

REAL_PIECES = 24  # pieces of real recordings that every file is compared on
TOLERANCE = 1e-4  # largest difference of a probability between Keras and a float file
FEW_WEIGHTS = 250_000  # so few take less time than an FFT: even where a file is to be small, it is better fast
INT8_PIECES = 100  # pieces an int8 file takes its ranges from, and as many others it is compared on


def convert(trained):
    """Write the .tflite files of a trained model's folder.

    Returns:
        A row per file: path, input, KB, largest difference from Keras, agreement with it.

    Raises:
        InputError: a file can not be made or answers something else than Keras; it is not left behind. Where that is
            the int8 file, it is only said.
    """
    say(f"converting {trained.name} ...")
    model = artifact.load_keras(trained)
    real = pieces(trained, trained.test_recordings(), REAL_PIECES)
    if not len(real):
        say(f"the recordings {trained.name} was tested on are gone: comparing on silence, noise and a tone only")
    rows, path = np.concatenate([real, probes(trained.contract)]), trained.folder / artifact.TFLITE
    written = [_row(path, model, export(model, path, rows))]
    path = trained.folder / artifact.INT8
    try:
        written.append(_row(path, model, *_export_int8(model, trained, path)))
    except InputError as reason:
        path.unlink(missing_ok=True)
        say(f"{trained.name} gets no {path.name}: {reason}")
    dropin = network.dropin(model, trained.contract)
    if dropin is not None:
        for_app = np.asarray(model.get_layer("features").for_app(rows)).reshape(len(rows), -1)
        path = trained.folder / artifact.DROPIN
        written.append(_row(path, dropin, export(dropin, path, for_app)))
    return written


def _export_int8(model, trained, path):
    learnt = pieces(trained, trained.training_recordings(), INT8_PIECES)
    held_out = pieces(trained, trained.test_recordings(), INT8_PIECES)
    if not len(learnt) or not len(held_out):
        raise InputError("the recordings it was trained and tested on are gone")
    return export_int8(model, path, learnt, held_out, (trained.folder / artifact.TFLITE).stat().st_size)


def pieces(trained, recordings, n):
    """Up to n pieces from the beginnings of recordings, as many of each as it takes, spread over all of them.

    Returns:
        (pieces, piece_length) float32 for a trained model.
    """
    length = trained.contract.piece_length
    chosen = [recordings[i] for i in np.linspace(0, len(recordings) - 1, min(n, len(recordings))).astype(int)]
    found = []
    for path in chosen:
        signal, wanted = np.empty(0, "float32"), -(-n // len(chosen)) * length
        for block in recording.blocks(path, trained.contract.sample_rate):
            signal = np.concatenate([signal, block])
            if len(signal) >= wanted:
                break
        found.append(cut_audio_pad_last(signal[:wanted], length))
    in_turn = [piece for turn in itertools.zip_longest(*found) for piece in turn if piece is not None]
    return np.array(in_turn[:n], "float32").reshape(-1, length)


def _row(path, model, difference, agreement=""):
    size = f"{path.stat().st_size / 1000:,.0f}"
    return [path, f"[1, {model.input_shape[1]}]", size, f"{difference:.1e}", agreement and f"{agreement:.0%}"]


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
    name = name or path.name
    difference = float(np.abs(_answers(path, rows, expected, name) - expected).max())
    if difference > tolerance:
        raise InputError(
            f"{name} differs from Keras by {difference:.1e} (at most {tolerance:.0e} is allowed); the file was not kept"
        )
    return difference


def _answers(path, rows, expected, name):
    answers = LiteRT(path).run(rows)
    if answers.shape != expected.shape:
        raise InputError(f"{name} answers {answers.shape[1]} values, Keras {expected.shape[1]}; the file was not kept")
    if not np.isfinite(answers).all():
        raise InputError(f"{name} answers NaN where Keras does not; the file was not kept")
    return answers


def export_int8(model, path, learnt, held_out, smaller_than=np.inf):
    """Write a file that computes a model's network in whole numbers of 8 bits, if it says what Keras says.

    Args:
        model: Keras model as of network.build.
        path: of the .tflite.
        learnt: (pieces, piece_length) float32 that the model was trained on.
        held_out: (pieces, piece_length) float32, others, to compare on.
        smaller_than: bytes of the file with floats.

    Returns:
        The largest difference of a probability, and the agreement with Keras.

    Raises:
        InputError: it can not be made, is not smaller than with floats, or agrees too rarely; no file is left.
    """
    held = converted(model, learnt)
    if len(held) >= smaller_than:
        raise InputError("it would be no smaller than the file with floats")
    with atomic.new_file(path) as fresh:
        fresh.write_bytes(held)
        expected = model.predict(held_out, verbose=0, batch_size=32)
        answers = _answers(fresh, held_out, expected, path.name)
        agreement = quantised.agreement(answers, expected)
        if agreement < quantised.AGREEMENT:
            raise InputError(
                f"it agrees with Keras on {agreement:.0%} of {len(held_out)} held-out pieces, "
                f"and should on {quantised.AGREEMENT:.0%}"
            )
    return float(np.abs(answers - expected).max()), agreement


def converted(model, learnt=None, in_8_bits=False):
    """The bytes of a .tflite with a fixed batch of one: a free batch would need operators phones lack.

    By way of a graph: a saved model of the same answers takes five times as long to write and to read.

    Args:
        model: Keras model, (batch, n) -> (batch, labels).
        learnt: (rows, n) float32 it was trained on, for a file that computes its network in int8; None: in floats.
        in_8_bits: keep the weights of the network in int8, and compute in floats.
    """
    import tensorflow as tf

    signature = [tf.TensorSpec((1, *model.input_shape[1:]), tf.float32)]
    answer = tf.function(lambda row: model(row, training=False), input_signature=signature, autograph=False)
    in_floats = learnt is None and not in_8_bits
    as_products = in_floats or model.count_params() <= FEW_WEIGHTS
    with quiet_libraries(), _without_loops(model), _as_products(model, as_products):
        graph = answer.get_concrete_function()
        converter = tf.lite.TFLiteConverter.from_concrete_functions([graph], tf.Module())
        if in_8_bits:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter._experimental_disable_per_channel_quantization_for_dense_layers = True  # as in quantised.py
        try:
            return converter.convert() if learnt is None else quantised.converted(converter, model, learnt)
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
