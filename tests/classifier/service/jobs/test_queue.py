"""The queue of trainings: real scripts on small data, real kills, and requests that are refused."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace

import pytest

from classifier.core.errors import InputError
from classifier.records import artifact, tflite_files
from classifier.service.jobs import process
from classifier.service.jobs.queue import TrainingQueue
from classifier.service.jobs.request import TrainingRequest, steps
from classifier.service.jobs.runs import Runs
from classifier.service.schemas import Data
from classifier.service.settings import Busy, Conflict, NotFound, Settings
from Constants import LABELS_FILE, ROOT
from tests.conftest import CHEAPEST, run_script, wait_until, write_data, write_tone

SERVER = """
import sys, time
from pathlib import Path
from classifier.service.jobs.runs import Runs
from classifier.service.settings import Settings
from classifier.service.jobs.queue import TrainingQueue
from classifier.service.jobs import queue as queues
from classifier.service.jobs.request import TrainingRequest
folder, steps = Path(sys.argv[1]), queues.steps
queues.steps = lambda run, work: steps(run, work)[:1]  # it is only trained
settings = Settings(out=folder / "trained", home=folder / "served", data=(folder / "tones",))
queue = TrainingQueue(settings, Runs(settings.home))
for _ in range(2):
    request = TrainingRequest(dataset_directory="tones", epochs=20, refit="none")
    print(queue.submit(sys.argv[2], request).uuid, flush=True)
