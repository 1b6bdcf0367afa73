"""Train and test a model on every fold, a process each, and gather what they say of recordings they never heard.

A fold that is there already, of the same data, run and recipe, is taken as it is; so a killed run goes on where it was.
On a cluster a worker mirrors data that has an address, and sends the trained folder where the results have one; what is
given by its path lies where all machines see it.
"""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from classifier.audio import recording
from classifier.core import atomic_files, parallel, registry
from classifier.core.console import import_tensorflow, progress, say
from classifier.core.errors import InputError
from classifier.data import splits
from classifier.data.layouts import folder_of
from classifier.plotting import confusion_matrix
from classifier.records import artifact
from classifier.records.config import RunConfig
from classifier.records.recipe import fine_tuning_for, recipe_for
from classifier.scoring import metrics, thresholds
from classifier.storage import remote
from Constants import ROOT

TRAINING_BYTES = 2e9  # a training takes 1.3 GB; the rest is for its pages of the decoded recordings
TRAINING_CORES = 2  # more than two hardly make a training of these models faster
POLL = 0.2  # seconds between looks at the processes
PATIENCE = 10  # seconds a process has to stop when it is asked to
# Runs a script that ends when its standard input does, so that nothing trains on after this process is killed.
CHILD = """
import os, runpy, sys, threading
threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()
sys.argv = sys.argv[1:]
sys.path[0] = os.path.dirname(sys.argv[0])
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@dataclass(frozen=True)
class Job:
    """One model, one fold: settings are the flags of TrainModel.py, split the recordings of each side."""

    model: str
    fold: int
    out: Path
    settings: dict
    split: dict

    @property
    def folder(self):
        return self.out / self.model

    @property
    def config(self) -> RunConfig:
        return RunConfig(**{**self.settings, "fold": self.fold})

    @property
    def command(self):
        command = [sys.executable, "-c", CHILD, str(ROOT / "TrainModel.py")]
        for name, value in {**asdict(self.config), "model": self.model, "trained": self.out}.items():
            if value is not None and value is not False:  # 0 is a fold
                flag = f"--{name.replace('_', '-')}"
                command.append(flag if value is True else f"{flag}={value}")
        return command


def numbers(wanted, clips, contents, seed):
    """The folds that a person means by `--folds 0,2|all`, each with the side of every clip.

    All are those of splits.split; where the data set itself names the test split, that is one.

    Returns:
        {fold: (clips,) array of sides}.

    Raises:
        InputError: there is no such fold, or one that cannot be trained.
    """
    if wanted != "all":
        try:
            chosen = sorted({int(number) for number in wanted.split(",")})
        except ValueError:
            raise InputError(f"--folds {wanted!r}: give numbers with commas, such as 0,2, or all") from None
        return {fold: splits.split(clips, contents, fold, seed) for fold in chosen}
    found, tested = {}, set()
    for fold in itertools.count():
        try:
            split_names = splits.split(clips, contents, fold, seed)
        except InputError as error:
            if fold and str(error).startswith(f"--fold {fold}:"):
                return found
            raise
        test = tuple(np.flatnonzero(split_names == splits.SPLITS[2]))
        if test in tested:
            return found
        tested.add(test)
        found[fold] = split_names


def jobs(names, folds, store, settings, out):
    """The trainings of some models on some folds (as of `numbers`), in `<out>/fold_<k>/<model>/`."""
    folder = folder_of(settings["data"])
    clips = [clip.name(folder) for clip in store.clips]
    found = []
    for fold, name in itertools.product(folds, names):
        split = {
            split_name: [clip for clip, where in zip(clips, folds[fold], strict=True) if where == split_name]
            for split_name in splits.SPLITS
        }
        found.append(Job(name, fold, Path(out) / f"fold_{fold}", settings, split))
    return found


def is_done(job, fingerprint, labels):
    """Whether the folder of a job holds what it would train: same data, split, run, recipe and labels."""
    if not (job.folder / artifact.RUN).is_file():
        return False
    try:
        trained = artifact.load(job.folder)
        trained.predictions("test")
    except InputError:
        return False
    held = trained.record
    same = held.data.fingerprint == fingerprint and held.labels == labels and held.config == job.config
    same = same and all(held.split.names(split_name) == names for split_name, names in job.split.items())
    return same and (held.recipe, held.fine_tuning) == _recipes(job)


def _recipes(job):
    import_tensorflow()  # before a file of classifier/models imports it
    model = registry.load("models", job.model)
    return recipe_for(model, job.config), fine_tuning_for(model, job.config)


def at_once():
    """How many trainings this machine has cores and memory for."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else TRAINING_BYTES
    return int(max(1, min(parallel.cpu_count() // TRAINING_CORES, memory // TRAINING_BYTES)))


def train(jobs, labels, n_at_once, scheduler=None, to=None):
    """Run jobs, some at a time, with a line for each that ends. Whatever stops this stops them too.

    Args:
        jobs: trainings of one EvaluateModel.py, as of `jobs`.
        labels: in the order of the outputs.
        n_at_once: trainings at a time on this machine; on a cluster it is one for each thread of its workers.
        scheduler: address of a Dask cluster's; None for this machine.
        to: the address that the folder of the jobs is a mirror of; None where it is none.

    Raises:
        InputError: a training failed; those that were under way are finished first.
    """
    if not jobs:
        return
    started, n_done, failed = time.monotonic(), 0, None
    jobs = [replace(job, out=job.out.resolve(), split={}) for job in jobs]  # few bytes, and true from any folder
    stop = f"{to if scheduler and to else jobs[0].out.parent}/.stop-{uuid.uuid4().hex}"
    calls = [(number, job, labels, stop, scheduler and to) for number, job in enumerate(jobs)]
    try:
        with contextlib.closing(parallel.results(_train, calls, scheduler, n_at_once)) as ended:
            for number, failure in ended:
                job = jobs[number]
                if failure is None:
                    if to:
                        remote.fetched(to) if scheduler else remote.send(job.out.parent, to)
                    if scheduler and not job.folder.is_dir():
                        raise parallel.not_shared(job.folder)
                    recall = artifact.load(job.folder).record.scores["windows"]["balanced_accuracy"]
                    n_done += 1
                    minutes = (time.monotonic() - started) / 60
                    words = f"balanced accuracy {recall:.1%}; {n_done} of {len(jobs)} done, {minutes:.1f} minutes"
                    say(f"{job.model}, fold {job.fold}: {words}")
                elif failure:
                    failed = failed or _complaint(*failure)
                    say(f"{job.model}, fold {job.fold}: failed")
    finally:
        remote.remove(stop)
    if failed:
        raise InputError(f"a training failed, the finished ones are kept: {failed}")


def _train(number, job, labels, stop, to):
    """One job, where there is no file `stop` yet; where it fails it writes that, so that no other is begun.

    Returns:
        its number, and None, or what went wrong: exit status and all that it said; () where it was not begun.
    """
    if remote.stamp(stop):
        return number, ()
    where = f"{to}/{job.out.name}/{job.model}"
    with tempfile.TemporaryDirectory() as folder:
        job = replace(job, out=Path(folder)) if to else job
        labels_file = Path(folder) / "labels.txt"
        labels_file.write_text("\n".join(labels) + "\n", encoding="utf-8")
        status, said = _run([*job.command, f"--labels={labels_file}"])
        if status and parallel.is_wanted():
            with remote.new_file(stop) as fresh:
                fresh.touch()
        elif to and not status:
            remote.send(job.folder, where)
    return number, (status, said) if status else None


def _run(command):
    """Run a process as long as somebody waits for it; returns its exit status and what it said."""
    parent = os.getppid()
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT)
        try:
            while child.poll() is None and parallel.is_wanted() and os.getppid() == parent:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(POLL)
        finally:
            _stop(child)
        log.seek(0)
        return child.returncode, log.read().decode(errors="replace").strip()


def _complaint(status, text):
    """The last line that a process said; all of it is shown where that is no sentence for a person."""
    if status != 1 or "Traceback" in text:
        say(text)
    return text.splitlines()[-1] if text else f"it ended with {status} and said nothing; is memory short?"


def _stop(child):
    with child.stdin:
        if child.poll() is None:
            with contextlib.suppress(ValueError):  # Windows cannot interrupt
                child.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(PATIENCE)
        child.kill()
        child.wait()


def gather(jobs, store, vote=False, seed=0):
    """What the folds of one model say, each apart and all together.

    Returns:
        dict of model, run, split_by, folds (list of {fold, folder, best_epoch, groups_in_two_splits, scores}), alarms
        (thresholds.pooled), and what _together says.
    """
    folder = folder_of(jobs[0].settings["data"])
    group_of = {clip.name(folder): clip.group for clip in store.clips}
    folds, together, alarms = [], [], []
    for job in jobs:
        trained = artifact.load(job.folder)
        predictions = trained.predictions("test")
        seconds = trained.audio_format.seconds
        alarms.append(thresholds.measure(predictions, trained.labels, seconds, trained.record.thresholds))
        names = np.array(trained.record.split.test)[predictions["recordings"]]
        predictions["groups"] = np.array([group_of[name] for name in names])
        predictions["recordings"] = np.array([f"{job.fold} {name}" for name in names])
        together.append(predictions)
        row = {"fold": job.fold, "folder": str(job.folder), "best_epoch": trained.record.best_epoch}
        row["groups_in_two_splits"] = len(trained.record.split.groups_in_two_splits)
        row["scores"] = metrics.score(*_in_order(predictions), trained.labels, vote)
        folds.append(row)
    predictions = {name: np.concatenate([each[name] for each in together]) for name in together[0]}
    result = {"model": jobs[0].model, "run": jobs[0].settings, "split_by": splits.how(store.clips), "folds": folds}
    return {**result, "alarms": thresholds.pooled(alarms), **_together(predictions, trained.labels, vote, seed)}


def tested(path, predictor, store, data, overlap=0.0, vote=False, seed=0):
    """What a trained model says of labelled recordings, all of them.

    Args:
        path: of the model; data: of the recordings.

    Returns:
        dict of model, heard (what of the recordings the model knows from its training), and what _together says.
    """
    predictions = metrics.predictions(predictor, store, overlap)
    predictions["groups"] = np.array([clip.group for clip in store.clips])[predictions["recordings"]]
    result = {"model": str(path), "data": str(data), "overlap": overlap, "heard": heard(path, data, store)}
    return {**result, **_together(predictions, predictor.labels, vote, seed)}


def _together(predictions, labels, vote, seed):
    """Scores and intervals. Areas rank the answers of several folds' models together, as if they were one model's."""
    scores = metrics.score(*_in_order(predictions), labels, vote)
    sure = metrics.intervals(*_in_order(predictions), predictions["groups"], labels, vote, seed)
    by = "vote" if vote else "mean"
    return {"labels": labels, "recordings_by": by, "scores": scores, "intervals": sure}


def _in_order(predictions):
    return predictions["probabilities"], predictions["targets"], predictions["recordings"]


def spread(result, what, name):
    """(mean, sd) of a score over the folds of a result; the sd of one fold is None."""
    values = [fold["scores"][what][name] for fold in result.get("folds", [result])]
    return float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else None


def heard(path, data, store):
    """How many of the clips a trained model was given to learn from and to be chosen by, going by data and name.

    Args:
        path: a trained model's folder, or a file in one.
    """
    path = Path(path)
    folder = path.parent if path.suffix == ".tflite" else path
    if not (folder / artifact.RUN).is_file():
        return {"train": 0, "validation": 0}
    record = artifact.load(folder).record
    if record.config.data != str(data):
        return {"train": 0, "validation": 0}
    names = {clip.name(folder_of(data)) for clip in store.clips}
    return {split_name: len(names & set(record.split.names(split_name))) for split_name in ("train", "validation")}


def heard_in_background(predictor, folder):
    """The false alarms of a trained model (thresholds.false_alarms) in the recordings of a folder.

    Raises:
        InputError: the model has no thresholds, or there are no recordings.
    """
    if not predictor.thresholds:
        raise InputError(f"{predictor.source} has no thresholds: name the folder of a model that TrainModel.py trained")
    paths = recording.find(folder)
    if not paths:
        raise InputError(f"{folder} holds no recordings to count false alarms in")
    found = thresholds.false_alarms(predictor, progress(paths, "listening to the background"), predictor.thresholds)
    found["recordings"] = {path: [asdict(alarm) for alarm in raised] for path, raised in found["recordings"].items()}
    return found


def write(result, name, out):
    """Write a result and its confusion matrices; returns the file."""
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    confusion_matrix.draw_both(result["scores"], result["labels"], f"{result['model']}:", out / f"{name}_confusion")
    with atomic_files.new_file(out / f"{name}.json") as fresh:
        fresh.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return out / f"{name}.json"
