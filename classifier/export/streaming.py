"""A stream: a .tflite that takes a hop of samples and its state, and gives probabilities and the state to hand back.

The state is an input and an output, not a variable of the file: every runtime can hand over a tensor, and an app can
begin anew, or keep several streams, with one file.
"""

import math
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from classifier.core import atomic_files, registry
from classifier.core.errors import InputError
from classifier.export import convert, metadata, proof, second_files
from classifier.export.stream_runner import StreamRunner
from classifier.inference.litert import probes
from classifier.records import artifact, tflite_files

if TYPE_CHECKING:
    import keras

CAUSAL = "Changes"  # the layer that assemble.build puts into models whose features are causal
WHY_NONE = {  # a layer's class: why a model with it has no stream
    "Embedding": "a pretrained network computes its features, of pieces longer than a hop",
    "MultiHeadAttention": "its attention weighs every frame of a window beside all others",
    "Frames": "it cuts a window into parts that begin anew with every window",
    "LSTM": "its LSTM is trained to begin anew with every window, and in a stream it would run on",
    "Bidirectional": "its LSTM also runs backwards, from the end of a window",
    "Flatten": "its dense layer has weights for every frame of a window, so that no frame's part can be kept",
}
NO_LAYERS_OVER_TIME = "its features are of a whole window"
OTHER = "its convolutions see frames that come after theirs, and its levels are relative to the loudest of a window"


@dataclass(frozen=True)
class Parts:
    """What a stream is made of.

    Attributes:
        model: causal, for a window; its features are taken.
        body: for the frames of a hop, with the weights of the model.
        hop: samples.
        shapes: of what it carries.
    """

    model: "keras.Model"
    body: "keras.Model"
    hop: int
    shapes: tuple[tuple[int, ...], ...]

    @property
    def state(self) -> int:
        """How many values it carries."""
        return sum(map(math.prod, self.shapes))


def check(models: Sequence[artifact.Artifact]) -> None:
    """As `second_files.check`."""
    second_files.check(models, _why_none)


def write(models: Sequence[artifact.Artifact], hop: int | None = None) -> list[Path]:
    """As `second_files.write`; hop: samples; None: as of `usual_hop`."""
    return second_files.write(models, _why_none, lambda trained: write_one(trained, artifact.load_keras(trained), hop))


def _why_none(trained):
    return why_none(trained.folder / artifact.MODEL, trained.name)


def write_one(trained: artifact.Artifact, model: "keras.Model", hop: int | None = None) -> Path:
    """Write a stream, run it hop by hop over a window, and keep it if it predicts what Keras predicts of the window.

    Raises:
        InputError: the model takes no such hop, or the file predicts something else; no file is left.
    """
    path = trained.folder / tflite_files.stream_name(trained.name)
    path.unlink(missing_ok=True)  # of an earlier conversion
    from classifier.core import interruptible  # TensorFlow

    rows = probes(trained.audio_format)
    expected = interruptible.predict(model, rows)
    window_length = trained.audio_format.window_length
    hop = usual_hop(model, window_length) if hop is None else hop
    held = converted(registry.load("models", trained.name), model, window_length, hop)
    with atomic_files.new_file(path) as fresh:
        fresh.write_bytes(metadata.write_stream(held, facts(trained, hop)))
        found = np.stack([_last(StreamRunner(fresh), row) for row in rows])
        proof.check_equal(path.name, found, expected)
    return path


def usual_hop(model: "keras.Model", window_length: int) -> int:
    """Samples of a hop that costs at most twice its share of a window, which the shortest one does not."""
    shortest = cast(Any, model.get_layer("features")).hop
    return min(2 * shortest, _longest(shortest, window_length))


