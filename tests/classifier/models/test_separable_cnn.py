"""The network has the weights of its source, and reads time first."""

import numpy as np

from classifier.core import console

console.import_tensorflow()
import keras  # noqa: E402

from tests.classifier.models.bodies import body  # noqa: E402


def test_weights_at_the_papers_input():
    for n_classes, weights in ((6, 9_646_630), (10, 9_648_682), (50, 9_669_202)):
        model = body("separable_cnn", (128, 128, 1), n_classes)
        assert model.count_params() == weights
        assert weights - sum(int(np.prod(w.shape)) for w in model.trainable_weights) == 1_152


def test_the_first_kernel_looks_along_frequency_and_its_pool_takes_two_bands():
    model = body("separable_cnn", (128, 64, 1), 2)
    convolution = next(layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D))
    pool = next(layer for layer in model.layers if isinstance(layer, keras.layers.MaxPooling2D))
    assert convolution.input.shape[1:] == (64, 128, 1)  # time, frequency
    assert convolution.kernel_size == (1, 3)
    assert pool.output.shape[1:] == (64, 64, 32)
