"""Run many calls of one function in parallel.

They run in processes or threads of this machine, or on a Dask cluster. A call travels by pickle: a function that a
module of this project defines, and few bytes of arguments, such as names. A call whose worker is killed is run again by
another, so running it twice must give the same.
"""

import contextlib
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from joblib import Parallel, cpu_count, delayed  # cpu_count: for other modules too
from joblib.externals.loky.process_executor import BrokenProcessPool

from classifier.core.cluster import client
from classifier.core.console import quiet_libraries
from classifier.core.errors import InputError


def results(
    function: Callable[..., Any],
    calls: Iterable[tuple],
    scheduler: str | None = None,
    at_once: int | None = None,
    threads: bool = False,
    in_order: bool = False,
    shared: Sequence[Path] = (),
    sent: Mapping[str, Path] | None = None,
) -> Generator[Any, None, None]:
    """What function(*call) returns for each call, as the calls end.

    Closing the iterator cancels waiting calls and kills the processes at work. On a cluster KeyboardInterrupt is raised
    in a call at work first.

    Args:
        function: of a module; what it raises is raised here.
        calls: tuples of arguments, taken one by one while there is room for them.
        scheduler: address of a Dask scheduler, such as tcp://host:8786; None for this machine.
        at_once: calls at a time on this machine; one per core where not given. On a cluster: one per worker thread.
        threads: use threads of this process, not processes: for calls that wait, or that release the interpreter.
        in_order: yield results in the order of the calls.
        shared: paths that the workers of a cluster must see as this machine does.
        sent: {relative path that a call on a cluster finds it at: file here} of what travels with the code.

    Raises:
        InputError: there is no such scheduler, it has no workers, or other packages; a worker does not see what is
            shared; the scheduler is gone, or a call killed the process it ran in.
    """
    if scheduler:
        yield from client.results(function, calls, scheduler, in_order, shared, sent)
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