def _longest(shortest, window_length):
    return -(-window_length // shortest) * shortest


def facts(trained: artifact.Artifact, hop: int) -> metadata.Facts:
    """What a stream says of itself: its labels, rate, hop and decision rule; hop: samples."""
    audio_format = trained.audio_format
    milliseconds = 1000 * hop / audio_format.sample_rate
    words = (
        f"A hop of {hop} samples ({milliseconds:g} ms) of mono audio at {audio_format.sample_rate} Hz in [-1, 1]; "
        f"the probabilities are of the last {audio_format.window_length} samples ({audio_format.seconds:g} s)."
    )
    return replace(metadata.facts(trained), input_description=words)


def why_none(model: Path, name: str) -> str:
    """Why the model of a Keras file has no stream, in a sentence; "" of one that has. The file is only read."""
    with zipfile.ZipFile(model) as held:
        there = re.findall(r'"class_name": "(\w+)"', held.read("config.json").decode())
    if CAUSAL in there:
        return ""
    otherwise = OTHER if any("Conv" in layer for layer in there) else NO_LAYERS_OVER_TIME
    why = next((why for layer, why in WHY_NONE.items() if layer in there), otherwise)
    return f"{name} gets no stream: {why}; residual_causal has one"


def converted(module: Any, model: "keras.Model", window_length: int, hop: int | None = None) -> bytes:
    """A stream in float32: (audio (1, hop), state (1, n)) -> (probabilities (1, labels), state (1, n)); zeros begin it.

    Args:
        module: the causal model's file of classifier/models.
        window_length: samples that its probabilities are of.
        hop: as of `write`.

    Raises:
        InputError: as of `parts`, or TensorFlow Lite cannot convert it.
    """
    import tensorflow as tf

    held = parts(module, model, window_length, hop)
    signature = [tf.TensorSpec((1, held.hop), name="audio"), tf.TensorSpec((1, held.state), name="state")]
    with convert.spectra_as_products(model, True):
        return convert.of_function(step(held), *signature)


def parts(module: Any, model: "keras.Model", window_length: int, hop: int | None = None) -> Parts:
    """The parts of a stream.

    Raises:
        InputError: the model takes no such hop.
    """
    import keras

    from classifier.models._causal import RecentMean

    features: Any = model.get_layer("features")
    shortest = features.hop
    longest = _longest(shortest, window_length)
    hop = usual_hop(model, window_length) if hop is None else hop
    if hop % shortest or not 0 < hop <= longest:
        milliseconds = 1000 * shortest / features.sample_rate
        raise InputError(
            f"--hop {hop}: this model takes hops of {shortest} samples ({milliseconds:g} ms) or a multiple, up to "
            f"{longest}, as it halves the rate of its frames"
        )
    frames = keras.Input((features.n_mels, hop // features.hop_length, 1))
    body = keras.Model(frames, module.build(frames, model.output_shape[-1]))
    body.set_weights(model.get_layer("body").get_weights())
    steps = longest // shortest
    calls = -(-longest // hop)
    carried = [layer.carried_shape(steps) for layer in carriers(body)]
    assert any(isinstance(layer, RecentMean) for layer in carriers(body))
    return Parts(model, body, hop, ((1,), (1,), (features.past,), (calls - 1,), *carried))


def carriers(body: "keras.Model") -> list[Any]:
    """The layers with a state, in the order in which it is packed."""
    return [layer for layer in body.layers if hasattr(layer, "carried")]


def step(of: Parts) -> Callable:
    """(audio (1, hop), state (1, n)) -> (probabilities (1, labels), state (1, n)), in tensors."""
    from keras import ops

    features: Any = of.model.get_layer("features")
    standardise, gate = of.model.get_layer("standardise"), of.model.get_layer("digital_silence")
    changes = of.model.get_layer("changes")

    def run(audio, state):
        sizes = np.cumsum([math.prod(shape) for shape in of.shapes])[:-1].tolist()
        split = ops.split(state, sizes, axis=1)
        begun, first, past, peaks, *carried = (
            ops.reshape(part, (1, *s)) for part, s in zip(split, of.shapes, strict=True)
        )
        first = ops.where(begun > 0, first, audio[:, :1])  # as a window: before it stands its first sample
        heard = ops.concatenate([past, audio - first], axis=1)
        for layer, values in zip(carriers(of.body), carried, strict=True):
            layer.carried = values
        probabilities = of.body(standardise(features.behind(heard)), training=False)
        newest = ops.max(ops.abs(changes(heard[:, features.past - 1 :])), axis=1, keepdims=True)
        peaks = ops.concatenate([peaks, newest], axis=1)
        kept = [
            ops.ones_like(begun),
            first,
            heard[:, of.hop :],
            peaks[:, 1:],
            *(layer.carried for layer in carriers(of.body)),
        ]
        state = ops.concatenate([ops.reshape(values, (1, -1)) for values in kept], axis=1)
        return gate([peaks, probabilities]), state

    return run


def _last(stream, row):
    """What a stream says at the end of a window, whose first sample is repeated to a whole number of hops."""
    padded = np.pad(row, [-len(row) % stream.hop, 0], mode="edge")
    return [stream.push(hop) for hop in padded.reshape(-1, stream.hop)][-1]
