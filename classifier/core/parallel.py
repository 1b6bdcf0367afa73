"""Run many calls of one function in parallel.

They run in processes or threads of this machine, or on a Dask cluster. A call travels by pickle: a function that a
module of this project defines, and few bytes of arguments, such as names. A call whose worker is killed is run again by
another, so running it twice must give the same.
"""

import contextlib
import hashlib
import itertools
import logging
import platform
import sys
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from joblib import Parallel, cpu_count, delayed  # cpu_count: for other modules too
from joblib.externals.loky.process_executor import BrokenProcessPool

from classifier.core.console import quiet_libraries
from classifier.core.errors import InputError
from Constants import ROOT

PATIENCE = 10  # seconds for a scheduler to answer, and for a first worker to come
QUEUED = 2  # calls per thread of a cluster that are submitted at once: one runs, one waits
SCHEDULER = "python -m distributed.cli.dask_scheduler"
WORKER = "python -m distributed.cli.dask_worker"  # python -m finds modules in the folder that it is started in


def results(
    function: Callable[..., Any],
    calls: Iterable[tuple],
    scheduler: str | None = None,
    at_once: int | None = None,
    threads: bool = False,
    in_order: bool = False,
) -> Generator[Any, None, None]:
    """What function(*call) returns for each call, as the calls end.

    Closing the iterator cancels waiting calls and kills the processes at work. A call that runs on a cluster goes on,
    and its result is dropped: it can ask `is_wanted`.

    Args:
        function: of a module; what it raises is raised here.
        calls: tuples of arguments, taken one by one while there is room for them.
        scheduler: address of a Dask scheduler, such as tcp://host:8786; None for this machine.
        at_once: calls at a time on this machine; one per core where not given. On a cluster: one per worker thread.
        threads: use threads of this process, not processes: for calls that wait, or that release the interpreter.
        in_order: yield results in the order of the calls.

    Raises:
        InputError: there is no such scheduler, it has no workers, or a worker with another version of the code or its
            packages; the scheduler is gone, or a call killed the process it ran in.
    """
    if scheduler:
        yield from _on_cluster(function, calls, scheduler, in_order)
    else:
        yield from _on_this_machine(function, calls, at_once or cpu_count(), threads, in_order)


def _on_this_machine(function, calls, at_once, threads, in_order):
    work = (delayed(function)(*call) for call in calls)
    order = "generator" if in_order else "generator_unordered"
    with contextlib.ExitStack() as at_the_end:
        # joblib would report that it restarts a process that has grown, and the calls it cancels
        at_the_end.enter_context(warnings.catch_warnings(action="ignore", category=UserWarning))
        parallel = Parallel(at_once, backend="threading" if threads else "loky", return_as=order)
        with contextlib.nullcontext() if threads else quiet_libraries(also_python=False):
            found = parallel(work)  # processes keep for good what is standard error while they are started
        at_the_end.enter_context(contextlib.closing(found))
        try:
            yield from found
        except BrokenProcessPool:
            raise InputError(
                "a process was killed, most likely because memory was short: end what else takes memory, and run the "
                "same command again; what was finished before is untouched, and a recording that crashes its decoder "
                "is then named and left out"
            ) from None


def _on_cluster(function, calls, scheduler, in_order):
    from distributed import CancelledError, KilledWorker

    calls = iter(calls)
    with _client(scheduler) as client:  # closing it cancels what waits

        def submit(n):
            return [client.submit(function, *call, pure=False) for call in itertools.islice(calls, n)]

        wait = _wait_in_order if in_order else _wait_for_any
        try:
            yield from wait(submit, QUEUED * max(1, sum(client.nthreads().values())), client)
        except KilledWorker:
            raise InputError(
                f"a call was begun by several workers of {scheduler}, and each was killed, most likely because "
                "memory was short; give the workers more, or start them with fewer threads (--nthreads 1)"
            ) from None
        except CancelledError:
            raise InputError(
                f"{scheduler} is gone; start it again, and its workers, and run the same command again: what was "
                "finished before is untouched"
            ) from None


def _wait_in_order(submit, n, client):
    running = deque(submit(n))
    while running:
        result = running.popleft().result()
        running.extend(submit(1))
        yield result


def _wait_for_any(submit, n, client):
    from distributed import as_completed

    running = as_completed(submit(n), loop=client.loop)
    while not running.is_empty():
        result = next(running).result()
        running.update(submit(1))
        yield result


def not_shared(path: Path) -> InputError:
    """The error where one machine of a cluster does not see what another has at a path."""
    return InputError(
        f"{path} is not the same on each machine of the cluster (looked for on {platform.node()}); give a path that "
        "all share, or an address (docs/guide/many_machines.md)"
    )


def is_wanted() -> bool:
    """Whether the result of the running call is still wanted; on a cluster, its client may be gone."""
    if "distributed" not in sys.modules:
        return True
    from distributed import get_worker

    try:
        worker = get_worker()
    except ValueError:
        return True  # not on a cluster
    task = worker.state.tasks.get(worker.get_current_task())
    return task is not None and task.state != "cancelled"


@contextlib.contextmanager
def _client(scheduler):
    """A client of a cluster, after making sure that its workers would do what this machine does."""
    from distributed import Client

    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what it logs is raised, too
    try:
        client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{scheduler}: no Dask scheduler answers there ({error}); start one with `{SCHEDULER}` and give the "
            "address that it shows, such as tcp://10.0.0.5:8786"
        ) from None
    with client:
        _check(client, scheduler)
        yield client


def _check(client, scheduler):
    how = f"in the project's folder, with `{WORKER} {scheduler}`"
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise InputError(f"{scheduler} has no workers; start some, each {how}") from None
    ours = _about()
    for worker, theirs in client.run(_about, on_error="return").items():
        if isinstance(theirs, BaseException):
            raise InputError(f"worker {worker} does not find this project ({theirs}); start it {how}")
        other = [f"{name} {theirs.get(name)} (here {ours[name]})" for name in ours if theirs.get(name) != ours[name]]
        if other:
            raise InputError(
                f"worker {worker} would not do what this machine does, it has {', '.join(other)}; copy the project "
                f"there, install its requirements.txt, and start the worker again {how}"
            )


def _about():
    """{what results depend on: its version} where this runs; None for a package that is not installed."""
    found = {"Python": ".".join(platform.python_version_tuple()[:2])}
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        name = line.partition("==")[0]
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    code = hashlib.sha256()
    for path in sorted([*ROOT.glob("*.py"), *(ROOT / "classifier").rglob("*.py")]):
        code.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return {**found, "the project's code": code.hexdigest()[:8]}
