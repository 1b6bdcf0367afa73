"""Folds: which there are, when one need not be trained again, and what becomes of the processes."""

import csv
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.data import audio_cache, clips
from classifier.data.layouts import Clip
from classifier.evaluation import cross_validation
from classifier.inference import prediction
from classifier.records import artifact
from classifier.reporting import tables
from classifier.scoring import metrics
from tests.conftest import ROOT, alive, wait_until


def make_clips(n=5, **settings):
    return [Clip(Path(f"{label}{i}.wav"), label, f"{label}{i}", **settings) for label in "ab" for i in range(n)]


def numbers(clips, wanted="all"):
    return cross_validation.numbers(wanted, clips, range(len(clips)), seed=0)


@pytest.mark.parametrize(("recordings", "n"), [(3, 3), (4, 4), (5, 5), (9, 5)])
def test_all_folds_test_every_recording_once(recordings, n):
    found = numbers(make_clips(recordings))
    assert list(found) == list(range(n))
    assert np.sum([split_names == "test" for split_names in found.values()], axis=0).tolist() == [1] * 2 * recordings


def test_the_folds_of_a_data_set_are_taken_as_they_are():
    clips = [clip for fold in range(10) for clip in make_clips(1, fold=fold + 1)]
    assert list(numbers(clips)) == list(range(10))
    assert list(numbers(clips, "7, 2")) == [2, 7]


def test_a_data_set_that_names_the_test_side_has_one_fold():
    clips = [clip for split_name in ("train", "validation", "test") for clip in make_clips(3, split=split_name)]
    assert list(numbers(clips)) == [0]
    assert list(numbers([clip for clip in clips if clip.split != "validation"])) == [0]


@pytest.mark.parametrize(
    ("wanted", "complaint"), [("5", "there are folds 0 to 4"), ("0-2", "give numbers with commas")]
)
def test_folds_that_are_not_there_are_explained(wanted, complaint):
    with pytest.raises(InputError, match=complaint):
        numbers(make_clips(), wanted)


def test_fold_0_and_1_are_numbers_and_true_is_a_flag():
    settings = {"data": "data", "layout": None, "seed": 0, "epochs": 1, "paper": True, "fine_tune": None}
    for fold in (0, 1):
        command = cross_validation.Job("mel", fold, Path("out"), settings, {}).command
        given = ["--data=data", "--seed=0", "--epochs=1", "--paper", f"--fold={fold}", "--model=mel", "--out=out"]
        assert command[4:] == given


@pytest.fixture
def done(trained):
    """A job that is done, as the small training of all tests has left it, and what `is_done` is asked with it."""
    model = artifact.load(trained.out / "mel")
    record = model.record
    settings = {name: value for name, value in asdict(record.config).items() if name != "fold"}
    split = {split_name: record.split.names(split_name) for split_name in ("train", "validation", "test")}
    return cross_validation.Job("mel", 0, trained.out, settings, split), record.data.fingerprint, model.labels


def test_a_fold_that_is_the_same_is_not_trained_again(done):
    assert cross_validation.is_done(*done)


def test_a_fold_of_other_data_labels_or_settings_is_trained_again(done, tmp_path):
    job, fingerprint, labels = done
    assert not cross_validation.is_done(job, "another", labels)
    assert not cross_validation.is_done(job, fingerprint, labels[::-1])
    assert not cross_validation.is_done(replace(job, fold=1), fingerprint, labels)
    assert not cross_validation.is_done(replace(job, model="signal", out=tmp_path), fingerprint, labels)
    for name, value in (("seed", 1), ("epochs", 3), ("epochs", None), ("group_by", "(.)"), ("paper", True)):
        assert not cross_validation.is_done(
            replace(job, settings={**job.settings, name: value}), fingerprint, labels
        ), name
    regrouped = {**job.split, "train": job.split["test"], "test": job.split["train"]}
    assert not cross_validation.is_done(replace(job, split=regrouped), fingerprint, labels)


