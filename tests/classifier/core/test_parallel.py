"""The same calls in processes, in threads and on a cluster; what becomes of them when something is killed."""

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from operator import mul, truediv
from pathlib import Path

import pytest

from classifier.core import parallel
from classifier.core.cluster import client, travelling
from classifier.core.errors import InputError
from tests.conftest import ROOT, alive, wait_until

CALLS = [(i, 10) for i in range(20)]
TENS = [10 * i for i in range(20)]


def begin_and_wait_for(folder, number):
    """Write down that call `number` is begun, and by whom; then wait for the file that lets it end."""
    (folder / f"begun {number} {os.getpid()}").touch()
    wait_until((folder / "go on").exists)
    return number, os.getpid()


def begin_and_watch(folder):
    """Write down when the call is ended because nobody wants it any longer, or may leave anyway."""
    (folder / "begun").touch()
    try:
        wait_until((folder / "leave").exists)
    finally:
        (folder / "left").touch()


def begun(folder):
    """{number of a call: who began it last}"""
    paths = sorted(folder.glob("begun *"), key=lambda path: path.stat().st_mtime_ns)
    return {int(path.name.split()[1]): int(path.name.split()[2]) for path in paths}


@pytest.mark.parametrize("settings", [{"at_once": 1}, {"at_once": 2}, {"at_once": 2, "threads": True}])
def test_what_calls_return_is_there_whatever_does_them(settings):
    assert sorted(parallel.results(mul, CALLS, **settings)) == TENS
    assert list(parallel.results(mul, iter(CALLS), in_order=True, **settings)) == TENS


def test_a_cluster_returns_the_same(cluster):
    assert sorted(parallel.results(mul, CALLS, cluster)) == TENS
    assert list(parallel.results(mul, iter(CALLS), cluster, in_order=True)) == TENS
    assert os.getpid() not in set(parallel.results(os.getpid, [()] * 3, cluster))


def test_nothing_to_do_is_nothing():
    assert list(parallel.results(mul, [])) == []


def test_what_a_call_raises_is_raised_here(cluster):
    for scheduler in (None, cluster):
        with pytest.raises(ZeroDivisionError):
            list(parallel.results(truediv, [(1, 1), (1, 0)], scheduler, at_once=2))


def test_calls_of_a_killed_worker_are_done_by_another(start_cluster, tmp_path):
    frail = start_cluster()
    lost, _ = frail.add_worker(), frail.add_worker()
    calls = [(tmp_path, number) for number in range(4)]
    with ThreadPoolExecutor() as aside:
        done = aside.submit(lambda: dict(parallel.results(begin_and_wait_for, calls, frail.address)))
        wait_until(lambda: len(set(begun(tmp_path).values())) == 2)
        pids = set(begun(tmp_path).values())
        lost.kill()
        wait_until(lambda: sum(map(alive, pids)) == 1)  # what it began ends with it
        (tmp_path / "go on").touch()
        (kept,) = filter(alive, pids)
        assert done.result() == dict.fromkeys(range(4), kept)


def test_a_call_that_kills_its_process_is_told_of_and_nothing_is_left_on_the_worker(start_cluster):
    frail = start_cluster()
    frail.add_worker()
    with pytest.raises(InputError, match="a call was begun several times on .*, and each time it was killed"):
        list(parallel.results(os._exit, [(1,)], frail.address))
    assert list(parallel.results(mul, CALLS, frail.address, in_order=True)) == TENS
    assert not list(frail.folder.rglob("sound-classifier-*"))


def test_a_cluster_without_workers_is_told_of(start_cluster, monkeypatch):
    monkeypatch.setattr(client, "PATIENCE", 1)
    with pytest.raises(InputError, match="has no workers; start one with `dask worker tcp://"):
        list(parallel.results(mul, CALLS, start_cluster().address))


def test_a_process_that_is_killed_is_told_of():
    with pytest.raises(InputError, match="a process was killed, most likely because memory was short"):
        list(parallel.results(os._exit, [(1,), (1,)], at_once=2))


def test_a_scheduler_that_goes_away_is_told_of(start_cluster, tmp_path):
    frail = start_cluster()
    frail.add_worker()
    with ThreadPoolExecutor() as aside:
        done = aside.submit(lambda: list(parallel.results(begin_and_wait_for, [(tmp_path, 0)], frail.address)))
        wait_until(lambda: begun(tmp_path))
        frail.scheduler.kill()
        with pytest.raises(InputError, match="is gone; start it again"):
            done.result()
        (tmp_path / "go on").touch()


def test_each_client_is_given_its_own_version_of_the_code(cluster, tmp_path, monkeypatch):
    calls = [("__import__('Constants').N_MELS",)] * 3
    first = parallel.results(eval, calls, cluster, in_order=True)
    assert next(first) == 128
    shutil.copytree(ROOT / "classifier", tmp_path / "classifier", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    (tmp_path / "Constants.py").write_text((ROOT / "Constants.py").read_text().replace("N_MELS = 128", "N_MELS = 99"))
    monkeypatch.setattr(travelling, "ROOT", tmp_path)
    assert list(parallel.results(eval, calls, cluster)) == [99] * 3
    assert list(first) == [128] * 2


def test_what_lies_on_the_client_alone_is_refused_by_name(cluster, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "only here.wav").touch()
    here = Path("/proc/self/cwd/only here.wav")  # the worker's own folder is another
    with pytest.raises(InputError, match="only here.wav is not the same on each machine .* on worker tcp://"):
        list(parallel.results(mul, CALLS, cluster, shared=[here]))


@pytest.mark.parametrize("address", ["nonsense://", "127.0.0.1:1", "tcp://127.0.0.1:1"])
def test_a_scheduler_that_does_not_answer_is_told_of(address, monkeypatch):
    monkeypatch.setattr(client, "PATIENCE", 1)
    with pytest.raises(InputError, match="no Dask scheduler answers there"):
        list(parallel.results(mul, CALLS, address))


def test_closing_takes_back_what_waits_and_tells_what_is_under_way(cluster, tmp_path):
    found = parallel.results(begin_and_watch, [(tmp_path / name,) for name in "abcdefgh"], cluster)
    (tmp_path / "a" / "leave").parent.mkdir()
    (tmp_path / "a" / "leave").touch()
    for name in "bcdefgh":
        (tmp_path / name).mkdir()
    next(found)
    found.close()
    wait_until(lambda: all((folder / "left").exists() for folder in tmp_path.iterdir() if (folder / "begun").exists()))
    assert sorted(parallel.results(mul, CALLS, cluster)) == TENS  # the workers are free again
    assert not (tmp_path / "h" / "begun").exists()


def test_ctrl_c_is_quiet_and_leaves_nobody_behind(tmp_path):
    program = """if 1:
        import sys
        from pathlib import Path
        from classifier.core import console, parallel
        from tests.classifier.core.test_parallel import begin_and_wait_for
        console.run(lambda: list(parallel.results(begin_and_wait_for, [(Path(sys.argv[1]), i) for i in (0, 1)])))"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    environment = {**os.environ, "LOKY_MAX_CPU_COUNT": "2"}
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True, process_group=0, env=environment
    ) as child:
        wait_until(lambda: len(begun(tmp_path)) == 2)
        os.killpg(child.pid, signal.SIGINT)
        assert child.stderr.read() == "\nstopped; what was finished before is untouched\n"
        assert child.wait() == 130
    wait_until(lambda: not any(alive(pid) for pid in begun(tmp_path).values()))
