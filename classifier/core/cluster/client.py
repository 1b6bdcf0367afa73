"""Run calls on a Dask cluster that has this project's packages, and nothing else of it.

The code travels with each job, and is deleted when its client leaves. What runs inside the scheduler and the workers is
on_worker.py, sent by value: they need not find it, and nobody gets another client's version of it.
"""

import contextlib
import itertools
import logging
import os
import pickle
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from classifier.core.cluster import checks, travelling
from classifier.core.errors import InputError

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 10  # seconds for a scheduler to answer, and for a first worker to come
QUEUED = 2  # calls per thread of a cluster that are submitted at once: one runs, one waits
RETRIES = 2  # of a call whose process was killed
ENVIRONMENT = ("KERAS_BACKEND",)  # variables that decide what comes out


def results(
    function: Callable[..., Any],
    calls: Iterable[tuple],
    scheduler: str,
    in_order: bool = False,
    shared: Sequence[Path] = (),
    sent: Mapping[str, Path] | None = None,
) -> Generator[Any, None, None]:
    """`parallel.results` on a cluster; see there.

    Closing the iterator ends the calls at work.
    """
    from distributed import CancelledError, KilledWorker

    calls = iter(calls)
    with _client(scheduler) as client:
        checks.check_shared(client, shared)
        with _Job(client, sent or {}) as job:

            def submit(n: int) -> "list[Future]":
                return [job.submit(function, call) for call in itertools.islice(calls, n)]

            answers = _in_order(submit, client) if in_order else _as_they_end(submit, client)
            try:
                for answer in answers:
                    value, error = pickle.loads(answer)
                    if error is not None:
                        raise error
                    yield value
            except (KilledWorker, ChildProcessError) as error:
                raise InputError(
                    f"a call was begun several times on {scheduler}, and each time it was killed, most likely because "
                    f"memory was short ({error}); give the workers more, or start them with fewer threads (--nthreads "
                    "1)"
                ) from None
            except CancelledError:
                raise InputError(
                    f"{scheduler} is gone; start it again, and its workers, and run the same command again: what was "
                    "finished before is untouched"
                ) from None


class _Job:
    """The project on all workers of a cluster, as long as its block lasts; workers that come later get it too."""

    def __init__(self, client: "Client", sent: Mapping[str, Path]):
        import cloudpickle

        from classifier.core.cluster import on_worker

        cloudpickle.register_pickle_by_value(on_worker)
        self.client, self.run, self.dumps = client, on_worker.run, cloudpickle.dumps
        self.name = f"sound-classifier-{uuid.uuid4().hex}"
        environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        self.project = on_worker.Project(self.name, travelling.packed(sent, checks.installed()), environment)
        self.futures: WeakSet[Future] = WeakSet()

    def __enter__(self) -> "_Job":
        try:
            self.client.register_plugin(self.project, name=self.name)
        except OSError as error:
            raise InputError(f"a worker cannot write the project into its folder ({error}); make room there") from None
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):  # the scheduler may be gone, and all with it
            if self.client.status == "running":
                self.client.cancel(list(self.futures), force=True)
                self.client.unregister_worker_plugin(self.name)

    def submit(self, function: Callable[..., Any], call: tuple) -> "Future":
        """Submit a call. What is submitted is bytes: the scheduler unpickles a task, and could not unpickle the call.

        Unpickling these bytes runs the call; so a worker needs to find nothing but `pickle`.
        """
        task = _Reduced(self.run, (self.name, pickle.dumps((function, call))))
        key = f"{getattr(function, '__name__', 'call')}-{uuid.uuid4().hex}"
        future = self.client.submit(pickle.loads, self.dumps(task), key=key, pure=False, retries=RETRIES)
        self.futures.add(future)
        return future


class _Reduced:
    """Pickles to function(*arguments), which is called when it is unpickled."""

    def __init__(self, function: Callable[..., Any], arguments: tuple):
        self.reduced = function, arguments

    def __reduce__(self):
        return self.reduced


def _in_order(submit: "Callable[[int], list[Future]]", client: "Client") -> Iterator[bytes]:
    running = deque(submit(_n_at_once(client)))
    while running:
        answer = running.popleft().result()
        running.extend(submit(1))
        yield answer


def _as_they_end(submit: "Callable[[int], list[Future]]", client: "Client") -> Iterator[bytes]:
    from distributed import as_completed

    running = as_completed(submit(_n_at_once(client)), loop=client.loop)
    while not running.is_empty():
        answer = next(running).result()
        running.update(submit(1))
        yield answer


def _n_at_once(client: "Client") -> int:
    return QUEUED * max(1, sum(client.nthreads().values()))


@contextlib.contextmanager
def _client(scheduler: str) -> "Generator[Client, None, None]":
    """A client of a cluster, after making sure that its workers would do what this machine does."""
    from distributed import Client
    from distributed.versions import VersionMismatchWarning

    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what it logs is raised, too
    try:
        with warnings.catch_warnings(action="ignore", category=VersionMismatchWarning):  # checked below
            client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except Exception as error:  # whatever answers there speaks another language
        raise InputError(
            f"{scheduler}: no Dask scheduler answers there ({error}); start one with `dask scheduler` and give the "
            "address that it shows, such as tcp://10.0.0.5:8786"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise InputError(
                f"{scheduler} has no workers; start one with `dask worker {scheduler} --nthreads 1`, where the "
                f"requirements.txt of this project is installed ({checks.GUIDE})"
            ) from None
        checks.check_packages(client)
        yield client
