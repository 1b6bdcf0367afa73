"""The counts are those of the README's network."""

import keras
import pytest

from classifier.models import assemble, stft_mean_mlp


@pytest.mark.parametrize(("n_classes", "weights"), [(3, 181_635), (8, 182_280)])
def test_weights_are_the_sources(n_classes, weights):
    audio_format = stft_mean_mlp.PAPER_AUDIO_FORMAT
    model = assemble.build(stft_mean_mlp, assemble.features_of(stft_mean_mlp, audio_format), audio_format, n_classes)
    assert model.get_layer("body").input.shape[1:] == (257,)
    assert model.get_layer("body").count_params() == weights


def test_the_last_layer_outputs_probabilities():
    inputs = keras.Input((257,))
    assert keras.Model(inputs, stft_mean_mlp.build(inputs, 3)).layers[-1].activation is keras.activations.softmax
