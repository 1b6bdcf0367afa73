"""Run the calls that come over standard input, and write their answers to standard output.

python -m classifier.core.cluster.calls     started by a worker of a cluster; see on_worker.py

Ends when its input does, also in the middle of a call: KeyboardInterrupt is raised in the call, so that it cleans up.
"""

import _thread
import contextlib
import functools
import os
import pickle
import platform
import queue
import signal
import threading
import time
import traceback

from classifier.core.cluster import checks, travelling

IDLE_SECONDS = 120  # without a call: a client that was killed may have left this process behind
STOP_SECONDS = 14  # for a call to clean up


def main() -> None:
    """Answer calls until there are none."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a worker in the background of a shell ignores it
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what calls print goes to the log of the worker
    calls: queue.Queue[bytes | None] = queue.Queue()
    threading.Thread(target=_receive, args=(calls,), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt, queue.Empty, BrokenPipeError):
        while (call := calls.get(timeout=IDLE_SECONDS)) is not None:
            pickle.dump(answer(call), answers)
            answers.flush()


def answer(call: bytes) -> bytes:
    """Pickle of (what a call returns, None), or of (None, what it raises).

    Args:
        call: pickle of (function, arguments).
    """
    try:
        _check()
        function, arguments = pickle.loads(call)
        return pickle.dumps((function(*arguments), None))
    except Exception as error:
        error.add_note(f"on {platform.node()}:\n{traceback.format_exc()}")
        try:
            told = pickle.dumps((None, error))
            pickle.loads(told)
            return told
        except Exception:  # an exception that cannot travel
            return pickle.dumps((None, RuntimeError(traceback.format_exc())))


@functools.cache
def _check() -> None:
    checks.check_here(travelling.packages())


def _receive(calls: "queue.Queue[bytes | None]") -> None:
    incoming = os.fdopen(os.dup(0), "rb")
    with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            calls.put(pickle.load(incoming))
    calls.put(None)
    _thread.interrupt_main()
    time.sleep(STOP_SECONDS)
    os._exit(1)  # the call hangs where no exception reaches it


if __name__ == "__main__":
    main()
