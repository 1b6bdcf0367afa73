"""Sub-spectral networks: branches with classifiers of their own, each over its range, and a common one first."""

import numpy as np
import pytest

from classifier.core import console

console.import_tensorflow()
import keras  # noqa: E402

from classifier.core import registry  # noqa: E402
from classifier.models import assemble  # noqa: E402
from tests.classifier.models.bodies import body  # noqa: E402


@pytest.mark.parametrize(
    ("name", "shape", "n_classes", "heads", "weights", "fixed"),
    [
        ("subspectral", (40, 500, 1), 10, 1 + 3, 327_432, 576),
        ("subspectral_overlapping", (512, 128, 1), 6, 1 + 7, 35_213_648, 4_480),
    ],
)
def test_heads_and_weights_at_the_papers_input(name, shape, n_classes, heads, weights, fixed):
    model = body(name, shape, n_classes)
    assert [output.shape for output in model.outputs] == [(None, n_classes)] * heads
    assert model.count_params() == weights
    assert weights - sum(int(np.prod(w.shape)) for w in model.trainable_weights) == fixed


@pytest.mark.parametrize(
    ("name", "n_bands", "ranges"),
    [
        ("subspectral", 40, [(0, 20), (10, 30), (20, 40)]),
        ("subspectral_overlapping", 512, [(first, first + 128) for first in range(0, 385, 64)]),
    ],
)
def test_a_branch_depends_on_its_range_and_the_common_head_on_all(name, n_bands, ranges):
    keras.utils.set_random_seed(0)
    model = body(name, (n_bands, 16, 1), 3)
    silence = np.zeros((1, n_bands, 16, 1), "float32")
    quiet = model(silence)
    for band in range(n_bands // 20, n_bands, n_bands // 8):
        sound = silence.copy()
        sound[:, band] = np.random.default_rng(0).normal(0, 10, (16, 1))
        changed = [not np.array_equal(a, b) for a, b in zip(model(sound), quiet, strict=True)]
        assert changed == [True, *(first <= band < end for first, end in ranges)]


def test_every_head_learns_and_only_the_common_one_predicts():
    inputs = keras.Input((40, 101, 1), name="audio")
    inner = keras.Model(inputs, registry.load("models", "subspectral").build(inputs, 3), name="body")
    x = keras.layers.Identity(name="standardise")(inputs)
    model = keras.Model(inputs, inner(x)[0])
    learner = assemble.learner(model)
    learner.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy", jit_compile=False)
    before = [weights.numpy() for weights in inner.trainable_weights]
    maps = np.random.default_rng(0).normal(size=(8, 40, 101, 1)).astype("float32")
    learner.train_on_batch(maps, np.eye(3, dtype="float32")[np.arange(8) % 3])
    for weights, old in zip(inner.trainable_weights, before, strict=True):
        assert np.abs(weights.numpy() - old).max() > 0, weights.path
    assert model.predict(maps, verbose=0).shape == (8, 3)
