"""How much memory processes hold."""

import contextlib

import psutil


def together(pid):
    """MB that a process and those it started hold."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):  # it may end while it is asked
        process = psutil.Process(pid)
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += one.memory_info().rss
    return round(total / 2**20)
