import keras
import numpy as np
import pytest
import tensorflow as tf

from classifier.core.errors import InputError
from classifier.pretrained import vggish, weights
from classifier.records.audio_format import make_audio_format

RATE = 16_000
SHAPES = {  # of the published file: kernels (frames, bands, channels in, filters), time goes down the image
    "conv1": (3, 3, 1, 64),
    "conv2": (3, 3, 64, 128),
    "conv3/conv3_1": (3, 3, 128, 256),
    "conv3/conv3_2": (3, 3, 256, 256),
    "conv4/conv4_1": (3, 3, 256, 512),
    "conv4/conv4_2": (3, 3, 512, 512),
    "fc1/fc1_1": (12_288, 4096),
    "fc1/fc1_2": (4096, 4096),
    "fc2": (4096, 128),
}
POOLED = ("conv1", "conv2", "conv3/conv3_2", "conv4/conv4_2")


@pytest.fixture(scope="module")
def network():
    return vggish.network()


@pytest.fixture(scope="module")
def published():
    """{name: array} as the published file has them, of other values."""
    random, arrays = np.random.default_rng(0), {}
    for name, shape in SHAPES.items():
        deviation = np.sqrt(2 / np.prod(shape[:-1]), dtype="float32")
        arrays[f"vggish/{name}/weights"] = deviation * random.standard_normal(shape, "float32")
        arrays[f"vggish/{name}/biases"] = 0.1 * random.standard_normal(shape[-1:], "float32")
    return arrays


@pytest.fixture(scope="module")
def pca():
    """Eigenvectors (128, 128) and means (128, 1) that spread values over the steps, and some beyond them."""
    random = np.random.default_rng(1)
    return 0.1 * random.standard_normal((128, 128), "float32"), random.standard_normal((128, 1), "float32")


@pytest.fixture(scope="module")
def images():
    """Two images of two examples and a rest of 8 frames."""
    return np.random.default_rng(2).standard_normal((2, 64, 200, 1), "float32")


@pytest.fixture(scope="module")
def embedding(network, published, pca, images, tmp_path_factory):
    """What the network makes of the images with the weights of a checkpoint of one file, as the published one is."""
    path = tmp_path_factory.mktemp("published") / "vggish_model.ckpt"
    tf.raw_ops.Save(filename=str(path), tensor_names=list(published), data=list(published.values()))
    write_pca(path.parent, *pca)
    vggish.assign(network, path)
    path.unlink()
    return np.asarray(network(images))


def write_pca(folder, vectors, means):
    np.savez(folder / "vggish_pca_params.npz", pca_eigen_vectors=vectors, pca_means=means)


def write_newer(path, arrays):
    """A checkpoint of TensorFlow's second format: .index and .data beside each other."""
    names, slices = list(arrays), [""] * len(arrays)
    tf.raw_ops.SaveV2(prefix=str(path), tensor_names=names, shape_and_slices=slices, tensors=list(arrays.values()))


def steps(example, published, pca):
    """The definition, for an example (96, 64): its 128 values as integers from 0 to 255."""
    x = example[None, :, :, None]
    for name in SHAPES:
        kernel, bias = published[f"vggish/{name}/weights"], published[f"vggish/{name}/biases"]
        if name.startswith("conv"):
            x = tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "SAME") + bias)
            x = tf.nn.max_pool2d(x, 2, 2, "SAME") if name in POOLED else x
        else:
            x = np.reshape(x, (1, -1)) @ kernel + bias
            x = x if name == "fc2" else np.maximum(x, 0)
    vectors, means = pca
    whitened = np.clip(vectors @ (x.T - means), -2, 2)[:, 0]
    return ((whitened + 2) * 255 / 4).astype("uint8")


def test_it_has_as_many_weights_as_the_published_network(network):
    assert sum(layer.count_params() for layer in network.layers if layer.name != "pca") == 72_141_184


@pytest.mark.parametrize(("seconds", "examples"), [(0.975, 1), (10, 10), (22, 22), (30, 31)])
def test_an_example_has_96_frames_and_a_rest_is_dropped(network, seconds, examples):
    audio = keras.Input((round(seconds * RATE),))
    assert network(vggish.front_end(RATE)(audio)).shape == (None, examples, 128)


def test_a_sample_less_than_an_example_is_refused(network):
    with pytest.raises(ValueError, match="--window"):
        network(vggish.front_end(RATE)(np.zeros((1, 15_599), "float32")))


def test_windows_shorter_than_an_example_are_refused_before_the_weights_are_looked_for():
    with pytest.raises(InputError, match="VGGish needs windows of 0.975 s or more"):
        vggish.embedding(make_audio_format(seconds=0.9))


