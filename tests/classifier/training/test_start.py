"""What must be as it was where a training starts from a trained model."""

from argparse import Namespace
from dataclasses import replace

import pytest

from classifier.core.errors import InputError
from classifier.records.config import RunConfig
from classifier.training import start
from tests.trained_folder import make_record, write_trained

USUAL = "signal,mel"


def arguments(folder, **given):
    usual = {"window": None, "sample_rate": None, "group_by": None, "folds_by": None, "fold": 0, "channel": "mix"}
    return Namespace(**{"start": folder, "model": USUAL, "paper": False, **usual, **given})


def write(folder, sounds=True, name="mel"):
    split = replace(make_record().split, sounds={"a/1.wav": "0123"} if sounds else {})
    config = RunConfig(data="data", fold=2, window=1.5, group_by="^([^_]+)_")
    return write_trained(folder / name, split=split, config=config)


def test_model_audio_groups_and_fold_are_those_of_the_start(tmp_path):
    folder = write(tmp_path)
    found = start.complete(arguments(folder), USUAL)
    assert (found.model, found.window, found.group_by, found.fold) == ("mel", 1.5, "^([^_]+)_", 2)
    assert found.start == folder.resolve()
    assert start.complete(arguments(folder, model="mel", fold=2), USUAL).fold == 2


def test_without_a_start_nothing_changes():
    asked = arguments(None)
    assert start.complete(asked, USUAL) is asked


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"model": "signal"}, "--model signal: .* is a mel; leave out --model"),
        ({"fold": 1}, "--fold 1: .* was trained with 2, and must not be tested on what it has heard"),
        ({"window": 2.0}, "--window 2.0: .* was trained with 1.5"),
        ({"channel": "first"}, "--channel first: .* was trained with mix"),
        ({"paper": True}, "was trained without --paper"),
    ],
)
def test_what_contradicts_the_start_is_refused(tmp_path, given, complaint):
    with pytest.raises(InputError, match=complaint):
        start.complete(arguments(write(tmp_path), **given), USUAL)


def test_a_model_that_does_not_say_what_it_heard_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not say which recordings it has heard"):
        start.complete(arguments(write(tmp_path, sounds=False)), USUAL)


def test_a_head_on_a_pretrained_network_is_refused(tmp_path):
    with pytest.raises(InputError, match="is a head on a pretrained network"):
        start.complete(arguments(write(tmp_path, name="yamnet_small")), USUAL)


def test_what_changes_is_said():
    assert start.changes(["a", "b"], ["b", "c"]) == "kept: b; added: c; removed: a"
    assert start.changes(["a"], ["a"]) == "kept: a"
