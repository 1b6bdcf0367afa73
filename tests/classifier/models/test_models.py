"""Every model has the layers, shapes and weights of its source; the counts were got by building the originals."""

import pytest

from classifier import network, registry
from classifier.recipe import Recipe
from Constants import Contract, InputError, make_contract

WEIGHTS = {
    "signal": (282_291, 281_299),
    "mel": (408_687, 408_687),
    "residual": (78_227, 77_555),
}  # of the body at three labels: all, trainable

LAYERS = {  # name, output shape, weights; activations and dropout inside
    "signal": [
        ("Conv1D", (15_969, 16), 1_040),
        ("BatchNormalization", (15_969, 16), 64),
        ("MaxPooling1D", (1_996, 16), 0),
        ("ReLU", (1_996, 16), 0),
        ("Conv1D", (983, 32), 16_416),
        ("BatchNormalization", (983, 32), 128),
        ("MaxPooling1D", (122, 32), 0),
        ("ReLU", (122, 32), 0),
        ("Conv1D", (54, 64), 32_832),
        ("BatchNormalization", (54, 64), 256),
        ("Conv1D", (24, 128), 65_664),
        ("BatchNormalization", (24, 128), 512),
        ("Conv1D", (11, 256), 131_328),
        ("BatchNormalization", (11, 256), 1_024),
        ("MaxPooling1D", (2, 256), 0),
        ("ReLU", (2, 256), 0),
        ("Flatten", (512,), 0),
        ("Dense", (64,), 32_832),
        ("Dense", (3,), 195),
    ],
    "mel": [
        ("Conv2D", (123, 58, 24), 888),
        ("MaxPooling2D", (60, 29, 24), 0),
        ("Conv2D", (56, 25, 48), 28_848),
        ("MaxPooling2D", (27, 12, 48), 0),
        ("Conv2D", (23, 8, 48), 57_648),
        ("Conv2D", (20, 5, 60), 46_140),
        ("Conv2D", (17, 2, 72), 69_192),
        ("Flatten", (2_448,), 0),
        ("Dense", (84,), 205_716),
        ("Dropout", (84,), 0),
        ("Dense", (3,), 255),
    ],
    "residual": [
        ("Conv2D", (64, 32, 16), 400),
        ("BatchNormalization", (64, 32, 16), 64),
        ("ReLU", (64, 32, 16), 0),
        ("Conv2D", (64, 32, 16), 2_304),
        ("BatchNormalization", (64, 32, 16), 64),
        ("ReLU", (64, 32, 16), 0),
        ("Conv2D", (64, 32, 16), 2_304),
        ("BatchNormalization", (64, 32, 16), 64),
        ("Add", (64, 32, 16), 0),
        ("ReLU", (64, 32, 16), 0),
        ("Conv2D", (32, 16, 32), 4_608),
        ("BatchNormalization", (32, 16, 32), 128),
        ("AveragePooling2D", (32, 16, 16), 0),
        ("ReLU", (32, 16, 32), 0),
        ("Conv2D", (32, 16, 32), 512),
        ("Conv2D", (32, 16, 32), 9_216),
        ("BatchNormalization", (32, 16, 32), 128),
        ("BatchNormalization", (32, 16, 32), 128),
        ("Add", (32, 16, 32), 0),
        ("ReLU", (32, 16, 32), 0),
        ("Conv2D", (16, 8, 64), 18_432),
        ("BatchNormalization", (16, 8, 64), 256),
        ("AveragePooling2D", (16, 8, 32), 0),
        ("ReLU", (16, 8, 64), 0),
        ("Conv2D", (16, 8, 64), 2_048),
        ("Conv2D", (16, 8, 64), 36_864),
        ("BatchNormalization", (16, 8, 64), 256),
        ("BatchNormalization", (16, 8, 64), 256),
        ("Add", (16, 8, 64), 0),
        ("ReLU", (16, 8, 64), 0),
        ("GlobalAveragePooling2D", (64,), 0),
        ("Dropout", (64,), 0),
        ("Dense", (3,), 195),
    ],
}


def built(name, n_classes=3, contract=None):
    module, contract = registry.load("models", name), contract or Contract()
    return network.build(module, network.features_of(module, contract), contract, n_classes)


@pytest.mark.parametrize("name", registry.names("models"))
def test_layers_shapes_and_weights(name):
    body = built(name).get_layer("body")
    layers = [(type(layer).__name__, layer.output.shape[1:], layer.count_params()) for layer in body.layers[1:]]
    assert layers == LAYERS[name]
    assert (body.count_params(), sum(int(w.value.numpy().size) for w in body.trainable_weights)) == WEIGHTS[name]


@pytest.mark.parametrize("name", registry.names("models"))
def test_one_output_per_label_that_sum_to_one(name):
    import numpy as np

    audio = np.random.default_rng(0).normal(0, 0.1, (2, Contract().piece_length)).astype("float32")
    probabilities = np.asarray(built(name, n_classes=7)(audio))
    assert probabilities.shape == (2, 7)
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("name", registry.names("models"))
def test_a_model_has_a_source_and_two_recipes(name):
    module = registry.load("models", name)
    assert "Source:" in module.__doc__
    assert isinstance(module.RECIPE, Recipe)
    assert isinstance(module.PAPER, Recipe)


def test_the_recipes_stay_below_the_papers_budget_and_adadelta_has_its_rate():
    signal, mel = registry.load("models", "signal"), registry.load("models", "mel")
    for module, epochs, batch in ((signal, 100, 100), (mel, 50, 64)):
        assert (module.PAPER.epochs, module.PAPER.batch_size) == (epochs, batch)
        assert module.RECIPE.epochs <= epochs
        assert module.RECIPE.batch_size <= batch
    assert (signal.PAPER.optimizer, signal.PAPER.learning_rate) == ("adadelta", 1.0)


def test_pieces_too_short_for_a_model_are_refused():
    with pytest.raises(InputError, match="mel can not be built for pieces of 1 s"):
        built("mel", contract=make_contract(seconds=1))
