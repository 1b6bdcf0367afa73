"""Values of a recipe that no training can use are refused before it begins."""

import json
from dataclasses import fields

import pytest

from classifier.core import registry
from classifier.core.console import import_keras
from classifier.core.errors import InputError
from classifier.records import recipe, recipe_ranges
from classifier.records.recipe import Recipe


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("epochs", 0, "epochs 0: give a whole number: 1 or more"),
        ("batch_size", -4, "batch_size -4: give a number of windows: 1 or more"),
        ("optimizer", "adamm", "optimizer 'adamm': give one of adadelta, .*; did you mean adam"),
        ("loss", "crossentropy", "loss 'crossentropy': give one of categorical_crossentropy, "),
        ("learning_rate", 0, "learning_rate 0: give a rate: more than 0"),
        ("learning_rate", float("nan"), "learning_rate nan: give a rate: more than 0"),
        ("weight_decay", -1, "weight_decay -1: give a rate: 0 or more"),
        ("warm_up", -3, "warm_up -3: give a number of epochs: 0 or more"),
        ("label_smoothing", 2, "label_smoothing 2: give a share of the targets: 0 or more, and less than 1"),
        ("averaged", 0, "averaged 0: give a number of epochs: 1 or more"),
        ("patience", 0, "patience 0: give a number of epochs: 1 or more"),
        ("speed", 1, "speed 1: give a share of the speed: 0 or more, and less than 1"),
        ("noise_snr_db", (40, 10), "noise_snr_db 40, 10: give the smaller one first"),
        ("rt60_seconds", (0, 1), "rt60_seconds 0: give seconds: more than 0"),
        ("telephone", 1.5, "telephone 1.5: give a share of the windows: from 0 to 1"),
        ("teacher_weight", 1.1, "teacher_weight 1.1: give a share of the loss: from 0 to 1"),
    ],
)
def test_what_no_training_can_use_is_refused(name, value, complaint):
    with pytest.raises(InputError, match=complaint):
        recipe.changed(recipe.FIELD, json.dumps({name: value}))


@pytest.mark.parametrize("model", registry.names("models"))
def test_what_ships_is_in_its_range(model):
    for constant in ("RECIPE", "PAPER", "FINE_TUNE"):
        if registry.states("models", model, constant):
            recipe_ranges.check(recipe.stated(model, constant))


def test_every_value_has_its_range():
    switches = {field.name for field in fields(Recipe) if field.type is bool}
    assert {field.name for field in fields(Recipe)} == {*recipe_ranges.RANGES, *recipe_ranges.WORDS} | switches


def test_keras_knows_every_optimizer_and_loss():
    import_keras()
    import keras

    for name in recipe_ranges.OPTIMIZERS:
        assert name == recipe_ranges.NONE or isinstance(keras.optimizers.get(name), keras.optimizers.Optimizer)
    for name in recipe_ranges.LOSSES:
        assert name == recipe_ranges.NONE or callable(keras.losses.get(name))


def test_a_loss_whose_targets_are_not_smoothed_is_refused_with_label_smoothing():
    with pytest.raises(InputError, match="label_smoothing is for the loss categorical_crossentropy, not for poisson"):
        recipe.changed(recipe.FIELD, '{"loss": "poisson", "label_smoothing": 0.1}')
