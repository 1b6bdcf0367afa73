"""YAMNet here computes what the published file computes, and is read from files of floats too."""

import numpy as np
import pytest

from classifier.core import console
from classifier.core.errors import InputError
from classifier.data import audio_cache, clips
from classifier.pretrained import weights
from classifier.records.audio_format import AudioFormat
from tests.conftest import SHARED_DATA

console.import_tensorflow()
import keras  # noqa: E402

from classifier.pretrained import _tflite, yamnet  # noqa: E402
from classifier.pretrained._embedding import Embedding  # noqa: E402

PATCH = 15_600  # samples
N = 150  # windows
EMBEDDING = "tower0/network/layer28/reduce_mean"


@pytest.fixture(scope="module", params=["esc10", "voices"])
def windows(request, weights_here):
    """(windows, PATCH) of recordings drawn from a data set."""
    data, random = SHARED_DATA / request.param, np.random.default_rng(0)
    held = audio_cache.read(
        random.permutation(np.array(clips.read_clips(data), object)).tolist()[:N], data, 16_000, False
    )
    long = [i for i in range(len(held.clips)) if len(held.samples(i)) >= PATCH]
    starts = [random.integers(0, len(held.samples(i)) - PATCH + 1) for i in long]
    return np.array(
        [audio_cache.to_float(held.samples(i)[start : start + PATCH]) for i, start in zip(long, starts, strict=True)]
    )


def published(windows):
    """Embeddings (windows, 1024) and probabilities (windows, 521) of the published file."""
    with console.quiet_libraries():
        from ai_edge_litert.interpreter import Interpreter

        interpreter = Interpreter(str(weights.fetch("yamnet")), experimental_preserve_all_tensors=True)
        interpreter.allocate_tensors()
    found = next(tensor for tensor in interpreter.get_tensor_details() if tensor["name"] == EMBEDDING)
    scale, zero = found["quantization"]
    embeddings, predictions = [], []
    for window in windows:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], window)
        interpreter.invoke()
        embeddings.append((interpreter.get_tensor(found["index"]).ravel().astype("float32") - zero) * scale)
        predictions.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0])
    return np.array(embeddings), np.array(predictions)


def test_its_embedding_is_the_published_files(windows):
    layer = Embedding.from_audio_format(AudioFormat(window_length=PATCH), network="yamnet")
    ours = np.asarray(layer(windows)).mean(axis=1)
    theirs, predictions = published(windows)
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    assert ((ours * theirs).sum(axis=1) / lengths).mean() > 0.999
    _, kernel, bias = _tflite.weights(weights.fetch("yamnet"))[-1]  # from an embedding to 521 sounds
    same = (ours @ kernel + bias).argmax(axis=1) == predictions.argmax(axis=1)
    confident = predictions.max(axis=1) > 0.5
    assert confident.sum() > 50
    assert same[confident].mean() >= 0.95


def test_the_means_of_several_blocks_are_those_of_their_layers(windows):
    plain, of_blocks = (
        Embedding.from_audio_format(AudioFormat(window_length=PATCH), network="yamnet", **settings)
        for settings in ({}, {"blocks": (5, 13)})
    )
    fifth = [layer for layer in plain.inner.layers if isinstance(layer, keras.layers.ReLU)][2 * 5]  # two in a block
    assert fifth.output.shape[-1] == 256
    found = np.asarray(of_blocks(windows[:4]))
    assert found.shape == (4, 1, 256 + 1024)
    layers = keras.Model(plain.inner.input, fifth.output)(plain.front_end(windows[:4]))
    np.testing.assert_allclose(found[:, 0, :256], np.asarray(layers).mean(axis=(1, 2)), atol=1e-5)
    np.testing.assert_allclose(found[:, 0, 256:], np.asarray(plain(windows[:4])).mean(axis=1), atol=1e-5)


def test_a_file_of_floats_is_read_as_well(tmp_path):
    kernel = np.random.default_rng(0).normal(size=(3, 3, 2, 4)).astype("float32")
    image = keras.Input((8, 8, 2))
    convolution = keras.layers.Conv2D(4, 3)
    model = keras.Model(image, convolution(image))
    convolution.set_weights([kernel, np.arange(4.0)])
    from classifier.export import convert

    path = tmp_path / "floats.tflite"
    path.write_bytes(convert.converted(model))
    ((kind, found, bias),) = _tflite.weights(path)
    assert kind == "CONV_2D"
    assert np.array_equal(found, kernel)
    assert bias.tolist() == [0, 1, 2, 3]
    with pytest.raises(InputError, match="floats.tflite does not hold the weights of this network"):
        yamnet.assign(yamnet.network(), path)


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "yamnet.tflite"
    path.write_text("<html>404</html>")
    with pytest.raises(InputError, match="yamnet.tflite is not a .tflite file"):
        yamnet.assign(yamnet.network(), path)


def test_another_rate_is_refused():
    with pytest.raises(InputError, match="yamnet takes 16000 Hz and this run has 8000"):
        Embedding.from_audio_format(AudioFormat(sample_rate=8_000), network="yamnet")
