"""The same calls in processes, in threads and on a cluster; what becomes of them when something is killed."""

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from operator import mul, truediv

import pytest

from classifier.core import parallel
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
    """Write down when nobody wants the call any longer, or it may leave anyway."""
    (folder / "begun").touch()
    wait_until(lambda: not parallel.is_wanted() or (folder / "leave").exists())
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
    lost, kept = frail.add_worker(), frail.add_worker()
    calls = [(tmp_path, number) for number in range(4)]
    with ThreadPoolExecutor() as aside:
        done = aside.submit(lambda: dict(parallel.results(begin_and_wait_for, calls, frail.address)))
        wait_until(lambda: {lost.pid, kept.pid} <= set(begun(tmp_path).values()))
        lost.kill()
        (tmp_path / "go on").touch()
        assert done.result() == dict.fromkeys(range(4), kept.pid)


def test_a_call_that_kills_its_workers_is_told_of(start_cluster, monkeypatch):
    monkeypatch.setattr(parallel, "PATIENCE", 2)
    frail = start_cluster()
    for _ in range(2):
        frail.add_worker()
    with pytest.raises(InputError, match="a call was begun by several workers .* and each was killed"):
        list(parallel.results(os._exit, [(1,)], frail.address))
    with pytest.raises(InputError, match="has no workers; start some, each in the project's folder"):
        list(parallel.results(mul, CALLS, frail.address))


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


def test_a_worker_that_was_started_elsewhere_is_told_of(start_cluster, tmp_path):
    frail = start_cluster()
    frail.add_worker(cwd=tmp_path)
    with pytest.raises(InputError, match="does not find this project .*No module named 'classifier'.* start it in the"):
        list(parallel.results(mul, CALLS, frail.address))


def test_a_worker_with_another_state_of_the_project_is_told_of(cluster, tmp_path, monkeypatch):
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    monkeypatch.setattr(parallel, "ROOT", tmp_path)
    with pytest.raises(InputError, match=r"it has the project's code \w{8} \(here \w{8}\); copy the project there"):
        list(parallel.results(mul, CALLS, cluster))


@pytest.mark.parametrize("address", ["nonsense://", "127.0.0.1:1", "tcp://127.0.0.1:1"])
def test_a_scheduler_that_does_not_answer_is_told_of(address, monkeypatch):
    monkeypatch.setattr(parallel, "PATIENCE", 1)
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