time.sleep(600)
"""


def settings_in(folder, **limits):
    if not (folder / "tones").exists():
        write_data(folder / "tones")
    return Settings(out=folder / "trained", home=folder / "served", data=(folder / "tones",), **limits)


def opened(settings):
    return TrainingQueue(settings, Runs(settings.home))


@pytest.fixture
def queue(tmp_path):
    queue = opened(settings_in(tmp_path))
    yield queue
    queue.close()


@pytest.fixture
def busy(queue, tmp_path):
    """A queue whose first job takes longer than any of these tests: it sleeps. Later ones are real."""
    asleep = process.Step("asleep", [sys.executable, "-c", f"import time; time.sleep(600)  # {tmp_path}"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("classifier.service.jobs.queue.steps", lambda run, folder: [asleep])
        queue.long = queue.submit("signal", TrainingRequest(dataset_directory="tones")).uuid
        wait_until(lambda: queue.runs.get(queue.long).status == "running")
    return queue


def wait_for(queue, name, *statuses):
    wait_until(lambda: queue.runs.get(name).status not in ("waiting", "running"))
    run = queue.runs.get(name)
    assert run.status in statuses, f"{run.error}\n{queue.log(name)}"
    return run


def processes_of(folder):
    """The command lines of living processes that speak of a folder."""
    listed = subprocess.run(["ps", "-eo", "pid=,stat=,args="], capture_output=True, text=True).stdout.splitlines()
    return [line for line in listed if str(folder) in line and not line.split()[1].startswith("Z")]


def zipped(path, folder, prefix=""):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.wav")):
            archive.write(file, f"{prefix}{file.relative_to(folder)}")
    return path


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """(queue, uuid) of a training that went through, on data that was uploaded in one folder."""
    folder = tmp_path_factory.mktemp("finished")
    labels = LABELS_FILE.read_bytes()
    archive = zipped(folder / "stranger.zip", write_data(folder / "sounds", labels=("whistle", "Ärger")), "my sounds/")
    with zipfile.ZipFile(archive, "a") as more:
        more.writestr("__MACOSX/._my sounds", "what a Macintosh knows of a file")
    queue = opened(settings_in(folder))
    run = queue.submit(CHEAPEST, TrainingRequest(epochs=1, group_by="^([^_]+)_", refit="none"), upload=archive)
    wait_for(queue, run.uuid, "done")
    yield queue, run.uuid
    queue.close()
    assert LABELS_FILE.read_bytes() == labels


# What becomes of a training.


def test_what_is_trained_lies_with_its_date_where_trained_models_are(finished):
    queue, name = finished
    run = queue.about(queue.runs.get(name))
    model = run.result.modelname
    assert [path.name for path in queue.settings.out.iterdir()] == [model]
    assert time.strptime(model, f"{CHEAPEST}_%Y-%m-%d_%H%M%S")
    assert run.result.duration > 0 and run.result.finish_date.endswith("Z")
    (trained,) = artifact.trained(queue.settings.out, model)
    assert trained.labels == ["whistle", "Ärger"]  # the folders, sorted
    assert all(file.target.is_file() for file in tflite_files.app_files(trained))
    assert (trained.folder / artifact.REPORT / "index.html").is_file()


def test_the_scripts_take_what_was_trained(finished):
    queue, name = finished
    folder = queue.settings.out / queue.runs.get(name).modelname
    printed, _ = run_script("TestSignalModel.py", "--model", folder, "--json", cwd=queue.settings.home)
    assert set(json.loads(printed)["windows"][0]["probabilities"]) == {"whistle", "Ärger"}


def test_its_history_and_its_log_are_there_afterwards_and_name_no_path(finished):
    queue, name = finished
    run = queue.about(queue.runs.get(name))
    assert run.epoch == 1 and run.step is None and run.error is None
    assert run.history["epoch"] == [1]
    assert set(run.history) == {
        "epoch",
        "loss",
        "balanced_accuracy",
        "validation_loss",
        "validation_balanced_accuracy",
    }
    log = queue.log(name)
    assert "starting TensorFlow" in log and re.search(r"^next: .*TestSignalModel.py", log, re.M)
    for path in (queue.settings.home, queue.settings.out, ROOT, sys.prefix):
        assert str(path) not in log + run.model_dump_json()
    assert "group_by" in run.args and "data" not in run.args


def test_nothing_of_it_is_left_behind(finished):
    queue, name = finished
    assert list((queue.settings.home / "work").iterdir()) == []
    assert list((queue.settings.home / "uploads").iterdir()) == []
    assert not list((ROOT / "cache").glob("my sounds-*"))  # a stranger's recordings are decoded for once


def test_what_is_done_is_neither_cancelled_nor_resumed(finished):
    queue, name = finished
    with pytest.raises(Conflict, match="is over"):
        queue.cancel(name)
    with pytest.raises(Conflict, match="is done"):
        queue.resume(name)


def test_cancelled_in_the_middle_its_processes_end_and_its_work_is_kept(queue, tmp_path):
    name = queue.submit(CHEAPEST, TrainingRequest(dataset_directory="tones", epochs=1000)).uuid
    wait_until(lambda: queue.about(queue.runs.get(name)).epoch)
    during = queue.about(queue.runs.get(name))
    assert during.status == "running" and during.step
    assert during.history["epoch"] == list(range(1, during.epoch + 1))
    run = queue.about(queue.cancel(name))
    assert run.status == "cancelled" and run.step is None
    assert run.epoch >= during.epoch
    assert processes_of(tmp_path) == []
    assert list((queue.settings.home / "work" / name / "trained").glob(f".{CHEAPEST}.training/state.npz"))
    assert not list(queue.settings.out.glob("*"))
    with pytest.raises(Conflict):
        queue.cancel(name)
    queue.forget(name)
    assert list((queue.settings.home / "work").iterdir()) == []


def test_killed_with_the_server_it_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr("classifier.service.jobs.queue.steps", lambda run, folder: steps(run, folder)[:1])  # as SERVER
    settings = settings_in(tmp_path)
    command = [sys.executable, "-c", SERVER, tmp_path, CHEAPEST]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        first, second = (server.stdout.readline().strip() for _ in range(2))
        state = settings.home / "work" / first / "trained" / f".{CHEAPEST}.training" / "state.npz"
        wait_until(state.exists)
        server.send_signal(signal.SIGKILL)
        server.wait()
    wait_until(lambda: not processes_of(tmp_path))
    runs = Runs(settings.home)
    runs.update(second, status="cancelled")
    queue = TrainingQueue(settings, runs)
    try:
        interrupted = queue.about(runs.get(first))
        assert interrupted.status == "interrupted"
        assert 1 <= interrupted.epoch < 20
        assert queue.resume(first).status == "waiting"
        run = wait_for(queue, first, "done")
        assert f"{CHEAPEST}: going on after epoch {interrupted.epoch}" in queue.log(first)
        assert queue.about(run).epoch == 20
        assert artifact.load(settings.out / run.modelname).record.recipe.epochs == 20
    finally:
        queue.close()


def test_what_fails_says_why_in_a_sentence_and_names_no_path(queue, tmp_path):
    run = queue.submit("signal", TrainingRequest(dataset_directory="tones", fold=77))
    failed = queue.about(wait_for(queue, run.uuid, "error"))
    assert failed.error.startswith("TrainModel.py: --fold 77: ")
    assert str(tmp_path) not in failed.model_dump_json() + queue.log(run.uuid)


def test_a_group_that_is_found_nowhere_names_the_file_as_the_client_knows_it(queue):
    run = queue.submit("signal", TrainingRequest(dataset_directory="tones", group_by="^(nobody)_"))
    failed = wait_for(queue, run.uuid, "error")
    assert "finds no group in 'h0_take.wav'" in failed.error
    assert queue.resume(run.uuid).status in ("waiting", "running")  # what failed may be tried again
    again = wait_for(queue, run.uuid, "error")
    assert again.error == failed.error


def test_a_model_that_is_trained_already_is_only_converted_when_it_goes_on(finished, queue):
    """As where the server was killed while it was converted."""
    done, name = finished
    with queue.changed:  # nothing is started meanwhile
        run = queue.runs.add(CHEAPEST, {"epochs": 1}, queue.settings.data[0])
        work = queue.settings.home / "work" / run.uuid
        model = done.settings.out / done.runs.get(name).modelname
        shutil.copytree(model, work / process.TRAINED / CHEAPEST, ignore=shutil.ignore_patterns("*.tflite"))
        queue.changed.notify_all()
    finished = wait_for(queue, run.uuid, "done")
    assert "windows to learn from" not in queue.log(run.uuid)
    assert (queue.settings.out / finished.modelname / "model.tflite").is_file()


# The queue.


def test_they_wait_in_the_order_in_which_they_came(busy):
    names = [busy.submit(architecture, TrainingRequest()).uuid for architecture in ("mel", "signal", "lstm")]

    def steps():
        return [busy.about(busy.runs.get(name)).step for name in names]

    assert steps() == ["waiting behind 1 other", "waiting behind 2 others", "waiting behind 3 others"]
    assert busy.cancel(names[0]).status == "cancelled"
    assert steps() == [None, "waiting behind 1 other", "waiting behind 2 others"]
    busy.resume(names[0])
    assert [run.uuid for run in busy.runs.waiting()] == [names[1], names[2], names[0]]
    busy.forget(names[1])
    assert step_of_all(busy) == {names[2]: "waiting behind 1 other", names[0]: "waiting behind 2 others"}
    with pytest.raises(Conflict, match="is running; cancel it first"):
        busy.forget(busy.long)


def step_of_all(queue):
    return {run.uuid: queue.about(run).step for run in queue.runs.waiting()}


def test_when_one_is_cancelled_the_next_begins(busy):
    following = busy.submit("signal", TrainingRequest(dataset_directory="tones")).uuid
    busy.cancel(busy.long)
    wait_until(lambda: busy.runs.get(following).status == "running")


def test_too_many_that_wait_are_refused_before_anything_is_unpacked(tmp_path):
    queue = opened(settings_in(tmp_path, queued=1))
    try:
        running = queue.submit("signal", TrainingRequest(epochs=1000)).uuid
        wait_until(lambda: queue.runs.get(running).status == "running")
        queue.submit("signal", TrainingRequest())
        with pytest.raises(Busy, match="1 trainings wait already"):
            queue.submit("signal", TrainingRequest(), upload=zipped(tmp_path / "a.zip", tmp_path / "tones"))
        assert list((queue.settings.home / "uploads").iterdir()) == []
        assert len(queue.runs.all()) == 2
    finally:
        queue.close()


def test_closed_it_puts_back_what_runs_and_opened_anew_it_trains_all_that_waits(busy, tmp_path):
    waits = busy.submit("signal", TrainingRequest(dataset_directory="tones", group_by="^(nobody)_")).uuid
    busy.close()
    for uuid in (busy.long, waits):
        assert busy.runs.get(uuid).status == "waiting" and busy.runs.get(uuid).finish_date is None
    assert processes_of(tmp_path) == []
    after = opened(busy.settings)
    try:
        wait_until(lambda: after.runs.get(busy.long).status == "running")  # first, as before
        after.cancel(busy.long)
        wait_for(after, waits, "error")
    finally:
        after.close()


def test_work_that_is_gone_is_not_resumed(busy):
    busy.cancel(busy.long)
    shutil.rmtree(busy.settings.home / "work" / busy.long)
    with pytest.raises(Conflict, match="is gone"):
        busy.resume(busy.long)


def test_killed_between_moving_a_model_and_noting_it_the_next_server_notes_it(tmp_path):
    settings = settings_in(tmp_path)
    runs = Runs(settings.home)
    run = runs.add("signal", {}, settings.data[0])
    runs.update(run.uuid, status="running", modelname="signal_2026-11-21_150301")
    lost = runs.add("signal", {}, settings.data[0])
    runs.update(lost.uuid, status="running", modelname="signal_2026-11-21_160000")
    runs.close()
    (settings.out / "signal_2026-11-21_150301").mkdir(parents=True)
    for name in (run.uuid, lost.uuid, "of nobody"):
        (settings.home / "work" / name).mkdir(parents=True)
    (settings.home / "uploads" / ".half-unpacked").mkdir(parents=True)
    queue = opened(settings)
    queue.close()
    assert queue.about(queue.runs.get(run.uuid)).result.modelname == "signal_2026-11-21_150301"
    assert queue.runs.get(lost.uuid).status == "interrupted"
    assert os.listdir(settings.home / "work") == [lost.uuid]
    assert os.listdir(settings.home / "uploads") == []


# What may be trained on.


def test_data_is_listed_with_its_labels_and_counted_again_when_it_changes(queue, tmp_path):
    def tones():
        return next(found for found in queue.datasets.all() if found.name == "tones")

    assert tones() == Data(name="tones", labels={"high tone": 5, "low tone": 5}, recordings=10)
    assert queue.datasets.all()[0].name == "data_short"
    write_tone(tmp_path / "tones" / "high tone" / "deep" / "new.wav")
    assert tones().labels == {"high tone": 6, "low tone": 5}
    assert tones().recordings == 11


def test_two_folders_of_one_name_have_two_names(tmp_path):
    settings = settings_in(tmp_path)
    other = write_data(tmp_path / "other" / "tones", n=2)
    queue = opened(replace(settings, data=(*settings.data, other, settings.data[0], tmp_path / "none")))
    queue.close()
    counts = {found.name: found.recordings for found in queue.datasets.all()}
    assert counts["tones"] == 10 and counts["tones_2"] == 4
    assert "tones_3" not in counts and "none" not in counts


def test_a_folder_that_holds_no_data_is_listed_without_labels(tmp_path):
    (tmp_path / "empty").mkdir()
    queue = opened(Settings(out=tmp_path / "out", home=tmp_path / "home", data=(tmp_path / "empty",)))
    queue.close()
    assert queue.datasets.all()[-1] == Data(name="empty", labels={}, recordings=0)


# What is refused.


@pytest.mark.parametrize("name", ["../../etc", "/etc"])
def test_data_that_is_not_there_is_not_found(queue, name):
    with pytest.raises(NotFound, match=f"there is no data '{name}'; there is data_short"):
        queue.submit("signal", TrainingRequest(dataset_directory=name))
    assert queue.runs.all() == []


@pytest.mark.parametrize("architecture", ["none", "_blocks", "../registry", "signal,mel", "all", ""])
def test_what_is_no_architecture_is_not_found(queue, architecture):
    with pytest.raises(NotFound, match="there is no architecture"):
        queue.submit(architecture, TrainingRequest())


def test_a_run_that_is_not_there_is_not_found(queue):
    for ask in (queue.cancel, queue.resume, queue.forget, queue.log):
        with pytest.raises(NotFound):
            ask("../../etc")


def refused(queue, archive, request=None):
    with pytest.raises(InputError) as refusal:
        queue.submit("signal", request or TrainingRequest(), upload=archive)
    assert list((queue.settings.home / "uploads").iterdir()) == []
    assert list((queue.settings.home / "work").iterdir()) == []
    assert queue.runs.all() == []
    assert str(archive.parent) not in str(refusal.value)
    return str(refusal.value)


def test_an_upload_of_one_label_is_refused_and_nothing_is_left(queue, tmp_path):
    archive = zipped(tmp_path / "a.zip", tmp_path / "tones" / "low tone", "low tone/")
    assert "a classifier needs at least two labels" in refused(queue, archive)


def test_an_upload_with_a_label_without_recordings_is_refused(queue, tmp_path):
    archive = zipped(tmp_path / "a.zip", tmp_path / "tones")
    with zipfile.ZipFile(archive, "a") as more:
        more.writestr("notes/read me.txt", "none")
    assert refused(queue, archive).startswith("the uploaded data/notes holds no recordings")


def test_what_is_no_archive_or_leads_out_of_its_folder_is_refused(queue, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK\3\4 and then nothing")
    assert "is damaged or cut off" in refused(queue, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("../../out.wav", "out")
    assert "leads out of its folder" in refused(queue, tmp_path / "b.zip")


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path):
    queue = opened(settings_in(tmp_path, always_unpacked_bytes=10_000, most_times_larger=5))
    queue.close()
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("song/a.wav", bytes(10_000_000))
    assert "bytes left of the limit" in refused(queue, tmp_path / "a.zip")


def test_too_many_files_are_refused(tmp_path):
    queue = opened(settings_in(tmp_path, archive_files=9))
    queue.close()
    archive = zipped(tmp_path / "a.zip", tmp_path / "tones")
    assert "the limit of 9 files" in refused(queue, archive)


def test_an_upload_and_the_name_of_other_data_are_one_too_many(queue, tmp_path):
    archive = zipped(tmp_path / "a.zip", tmp_path / "tones")
    assert "leave out dataset_directory" in refused(queue, archive, TrainingRequest(dataset_directory="tones"))


def test_what_was_uploaded_is_deleted_with_its_run_unless_it_is_to_be_kept(busy, tmp_path):
    archive = zipped(tmp_path / "a.zip", tmp_path / "tones")
    kept = busy.submit("signal", TrainingRequest(), upload=archive, keep_upload=True).uuid
    not_kept = busy.submit("signal", TrainingRequest(), upload=archive).uuid
    uploads = busy.settings.home / "uploads"
    assert {path.name for path in uploads.iterdir()} == {kept, not_kept}
    for name in (kept, not_kept):
        busy.forget(name)
    assert [path.name for path in uploads.iterdir()] == [kept]
    assert len(list((uploads / kept).rglob("*.wav"))) == 10


def test_a_training_that_says_nothing_any_more_becomes_an_error_with_its_last_words(tmp_path, monkeypatch):
    program = f"import time; print('step 3 of 9', flush=True); time.sleep(600)  # {tmp_path}"
    asleep = process.Step("asleep", [sys.executable, "-c", program])
    monkeypatch.setattr("classifier.service.jobs.queue.steps", lambda run, folder: [asleep])
    queue = opened(settings_in(tmp_path, stuck_seconds=3))
    run = wait_for(queue, queue.submit("signal", TrainingRequest(dataset_directory="tones")).uuid, "error")
    assert run.error.startswith("it said nothing for 3 s and was stopped; its last words: step 3 of 9")
    assert not processes_of(tmp_path)
    assert queue.resume(run.uuid).status == "waiting"
    queue.close()


def test_an_expression_that_would_take_for_ever_is_refused_before_it_is_queued(queue):
    write_tone(queue.settings.data[0] / "low tone" / f"{'a' * 60}.wav")
    with pytest.raises(InputError, match="takes more than 5 s on the names of this data"):
        queue.submit("signal", TrainingRequest(dataset_directory="tones", group_by="^((a+)+)+_"))
    assert queue.runs.all() == [] and not list((queue.settings.home / "work").iterdir())
