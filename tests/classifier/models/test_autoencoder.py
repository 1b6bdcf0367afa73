"""The autoencoders have the weights of their source, learn to give back, and export no decoder."""

import keras
import numpy as np
import pytest

from classifier.core import console
from classifier.export import convert

console.import_tensorflow()
from classifier.models._autoencoder import Reconstruction, unit_range  # noqa: E402
from tests.classifier.models.bodies import body  # noqa: E402

SMALL = (30, 18, 1)  # neither a multiple of 16
BOTH = ["autoencoder", "autoencoder_two_stage"]


def weights_of(net, before):
    """(those of the encoder, those of the classifier): what comes before the reconstruction, or after it."""
    reconstruction = next(i for i, layer in enumerate(net.layers) if isinstance(layer, Reconstruction))
    some = net.layers[:reconstruction] if before else net.layers[reconstruction:]
    return [weight for layer in some for weight in layer.trainable_weights]


@pytest.fixture
def features():
    """(4, *SMALL) float32, standardised."""
    return np.random.default_rng(0).normal(0, 1, (4, *SMALL)).astype("float32")


@pytest.mark.parametrize("name", BOTH)
def test_its_weights_at_six_labels_are_its_sources(name):
    net = body(name, (128, 128, 1), 6)
    trainable = sum(int(np.prod(weight.shape)) for weight in net.trainable_weights)
    assert (net.count_params(), trainable) == (721_733 + 6_438, 720_771 + 6_438)


def test_features_are_scaled_window_by_window_and_silence_is_0():
    windows = np.stack([np.full((2, 2, 1), -3.0), [[[5.0], [6.0]], [[7.0], [9.0]]]]).astype("float32")
    assert np.asarray(unit_range(windows))[..., 0] == pytest.approx(np.array([[[0, 0], [0, 0]], [[0, 0.25], [0.5, 1]]]))


@pytest.mark.parametrize("name", BOTH)
def test_the_loss_has_the_error_of_what_is_given_back_in_it(name, features):
    net = body(name, SMALL, 3)
    decoded = next(layer for layer in net.layers if isinstance(layer, Reconstruction)).input[1]
    assert decoded.shape[1:] == SMALL
    given_back = np.asarray(keras.Model(net.input, decoded)(features))
    error = np.square(given_back - np.asarray(unit_range(features))).mean()
    targets = np.eye(3, dtype="float32")[[0, 1, 2, 0]]
    entropy = -np.log((np.asarray(net(features)) * targets).sum(axis=1)).mean()
    net.compile(loss="categorical_crossentropy")
    assert net.evaluate(features, targets, verbose=0) == pytest.approx(entropy + error, rel=1e-4)


@pytest.mark.parametrize("name, labels_teach_the_encoder", [("autoencoder", True), ("autoencoder_two_stage", False)])
def test_labels_teach_the_encoder_unless_there_are_two_stages(name, labels_teach_the_encoder, features):
    import tensorflow as tf

    net = body(name, SMALL, 3)
    encoder, classifier = weights_of(net, before=True), weights_of(net, before=False)
    with tf.GradientTape() as tape:
        of_labels = -tf.math.log(net(features, training=True)[:, 0])
    gradients = tape.gradient(of_labels, [weight.value for weight in encoder + classifier])
    assert any(gradient is not None for gradient in gradients[: len(encoder)]) == labels_teach_the_encoder
    assert all(gradient is not None for gradient in gradients[len(encoder) :])


def test_in_two_stages_giving_back_teaches_the_encoder(features):
    import tensorflow as tf

    net = body("autoencoder_two_stage", SMALL, 3)
    with tf.GradientTape() as tape:
        net(features, training=True)
        given_back = sum(net.losses)
    gradients = tape.gradient(given_back, [weight.value for weight in weights_of(net, before=True)])
    assert all(gradient is not None for gradient in gradients)


@pytest.mark.parametrize("name", BOTH)
def test_saved_and_loaded_it_predicts_and_errs_the_same(name, features, tmp_path):
    net = body(name, SMALL, 3)
    net.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert np.array_equal(np.asarray(again(features)), np.asarray(net(features)))
    assert float(sum(again.losses)) == pytest.approx(float(sum(net.losses)))


def test_no_decoder_is_exported(features, tmp_path):
    net = body("autoencoder", SMALL, 3)
    used = 4 * (net.count_params() - 98_160)  # bytes without the decoder's convolutions
    values = keras.Input((int(np.prod(SMALL)),))
    model = keras.Model(values, net(keras.layers.Reshape(SMALL)(values)))
    convert.export(model, tmp_path / "model.tflite", features.reshape(4, -1))
    assert (tmp_path / "model.tflite").stat().st_size < used + 50_000