def test_silence_is_the_logarithm_of_the_offset():
    assert np.asarray(vggish.front_end(RATE)(np.zeros((1, RATE), "float32"))) == pytest.approx(np.log(0.01))


def test_its_embedding_is_the_published_definitions(embedding, images, published, pca):
    expected = [[steps(image[:, start : start + 96, 0].T, published, pca) for start in (0, 96)] for image in images]
    found = np.round((embedding + 1) * 128)
    differences = np.abs(found - np.array(expected, "int32"))
    assert len(np.unique(expected)) > 100
    assert differences.max() <= 1  # a value beside the edge of a step may round the other way
    assert (differences == 0).mean() > 0.98


def test_values_are_steps_of_8_bits(embedding):
    kept = (embedding + 1) * 128
    assert (kept == np.round(kept)).all()
    assert kept.min() == 0
    assert kept.max() == 255


def test_layers_before_the_steps_can_learn(network, images):
    last = network.get_layer("pca").kernel
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(network(images[:1]))
    assert np.abs(tape.gradient(total, last.value)).max() > 0


def test_a_missing_checkpoint_is_named_with_where_it_is_published(network, pca, tmp_path):
    write_pca(tmp_path, *pca)
    with pytest.raises(InputError, match=r"vggish_model.ckpt is missing: download https://.*/vggish_model.ckpt"):
        vggish.assign(network, tmp_path / "vggish_model.ckpt")


def test_a_missing_pca_file_is_named_with_where_it_is_published(network, tmp_path):
    (tmp_path / "vggish_model.ckpt").write_bytes(b"")
    with pytest.raises(
        InputError, match=r"vggish_pca_params.npz is missing: download https://.*/vggish_pca_params.npz"
    ):
        vggish.assign(network, tmp_path / "vggish_model.ckpt")


@pytest.mark.parametrize("held", [b"", b"<html>not found</html>" * 100])
def test_what_is_no_checkpoint_is_refused(network, pca, tmp_path, held):
    write_pca(tmp_path, *pca)
    (tmp_path / "vggish_model.ckpt").write_bytes(held)
    with pytest.raises(InputError, match="vggish_model.ckpt is damaged, or not a checkpoint"):
        vggish.assign(network, tmp_path / "vggish_model.ckpt")


def test_a_checkpoint_cut_off_is_refused(network, pca, tmp_path):
    write_pca(tmp_path, *pca)
    write_newer(tmp_path / "new", {"vggish/conv1/weights": np.zeros(SHAPES["conv1"], "float32")})
    data = tmp_path / "new.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:100])
    with pytest.raises(InputError, match="new is damaged"):
        vggish.assign(network, tmp_path / "new")


def test_a_missing_variable_is_named(network, pca, tmp_path):
    write_pca(tmp_path, *pca)
    write_newer(tmp_path / "new", {"vggish/conv1/weights": np.zeros(SHAPES["conv1"], "float32")})
    with pytest.raises(InputError, match="new has no vggish/conv1/biases"):
        vggish.assign(network, tmp_path / "new")


def test_a_variable_of_another_shape_is_named(network, pca, tmp_path):
    write_pca(tmp_path, *pca)
    write_newer(tmp_path / "new", {"vggish/conv1/weights": np.zeros((5, 5, 1, 64), "float32")})
    with pytest.raises(InputError, match=r"vggish/conv1/weights of shape \(5, 5, 1, 64\), not \(3, 3, 1, 64\)"):
        vggish.assign(network, tmp_path / "new")


def test_a_pca_file_of_other_arrays_is_refused(network, tmp_path):
    write_pca(tmp_path, np.zeros((3, 128)), np.zeros((128, 1)))
    with pytest.raises(InputError, match=r"vggish_pca_params.npz has arrays of shapes \(3, 128\)"):
        vggish.assign(network, tmp_path / "vggish_model.ckpt")


def test_a_damaged_pca_file_is_refused(network, tmp_path):
    (tmp_path / "vggish_pca_params.npz").write_bytes(b"PK\3\4" + b"x" * 100)
    with pytest.raises(InputError, match="vggish_pca_params.npz is damaged"):
        vggish.assign(network, tmp_path / "vggish_model.ckpt")


def test_its_weights_are_fetched_by_a_person_for_nobody_published_a_checksum():
    assert weights.PUBLISHED["vggish"].sha256 is None
    assert weights.PUBLISHED["vggish"].path.name == "vggish_model.ckpt"
