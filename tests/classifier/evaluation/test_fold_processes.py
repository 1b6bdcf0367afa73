"""Trainings in processes: what they say when they end, and that none outlives the one who asked for it."""

import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.evaluation import fold_processes
from classifier.evaluation.cross_validation import FoldTraining
from classifier.records import artifact
from classifier.records.config import RunConfig
from classifier.scoring import metrics
from tests.conftest import ROOT, alive, wait_until


@dataclass(frozen=True)
class Program(FoldTraining):
    """Runs a line of Python in place of a training."""

    program: str = ""

    def command(self, labels):
        return [sys.executable, "-c", self.program]


def programs(folder, *lines):
    configs = [RunConfig(data="data", fold=fold) for fold in range(len(lines))]
    return [
        Program("mel", config, folder / f"fold_{config.fold}", {}, program=line)
        for config, line in zip(configs, lines, strict=True)
    ]


@pytest.fixture
def finished(monkeypatch):
    scores = metrics.score(np.eye(2)[[0, 0]], np.arange(2), np.arange(2), ["a", "b"])  # half are right
    record = SimpleNamespace(scores=scores, refit=None, config=SimpleNamespace(multi_label=False))
    monkeypatch.setattr(artifact, "load", lambda folder: SimpleNamespace(record=record))


def test_each_fold_that_ends_has_a_line(tmp_path, finished, capsys):
    fold_processes.train(programs(tmp_path, "print('not seen')", ""), ["a", "b"], 2)
    said = capsys.readouterr().err.splitlines()
    assert sorted(line.partition(":")[0] for line in said) == ["mel, fold 0", "mel, fold 1"]
    assert "balanced accuracy 50.0%; 2 of 2 done" in said[-1]


WAITS = """
import os, sys, time
open({mine!r}, "w").write(str(os.getpid()))
while not os.path.exists({other!r}): time.sleep(0.02)
"""


@pytest.mark.parametrize("place", ["here", "on a cluster"])
def test_a_fold_that_fails_says_why_and_those_under_way_are_finished(tmp_path, finished, capsys, place, request):
    scheduler = request.getfixturevalue("cluster") if place == "on a cluster" else None
    first, second, end = (str(tmp_path / name) for name in ("first", "second", "end"))
    fails = WAITS.format(mine=first, other=second) + "sys.exit('TrainModel.py: too quiet')"
    finishes = WAITS.format(mine=second, other=first) + f"time.sleep(1); open({end!r}, 'w')"
    trainings = programs(tmp_path, fails, finishes, *["never"] * 4)
    trainings[1].folder.mkdir(parents=True)
    with pytest.raises(InputError, match="the finished ones are kept: TrainModel.py: too quiet"):
        fold_processes.train(trainings, ["a", "b"], 2, scheduler)
    assert Path(end).exists()
    said = capsys.readouterr().err.splitlines()
    assert sorted(line.partition(";")[0] for line in said) == [
        "mel, fold 0: failed",
        "mel, fold 1: balanced accuracy 50.0%",
    ]
    assert not list(tmp_path.glob(".*"))


def test_one_that_may_fail_does_not_stop_the_others(tmp_path, finished, capsys):
    trainings = programs(tmp_path, "import sys; sys.exit('TrainModel.py: it diverged')", "")
    assert fold_processes.train(trainings, ["a", "b"], 1, may_fail=trainings[:1]) == {trainings[0].folder}
    said = capsys.readouterr().err.splitlines()
    assert "mel, fold 0: failed: TrainModel.py: it diverged" in said
    assert "mel, fold 1: balanced accuracy 50.0%" in said[-1]


def test_a_bug_is_shown_whole(tmp_path, finished, capsys):
    with pytest.raises(InputError, match="ZeroDivisionError"):
        fold_processes.train(
            programs(tmp_path, "from classifier.core import console; console.run(lambda: 1 / 0)"), ["a", "b"], 1
        )
    assert "Traceback" in capsys.readouterr().err


def test_what_a_worker_trained_in_a_folder_of_its_own_is_missed(tmp_path, finished, cluster):
    with pytest.raises(InputError, match="fold_0/mel is not the same on each machine of the cluster"):
        fold_processes.train(programs(tmp_path, "writes = None"), ["a", "b"], 1, cluster)


TRAINS = """
import sys
from pathlib import Path
from classifier.core import console
from classifier.evaluation import fold_processes
from tests.classifier.evaluation.test_fold_processes import programs
folder, jobs, scheduler, *lines = sys.argv[1:]
trainings = programs(Path(folder), *lines)
console.run(lambda: fold_processes.train(trainings, ["a", "b"], int(jobs), scheduler or None))
"""


def script(folder, jobs, scheduler, *lines):
    return [sys.executable, "-c", TRAINS, str(folder), str(jobs), scheduler, *lines]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("place", ["1 at once", "2 at once", "a cluster"])
def test_trainings_stop_with_the_one_who_asked_for_them(tmp_path, how, place, request):
    scheduler = request.getfixturevalue("cluster") if place == "a cluster" else ""
    jobs = 1 if place == "1 at once" else 2
    lines = [WAITS.format(mine=str(tmp_path / name), other="/never") for name in ("first", "second")]
    with subprocess.Popen(script(tmp_path, jobs, scheduler, *lines), cwd=ROOT, stderr=subprocess.PIPE) as child:
        wait_until(lambda: len([path for path in tmp_path.iterdir() if path.read_text()]) == jobs)
        pids = [int(path.read_text()) for path in tmp_path.iterdir()]
        child.send_signal(how)
        child.wait()
    wait_until(lambda: not any(alive(pid) for pid in pids))
    assert not (tmp_path / "second").exists() or jobs == 2


OUTLIVES = "time.sleep(1); open({end!r}, 'w')"  # five looks at who waits for it
STARTS = """
import os, subprocess, sys, time
subprocess.Popen(sys.argv[2:])
while not os.path.exists(sys.argv[1]): time.sleep(0.02)
"""


@pytest.mark.parametrize("jobs", [1, 2])
def test_trainings_go_on_when_the_shell_that_started_the_script_has_ended(tmp_path, jobs):
    first, shell_ended, end = (str(tmp_path / name) for name in ("first", "shell_ended", "end"))
    line = WAITS.format(mine=first, other=shell_ended) + OUTLIVES.format(end=end)
    starts = [sys.executable, "-c", STARTS, first, *script(tmp_path, jobs, "", line)]
    subprocess.run(starts, cwd=ROOT, stderr=subprocess.DEVNULL)
    Path(shell_ended).touch()
    wait_until(Path(end).exists)


def test_some_trainings_fit_on_any_machine():
    assert fold_processes.default_jobs() >= 1
