import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.inference.similarity.embedder import load_embedder
from tests.classifier.inference.similarity.conftest import BASIS, RATE, sound
from tests.tiny_tflite import N
from tests.trained_folder import write_trained


def test_it_gives_the_layer_before_the_last_with_length_1(network):
    made = load_embedder(network)
    assert (made.width, made.audio_format.sample_rate, made.audio_format.window_length) == (8, RATE, N)
    windows = sound(0, 20)
    expected = windows @ BASIS.T
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    found = made.embed(windows)
    assert found.dtype == np.float16 and found == pytest.approx(expected, abs=1e-3)


def test_a_window_of_equal_samples_is_like_nothing(network):
    assert not load_embedder(network).embed(np.full((2, N), 0.5, "float32")).any()


def test_a_model_that_is_not_converted_says_how(tmp_path):
    folder = write_trained(tmp_path / "mel")
    with pytest.raises(InputError, match="mel is not converted: run ConvertModelToTFLite.py --model mel first"):
        load_embedder(folder)


def test_yamnet_gives_1024_values(weights_here):
    made = load_embedder("yamnet")
    noise = np.random.default_rng(0).normal(0, 0.1, (2, 15_600)).astype("float32")
    values = made.embed(noise).astype("float32")
    assert made.width == 1024 and values[0] @ values[1] > 0.9
    tone = 0.5 * np.sin(np.arange(15_600) * 2 * np.pi * 440 / 16_000)[None].astype("float32")
    assert values[0] @ made.embed(tone)[0].astype("float32") < 0.9
