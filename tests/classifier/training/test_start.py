"""What must be as it was where a training starts from a trained model."""

from argparse import Namespace
from dataclasses import replace

import pytest

from classifier.core.errors import InputError
from classifier.records.config import RunConfig
from classifier.records.run_record import TeacherRecord
from classifier.records.start import StartRecord
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


def test_what_the_teacher_and_the_start_of_the_start_had_heard_is_remembered(tmp_path):
    record = make_record()
    train, validation, *_ = [*record.split.train, *record.split.validation]
    split = replace(record.split, train=[train], validation=[validation], sounds={train: "01", validation: "02"})
    teacher = TeacherRecord(folder="t", model="mel", fingerprint="f", train=["03"], validation=["04"])
    earlier = StartRecord(folder="s", labels=record.labels, train=["05"], validation=["01"])
    folder = write_trained(tmp_path / "mel", split=split, teacher=teacher, start=earlier)
    found = start.record_of(Namespace(start=str(folder)))
    assert (found.train, found.validation) == (["01", "03", "05"], ["02", "04"])


def test_a_head_on_a_pretrained_network_is_refused(tmp_path):
    with pytest.raises(InputError, match="is a head on a pretrained network"):
        start.complete(arguments(write(tmp_path, name="yamnet_small")), USUAL)


def test_what_changes_is_said():
    assert start.changes(["a", "b"], ["b", "c"]) == "kept: b; added: c; removed: a"
    assert start.changes(["a"], ["a"]) == "kept: a"