def test_a_fold_of_another_recipe_is_trained_again(done, monkeypatch):
    from classifier.models import mel

    monkeypatch.setattr(mel, "RECIPE", replace(mel.RECIPE, batch_size=1 + mel.RECIPE.batch_size))
    assert not cross_validation.is_done(*done)


@dataclass(frozen=True)
class Program(cross_validation.Job):
    """A job that runs a line of Python in place of a training."""

    program: str = ""

    @property
    def command(self):
        return [sys.executable, "-c", self.program]


def programs(folder, *lines):
    return [Program("mel", fold, folder / f"fold_{fold}", {}, {}, line) for fold, line in enumerate(lines)]


@pytest.fixture
def finished(monkeypatch):
    scores = {"windows": {"balanced_accuracy": 0.5}}
    monkeypatch.setattr(artifact, "load", lambda folder: SimpleNamespace(record=SimpleNamespace(scores=scores)))


def test_each_fold_that_ends_has_a_line(tmp_path, finished, capsys):
    cross_validation.train(programs(tmp_path, "print('not seen')", ""), ["a", "b"], 2)
    said = capsys.readouterr().err.splitlines()
    assert sorted(line.partition(":")[0] for line in said) == ["mel, fold 0", "mel, fold 1"]
    assert "balanced accuracy 50.0%; 2 of 2 done" in said[-1]


WAITS = """
import os, sys, threading, time
threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()  # as in folds.CHILD
open({mine!r}, "w").write(str(os.getpid()))
while not os.path.exists({other!r}): time.sleep(0.02)
"""


@pytest.mark.parametrize("place", ["here", "on a cluster"])
def test_a_fold_that_fails_says_why_and_those_under_way_are_finished(tmp_path, finished, capsys, place, request):
    scheduler = request.getfixturevalue("cluster") if place == "on a cluster" else None
    first, second, end = (str(tmp_path / name) for name in ("first", "second", "end"))
    fails = WAITS.format(mine=first, other=second) + "sys.exit('TrainModel.py: too quiet')"
    finishes = WAITS.format(mine=second, other=first) + f"time.sleep(1); open({end!r}, 'w')"
    jobs = programs(tmp_path, fails, finishes, *["never"] * 4)
    jobs[1].folder.mkdir(parents=True)
    with pytest.raises(InputError, match="the finished ones are kept: TrainModel.py: too quiet"):
        cross_validation.train(jobs, ["a", "b"], 2, scheduler)
    assert Path(end).exists()
    said = capsys.readouterr().err.splitlines()
    assert sorted(line.partition(";")[0] for line in said) == [
        "mel, fold 0: failed",
        "mel, fold 1: balanced accuracy 50.0%",
    ]
    assert not list(tmp_path.glob(".*"))


def test_a_bug_is_shown_whole(tmp_path, finished, capsys):
    with pytest.raises(InputError, match="ZeroDivisionError"):
        cross_validation.train(programs(tmp_path, "1 / 0"), ["a", "b"], 1)
    assert "Traceback" in capsys.readouterr().err


def test_what_a_worker_trained_in_a_folder_of_its_own_is_missed(tmp_path, finished, cluster):
    with pytest.raises(InputError, match="fold_0/mel is not the same on each machine of the cluster"):
        cross_validation.train(programs(tmp_path, "writes = None"), ["a", "b"], 1, cluster)


