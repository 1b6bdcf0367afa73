"""How far the trainings of an evaluation are, while they run: read from the ends of their logs."""

import contextlib
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from classifier.core import processes
from classifier.core.console import progress, say

POLL_SECONDS = 1
END_BYTES = 4096  # of a log, which hold its last state
FORMAT = "{desc}: {percentage:3.0f}%|{bar}| {n:.1f} of {total} [{elapsed}, {remaining} left{postfix}]"
EPOCH = re.compile(r"(refit of )?\S+(?: head)?, epoch (\d+) of (\d+)")


class Position(NamedTuple):
    """The epoch that a training is in, from 1, how many there are, and whether they are those of its refit."""

    epoch: int
    epochs: int
    is_refit: bool

    def share(self, with_refit: bool) -> float:
        """How much of the training is done, 0 to 1."""
        of_fit = (self.epoch - 1) / self.epochs
        return (self.is_refit + of_fit) / 2 if with_refit else of_fit

    def __str__(self):
        return f"{'refit, ' if self.is_refit else ''}epoch {self.epoch} of {self.epochs}"


def position(log: Path) -> Position | None:
    """Where a training is; None before its first epoch."""
    found = EPOCH.findall("\n".join(processes.last_lines(log, END_BYTES)))
    return Position(int(found[-1][1]), int(found[-1][2]), bool(found[-1][0])) if found else None


@contextlib.contextmanager
def shown(titles: Mapping[Path, str], with_refit: bool = False) -> Iterator[Callable[[str], None]]:
    """Show a bar in the block: the trainings that are under way, with their epochs.

    Args:
        titles: {log: name of the training}; a log is there while its training runs.
        with_refit: whether each is trained a second time, which takes about as long as the first.

    Yields:
        a function that prints a line above the bar.
    """
    ended = threading.Event()
    with progress(None, "trainings", len(titles)) as bar:
        bar.miniters, bar.dynamic_miniters = 0, False  # shown though no epoch is added
        bar.smoothing, bar.bar_format = 0, FORMAT  # a training at its end takes as long as one at its begin

        def follow() -> None:
            begun: set[Path] = set()
            while not ended.wait(POLL_SECONDS):
                running = [log for log in titles if log.exists()]
                begun.update(running)
                at = {log: where for log in running if (where := position(log))}
                done = len(begun) - len(running) + sum(where.share(with_refit) for where in at.values())
                bar.n = max(bar.n, done)  # what follows a head begins with its first epoch
                words = [f"{titles[log]}, {where}" for log, where in at.items()]
                bar.set_postfix_str("; ".join(words), refresh=False)
                bar.update(0)  # shows it where the last time was long ago

        def tell(line: str) -> None:
            if sys.stderr.isatty():
                bar.clear()
            say(line)

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        try:
            yield tell
        finally:
            ended.set()
            thread.join()
