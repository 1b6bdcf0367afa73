"""Ctrl-C while TensorFlow works: raised inside of it, KeyboardInterrupt may crash the process, so it waits."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator


class Held:
    """Whether Ctrl-C came while it was held back."""

    came = False

    def raise_if_came(self) -> None:
        """Raise the KeyboardInterrupt that was held back: for a place where nothing is half done."""
        if self.came:
            raise KeyboardInterrupt


_held: list[Held] = []  # the one at work, where there is one


@contextlib.contextmanager
def held() -> Iterator[Held]:
    """Hold back Ctrl-C in the block until `raise_if_came` or the end of the block; a second Ctrl-C is not held back.

    TensorFlow calls Python and takes an error there for a result: Ctrl-C at such a moment ends in a segmentation fault.
    Blocks may lie in one another. Where something else handles the signal, nothing changes.
    """
    hears = threading.current_thread() is threading.main_thread()  # no other thread is told of signals
    if not hears or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield _held[-1] if hears and _held else Held()
        return

    def note(number, frame):
        if here.came:
            raise KeyboardInterrupt
        here.came = True
        os.write(2, b"\nstopping ...\n")  # print may be at work already

    here = Held()
    _held.append(here)
    signal.signal(signal.SIGINT, note)
    try:
        yield here
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _held.pop()
    here.raise_if_came()