TRAINS = """
import sys
from pathlib import Path
from classifier.core import console
from classifier.evaluation import cross_validation
from tests.classifier.evaluation.test_cross_validation import WAITS, programs
folder, n_at_once, scheduler = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
lines = [WAITS.format(mine=str(folder / name), other="/never") for name in ("first", "second")]
console.run(lambda: cross_validation.train(programs(folder, *lines), ["a", "b"], n_at_once, scheduler or None))
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("place", ["1 at once", "2 at once", "a cluster"])
def test_trainings_stop_with_the_one_who_asked_for_them(tmp_path, how, place, request):
    scheduler = request.getfixturevalue("cluster") if place == "a cluster" else ""
    n_at_once = 1 if place == "1 at once" else 2
    command = [sys.executable, "-c", TRAINS, str(tmp_path), str(n_at_once), scheduler]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) as child:
        wait_until(lambda: len([path for path in tmp_path.iterdir() if path.read_text()]) == n_at_once)
        pids = [int(path.read_text()) for path in tmp_path.iterdir()]
        child.send_signal(how)
        child.wait()
    wait_until(lambda: not any(alive(pid) for pid in pids))
    assert not (tmp_path / "second").exists() or n_at_once == 2


def test_a_training_does_not_outlive_the_one_who_asked_for_it(tmp_path):
    (tmp_path / "script.py").write_text("import time; print('up', flush=True); time.sleep(100)")
    command = [sys.executable, "-c", cross_validation.CHILD, str(tmp_path / "script.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        child.stdin.close()  # as the system does when a process is killed
        assert child.wait(10) == 1


def test_some_trainings_fit_on_any_machine():
    assert cross_validation.at_once() >= 1


def test_an_exported_model_says_of_its_test_side_what_it_said_in_training(trained, data_short):
    folder = trained.out / "mel"
    record = artifact.load(folder).record
    held_out = [clip for clip in clips.read_clips(data_short) if clip.name(data_short) in record.split.test]
    recordings = audio_cache.read(held_out, data_short, 16_000, keep=False)
    result = cross_validation.tested(folder, prediction.load(folder), recordings, data_short)
    assert result["heard"] == {"train": 0, "validation": 0}
    assert result["scores"]["windows"]["confusion"] == record.scores["windows"]["confusion"]
    assert cross_validation.spread(result, "windows", "balanced_accuracy") == (
        result["scores"]["windows"]["balanced_accuracy"],
        None,
    )


def test_an_exported_file_knows_what_its_folder_has_heard(trained, data_short):
    recordings = SimpleNamespace(clips=clips.read_clips(data_short))
    split = artifact.load(trained.out / "mel").record.split
    file = trained.out / "mel" / "model_mel_audio_metadata.tflite"
    assert cross_validation.heard(file, data_short, recordings) == {
        split_name: len(split[split_name]) for split_name in ("train", "validation")
    }
    assert set(cross_validation.heard(file, data_short.parent, recordings).values()) == {0}


def make_result(model, right):
    """Of two folds with two labels of four windows each; one fold all right, of the other so many."""
    targets = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    predicted = np.where(np.arange(8) < right, targets, 1 - targets)
    scores = [metrics.score(np.eye(2)[said], targets, np.arange(8), ["quiet", "loud"]) for said in (targets, predicted)]
    rows = [{"fold": fold, "groups_in_two_splits": fold, "scores": score} for fold, score in enumerate(scores)]
    sure = metrics.intervals(np.eye(2)[predicted], targets, np.arange(8), np.arange(8), ["quiet", "loud"])
    held = {"scores": scores[1], "intervals": sure, "labels": ["quiet", "loud"], "recordings_by": "mean"}
    return {"model": model, "folds": rows, **held}


def test_the_best_model_leads(tmp_path, capsys):
    tables.leaderboard([make_result("worse", 4), make_result("better", 6)], tmp_path / "leaderboard.csv")
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed[2:4]] == ["better", "worse"]
    assert "87.5% ± 17.7%" in printed[2]  # 1 and 0.75: their mean, and 0.25 / sqrt(2)
    rows = list(csv.DictReader((tmp_path / "leaderboard.csv").open()))
    assert [(row["model"], float(row["windows_balanced_accuracy"])) for row in rows] == [
        ("better", 0.875),
        ("worse", 0.75),
    ]


def test_a_fold_that_leaks_is_said_aloud(capsys):
    tables.tested(make_result("mel", 6))
    assert "WARNING: fold 1 has 1 groups in two splits" in capsys.readouterr().out
