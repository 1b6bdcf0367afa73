"""Do the same with many things at once: in processes of this machine, or on the workers of a Dask cluster.

A call travels by pickle: a function that a module of this project defines, and few bytes to give it, such as names.
Done twice it must come out the same, for a call whose worker is killed is done again by another.
"""

import contextlib
import hashlib
import logging
import platform
import sys
import warnings
from importlib import metadata

from joblib import Parallel, cpu_count, delayed  # cpu_count: for others too
from joblib.externals.loky.process_executor import BrokenProcessPool

from classifier.core.console import quiet_libraries
from classifier.core.errors import InputError
from Constants import ROOT

PATIENCE = 10  # seconds for a scheduler to answer, and for a first worker to come
SCHEDULER = "python -m distributed.cli.dask_scheduler"
WORKER = "python -m distributed.cli.dask_worker"  # python -m finds modules in the folder that it is started in


def results(function, calls, scheduler=None, at_once=None, threads=False, in_order=False):
    """What function(*call) returns for each of the calls, as they end.

    Closing the generator takes back what waits and kills the processes at work. What a worker of a cluster is at goes
    on, and nobody waits for it: `is_wanted` says so to a call that asks.

    Args:
        function: of a module; what it raises is raised here.
        calls: tuples, taken one by one while there is room for them.
        scheduler: address of a Dask scheduler, such as tcp://host:8786; None for this machine.
        at_once: calls at a time on this machine; one a core where not given. On a cluster: one a thread of the workers.
        threads: of this process, on this machine, in place of processes: for what waits, or lets go of the interpreter.
        in_order: of the calls, in place of as they end.

    Raises:
        InputError: there is no such scheduler, it has no workers, or one that would not do what this machine does; the
            scheduler is gone, or a call took with it what it ran in.
    """
    work = (delayed(function)(*call) for call in calls)
    order = "generator" if in_order else "generator_unordered"
    with contextlib.ExitStack() as at_the_end:
        # joblib would say that it starts a process afresh that has grown, and what it takes back
        at_the_end.enter_context(warnings.catch_warnings(action="ignore", category=UserWarning))
        if scheduler:
            parallel = Parallel(backend=at_the_end.enter_context(_cluster(scheduler)), return_as=order)
            found = parallel(work)
        else:
            parallel = Parallel(at_once or cpu_count(), backend="threading" if threads else "loky", return_as=order)
            with contextlib.nullcontext() if threads else quiet_libraries(also_python=False):
                found = parallel(work)  # processes keep for good what is standard error while they are started
        at_the_end.enter_context(contextlib.closing(found))
        try:
            yield from found
        except BrokenProcessPool:
            raise InputError(
                "a process was killed, most likely because memory was short: end what else takes memory, and run the "
                "same command again; what was finished before is untouched"
            ) from None


def not_shared(path):
    """The InputError where one machine of a cluster does not see what another has at a path."""
    return InputError(
        f"{path} is not the same on each machine of the cluster (looked for on {platform.node()}); give a path that "
        "all share, or an address (docs/guide/many_machines.md)"
    )


def is_wanted():
    """Whether somebody still waits for the call that asks; on a cluster, whoever sent it may be gone."""
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
def _cluster(scheduler):
    """joblib's engine for a cluster, after making sure that its workers do what this machine would."""
    from distributed import Client

    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what it says is raised, too
    try:
        client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{scheduler}: no Dask scheduler answers there ({error}); start one with `{SCHEDULER}` and give the "
            "address that it shows, such as tcp://10.0.0.5:8786"
        ) from None
    with client:
        _check(client, scheduler)
        yield _engine(client, scheduler)


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


def _engine(client, scheduler):
    from distributed import CancelledError, KilledWorker
    from joblib._dask import DaskDistributedBackend

    class Engine(DaskDistributedBackend):
        """joblib's, mended: where a call fails from outside, joblib is never told, and waits for ever."""

        def effective_n_jobs(self, n_jobs):
            return max(2, super().effective_n_jobs(n_jobs))  # of one, joblib would do the calls here

        def submit(self, function, callback=None):
            done = super().submit(function, callback)
            done.add_done_callback(lambda future: future.exception() and callback(future.exception()))
            return done

        def retrieve_result_callback(self, out):
            if isinstance(out, KilledWorker):
                raise InputError(
                    f"a call was begun by several workers of {scheduler}, and each was killed, most likely because "
                    "memory was short; give the workers more, or start them with fewer threads (--nthreads 1)"
                )
            if isinstance(out, CancelledError):
                raise InputError(
                    f"{scheduler} is gone; start it again, and its workers, and run the same command again: what was "
                    "finished before is untouched"
                )
            if isinstance(out, BaseException):
                raise out
            return super().retrieve_result_callback(out)

    return Engine(client=client)
