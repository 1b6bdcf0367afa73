import pytest

from classifier.core import console
from classifier.records.recipe import Recipe

console.import_tensorflow()
from classifier.training import fit  # noqa: E402

COSINE = {"batch_size": 1, "optimizer": "adamw", "learning_rate": 0.1, "loss": "mse", "cosine": True}


def rate(recipe, step, steps=10):
    return float(fit.optimizer(recipe, steps)._learning_rate(step))


def test_the_learning_rate_rises_and_falls_to_a_hundredth():
    recipe = Recipe(epochs=10, warm_up=2, **COSINE)
    assert [rate(recipe, step) for step in (0, 10, 20, 60, 100)] == pytest.approx([0, 0.05, 0.1, 0.0505, 0.001])


def test_without_warm_up_it_starts_at_its_highest():
    assert [rate(Recipe(epochs=10, **COSINE), step) for step in (0, 100)] == pytest.approx([0.1, 0.001])


def test_a_warm_up_longer_than_the_training_leaves_an_epoch_to_fall():
    recipe = Recipe(epochs=2, warm_up=5, **COSINE)
    assert [rate(recipe, step) for step in (0, 10, 20)] == pytest.approx([0, 0.1, 0.001])


def test_weight_decay_and_label_smoothing_are_taken_from_the_recipe():
    recipe = Recipe(epochs=1, weight_decay=0.03, label_smoothing=0.2, **COSINE)
    assert fit.optimizer(recipe, 1).weight_decay == 0.03
    targets, said = [[1.0, 0.0]], [[0.5, 0.5]]
    assert float(fit.loss(recipe)(targets, said)) == pytest.approx(0.693, abs=1e-3)
    assert float(fit.loss(recipe)(targets, [[1.0, 0.0]])) > 1  # certainty is not asked for
