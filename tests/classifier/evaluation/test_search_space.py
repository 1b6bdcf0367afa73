"""What a search may change."""

import json
from dataclasses import fields

import pytest

from classifier.evaluation.search_space import LEFT_OUT, SPACE, Options, of
from classifier.records import recipe
from classifier.records.config import RunConfig
from classifier.records.recipe import Recipe


def test_every_value_of_a_recipe_is_searched_or_left_out_for_a_reason():
    assert sorted([*SPACE, *LEFT_OUT]) == sorted(field.name for field in fields(Recipe))
    assert all(LEFT_OUT.values())


@pytest.mark.parametrize("name", SPACE)
def test_all_that_is_tried_is_a_recipe(name):
    tried = SPACE[name]
    values = tried.values if isinstance(tried, Options) else (tried.low, tried.high)
    assert len(set(values)) == len(values) > 1
    for value in values:
        assert getattr(recipe.changed(recipe.FIELD, json.dumps({name: value})), name) == value


def test_what_changes_nothing_is_not_tried():
    alone, noisy = (RunConfig(data="data", **given) for given in ({}, {"background_noise": "rain", "negatives": "x"}))
    assert set(of(noisy)) - set(of(alone)) == {"background_snr_db", "negatives_snr_db"}
    assert set(of(noisy)) == set(SPACE) == {*of(noisy, has_bands=False), "mixstyle"}
