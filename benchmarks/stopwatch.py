"""How long a window of work takes."""

import time


def timed(work):
    """(seconds, what the work returns)."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result
