"""Who may teach: a model of the same labels and windows whose record shows that it never heard what tests."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.data.provenance import SplitRecord
from classifier.records import artifact, heard, teachers
from classifier.records.audio_format import AudioFormat
from classifier.records.config import RunConfig
from classifier.records.run_record import Refit, RunRecord, TeacherRecord
from tests.trained_folder import make_record, write_trained

LEARNED, CHOSE, TESTED = (f"{number:016x}" for number in (1, 2, 3))
FORMAT = AudioFormat(window_length=24_000)
OWN_TEACHER = TeacherRecord(folder="before", model="mel", fingerprint="f", train=[TESTED], validation=[])


def split_of(train, validation, test):
    names = {"train": ["1"], "validation": ["2"], "test": ["3"]}
    about = {"by": "group", "groups": 3, "groups_in_two_splits": [], "recordings_in_two_splits": []}
    return SplitRecord(**names, **about, sounds={"1": train, "2": validation, "3": test})


def trained(tmp_path, sounds=(LEARNED, CHOSE, TESTED), refit=(), **changes):
    """A teacher's folder; with refit, the splits that its refit learned from."""
    about = {"split": split_of(*sounds), **changes}
    folder = write_trained(tmp_path / "mel", **about)
    if refit:
        write_trained(folder / artifact.HELD_OUT, **{"model": "mel", **about})
        of = Refit(splits=list(refit), recordings=3, windows=3, steps=1, seconds=1.0)
        make_record(model="mel", **about, refit=of).write(folder)
    return folder


def found(folder, refit="none", **changes):
    """The teacher of a student that has the same three recordings."""
    config = RunConfig(data="data", window=1.5, teacher=str(folder), refit=refit, **changes)
    teacher = teachers.find(config, ["b", "a"], {"signal": FORMAT})
    audio = SimpleNamespace(contents=[sound + "0" * 48 for sound in (LEARNED, CHOSE, TESTED)])
    return teachers.unheard(teacher, config, audio, np.array(["train", "validation", "test"]))


def test_a_teacher_of_the_same_split_may_teach(tmp_path):
    folder = trained(tmp_path)
    teacher = found(folder)
    assert teacher.held_out.folder == teacher.refit.folder == folder


@pytest.mark.parametrize(
    ("sounds", "complaint"),
    [
        ((TESTED, CHOSE, LEARNED), "has learned from 1 of the 1 recordings of the student's test split"),
        ((LEARNED, TESTED, CHOSE), "has been chosen with 1 of the 1 recordings of the student's test split"),
        ((CHOSE, LEARNED, TESTED), "has learned from 1 of the 1 recordings of the student's validation split"),
        ((TESTED + "-0-9", CHOSE, LEARNED), "has learned from 1 of the 1"),  # another part of the recording
    ],
)
def test_a_teacher_that_heard_what_tests_or_chooses_is_refused(tmp_path, sounds, complaint):
    with pytest.raises(InputError, match=complaint):
        found(trained(tmp_path, sounds))


def test_what_the_teachers_own_teacher_has_heard_it_has_heard_too(tmp_path):
    with pytest.raises(InputError, match="has learned from 1 of the 1"):
        found(trained(tmp_path, teacher=OWN_TEACHER))
    assert heard.of_folder(tmp_path / "mel") == {"train": {LEARNED, TESTED}, "validation": {CHOSE}}


def test_a_recording_that_the_student_learns_from_itself_is_no_secret(tmp_path):
    config = RunConfig(data="data", window=1.5, teacher=str(trained(tmp_path)), refit="none")
    teacher = teachers.find(config, ["a", "b"], {"signal": FORMAT})
    audio = SimpleNamespace(contents=[LEARNED, LEARNED, CHOSE + "x"])
    splits = np.array(["train", "test", "train"])
    assert teachers.unheard(teacher, config, audio, splits).held_out == teacher.held_out


def test_a_record_that_does_not_say_what_it_heard_is_no_proof(tmp_path):
    folder = write_trained(tmp_path / "mel")
    with pytest.raises(InputError, match="does not say which recordings it has heard"):
        found(folder)


def test_the_held_out_twin_of_a_refitted_teacher_counts_and_its_refit_teaches_the_refit(tmp_path, capsys):
    folder = trained(tmp_path, refit=("train", "validation", "test"))
    teacher = found(folder, refit="all")
    assert teacher.of(["train"]).folder == folder / artifact.HELD_OUT
    assert teacher.of(["train", "validation", "test"]).folder == folder
    assert found(folder, refit="without-test").refit.folder == folder / artifact.HELD_OUT
    assert "has heard the test split: its held-out model teaches the student's refit, too" in capsys.readouterr().err


def test_a_refit_that_never_heard_the_test_split_teaches_a_refit_that_is_tested(tmp_path):
    folder = trained(tmp_path, refit=("train", "validation"))
    assert found(folder, refit="without-test").refit.folder == folder


def test_what_a_refitted_student_has_heard_is_what_taught_its_refit(tmp_path):
    own = TeacherRecord(folder="before", model="mel", fingerprint="f", train=[LEARNED], validation=[])
    held_out = make_record(split=split_of(LEARNED, CHOSE, TESTED), teacher=own)
    refit = Refit(splits=["train"], recordings=1, windows=1, steps=1, seconds=1.0, teacher=OWN_TEACHER)
    assert TESTED not in heard.of(held_out)["train"]
    assert TESTED in heard.of(replace(held_out, refit=refit))["train"]


@pytest.mark.parametrize(
    ("labels", "changes", "complaint"),
    [
        (["a", "c"], {}, "knows a, b, and the recordings are of a, c: a teacher needs the same labels"),
        (["a", "b"], {"channel": "first"}, "hears --channel mix, and this run --channel first"),
    ],
)
def test_a_teacher_of_other_labels_or_another_channel_is_refused(tmp_path, labels, changes, complaint):
    config = RunConfig(data="data", teacher=str(trained(tmp_path)), **changes)
    with pytest.raises(InputError, match=complaint):
        teachers.find(config, labels, {"signal": FORMAT})


def test_a_teacher_that_hears_other_windows_is_refused_by_name(tmp_path):
    config = RunConfig(data="data", teacher=str(trained(tmp_path)))
    with pytest.raises(InputError, match="hears windows of 1.5 s at 16000 Hz, and signal of 2 s at 16000 Hz"):
        teachers.find(config, ["a", "b"], {"signal": AudioFormat()})


def test_the_record_of_a_teacher_survives_the_file_and_the_fingerprint_tells_another_model(tmp_path):
    folder = trained(tmp_path)
    record = teachers.record_of(artifact.load(folder), str(folder))
    make_record(teacher=record).write(tmp_path)
    assert RunRecord.read(tmp_path).teacher == record
    (folder / artifact.MODEL).write_bytes(b"another")
    assert teachers.fingerprint(folder) != record.fingerprint
