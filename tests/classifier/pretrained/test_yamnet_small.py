import h5py
import keras
import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.pretrained import weights, yamnet_small
from classifier.pretrained._embedding import Embedding
from classifier.records.audio_format import AudioFormat


def test_it_computes_what_the_published_layers_compute(weights_here):
    """The network as its file describes it: convolutions without bias, batch normalisation, ReLU."""
    layer = Embedding.from_audio_format(AudioFormat(), network="yamnet_small")
    patch = np.random.default_rng(0).normal(-3, 2, (2, 96, 64, 1)).astype("float32")
    x = patch
    with h5py.File(weights.fetch("yamnet_small")) as file:
        held = file["model_weights/model_2"]
        names = ["layer1/conv", *(f"layer{i}/{kind}_conv" for i in range(2, 7) for kind in ("depthwise", "pointwise"))]
        strides = [2, *(stride for _, block in yamnet_small.BLOCKS[:5] for stride in (block, 1))]
        for name, stride in zip(names, strides, strict=True):
            values, normal = held[name], held[name]["bn"]
            if "depthwise" in name:
                x = keras.ops.depthwise_conv(x, values["depthwise_kernel:0"][:], stride, "same")
            else:
                x = keras.ops.conv(x, values["kernel:0"][:], stride, "same")
            mean, variance, beta = (normal[f"{kind}:0"][:] for kind in ("moving_mean", "moving_variance", "beta"))
            x = keras.ops.relu(keras.ops.batch_normalization(x, mean, variance, -1, offset=beta, epsilon=1e-4))
    ours = layer.inner(np.swapaxes(patch, 1, 2))
    assert np.asarray(ours) == pytest.approx(np.asarray(x).mean(axis=2), abs=1e-3)
    assert layer.inner.count_params() == 132_160


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "weights.h5"
    path.write_text("no")
    with pytest.raises(InputError, match="weights.h5 does not hold the weights of this network"):
        yamnet_small.assign(yamnet_small.network(), path)
