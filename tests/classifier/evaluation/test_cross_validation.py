"""Folds: which there are, and when one need not be trained again."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.data.layouts import Clip
from classifier.evaluation import cross_validation
from classifier.records import artifact, recipe
from classifier.training import unfinished


def make_clips(n=5, **settings):
    return [Clip(Path(f"{label}{i}.wav"), label, f"{label}{i}", **settings) for label in "ab" for i in range(n)]


def chosen(clips, wanted=None):
    return cross_validation.choose_folds(wanted, clips, range(len(clips)), seed=0)


@pytest.mark.parametrize(("recordings", "n"), [(3, 3), (4, 4), (5, 5), (9, 5)])
def test_all_folds_test_every_recording_once(recordings, n):
    found = chosen(make_clips(recordings))
    assert list(found) == list(range(n))
    assert np.sum([split_names == "test" for split_names in found.values()], axis=0).tolist() == [1] * 2 * recordings


def test_the_folds_of_a_data_set_are_taken_as_they_are():
    clips = [clip for fold in range(10) for clip in make_clips(1, fold=fold + 1)]
    assert list(chosen(clips)) == list(range(10))
    assert list(chosen(clips, [2, 7])) == [2, 7]


def test_a_data_set_that_names_the_test_split_has_one_fold():
    clips = [clip for split_name in ("train", "validation", "test") for clip in make_clips(3, split=split_name)]
    assert list(chosen(clips)) == [0]
    assert list(chosen([clip for clip in clips if clip.split != "validation"])) == [0]


def test_two_folds_that_test_the_same_are_refused():
    clips = [clip for split_name in ("train", "validation", "test") for clip in make_clips(3, split=split_name)]
    with pytest.raises(InputError, match="--folds: fold 2 tests the same recordings as fold 0; leave it out"):
        chosen(clips, [0, 2])


def test_a_fold_that_is_not_there_is_explained():
    with pytest.raises(InputError, match="there are folds 0 to 4"):
        chosen(make_clips(), [5])


@pytest.fixture
def done(trained):
    """A training that is done, the small one of all tests, and the other arguments of `is_trained`."""
    model = artifact.load(trained.out / "mel")
    record = model.record
    split = {split_name: record.split.names(split_name) for split_name in ("train", "validation", "test")}
    training = cross_validation.FoldTraining("mel", record.config, trained.out, split)
    return training, record.data.fingerprint, model.labels


def test_a_fold_that_is_the_same_is_not_trained_again(done):
    assert cross_validation.is_trained(*done)


def test_a_fold_of_other_data_labels_or_settings_is_trained_again(done, tmp_path):
    training, fingerprint, labels = done
    assert not cross_validation.is_trained(training, "another", labels)
    assert not cross_validation.is_trained(training, fingerprint, labels[::-1])
    assert not cross_validation.is_trained(replace(training, model="signal", out=tmp_path), fingerprint, labels)
    others = {"fold": 1, "seed": 1, "epochs": 3, "group_by": "(.)", "paper": True}
    for change in ({"epochs": None}, *({name: value} for name, value in others.items())):
        other = replace(training, config=replace(training.config, **change))
        assert not cross_validation.is_trained(other, fingerprint, labels), change
    regrouped = {**training.split, "train": training.split["test"], "test": training.split["train"]}
    assert not cross_validation.is_trained(replace(training, split=regrouped), fingerprint, labels)


def test_a_fold_whose_refit_is_missing_is_trained_again(done):
    training, fingerprint, labels = done
    wanted = replace(training, config=replace(training.config, refit="without-test"))
    assert not cross_validation.is_trained(wanted, fingerprint, labels)


@pytest.mark.parametrize(
    ("change", "goes_on"),
    [
        ({}, True),
        ({"seed": 1}, False),
        ({unfinished.SPLIT: "another"}, False),
        ({"refit": "without-test"}, True),
        ({"refit": "all"}, False),
    ],
)
def test_a_fold_that_was_killed_goes_on_where_nothing_has_changed(done, change, goes_on, tmp_path):
    training, fingerprint, labels = done
    training = replace(training, out=tmp_path, config=replace(training.config, refit="without-test"))
    assert not cross_validation.is_begun(training, fingerprint, labels)
    folder = unfinished.folder(tmp_path, training.model, unfinished.refit_of("training"))
    folder.mkdir()
    run = unfinished.identity_of(training.model, training.config, fingerprint, labels)
    about = {"run": {**run, "refit": "without-test", **change}, "history": {"loss": [0.5]}, "kept": []}
    np.savez(folder / unfinished.STATE, about=json.dumps(about))
    assert cross_validation.is_begun(training, fingerprint, labels) == goes_on
    assert ("--resume" in replace(training, resume=goes_on).command(tmp_path)) == goes_on


def test_a_fold_of_another_recipe_is_trained_again(done, monkeypatch):
    monkeypatch.setattr(recipe, "FIELD", replace(recipe.FIELD, batch_size=1 + recipe.FIELD.batch_size))
    assert not cross_validation.is_trained(*done)
