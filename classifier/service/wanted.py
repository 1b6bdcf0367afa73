"""Whether anybody still waits for some work, and whose turn it is to have it done."""

import threading
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager

from classifier.service.settings import Busy, Refused

POLL_SECONDS = 0.25  # between two looks whether work is still wanted


class Wanted:
    """Work of a client, which ends early when nobody waits for it any more. May be used from any thread."""

    def __init__(self, client: str = "unknown"):
        self.client = client
        self._over: Refused | None = None

    def end(self, why: Refused) -> bool:
        """From now on it is not wanted; always True."""
        self._over = self._over or why
        return True

    def check(self) -> None:
        """
        Raises:
            Refused: it is not wanted; the reason that `end` was given.
        """
        if self._over:
            raise self._over


class Turns:
    """Lets so many threads go at once, and the clients by turns: one with many requests does not delay the others."""

    def __init__(self, count: int):
        self.free = count
        self.lock = threading.Lock()
        self.waiting: dict[str, deque[threading.Event]] = {}  # {client: its threads}; whose turn is next comes first

    @contextmanager
    def turn(self, wanted: Wanted) -> Generator[None, None, None]:
        """Wait for a turn of the client that wants the work, and give it back afterwards.

        Raises:
            Refused: while it waited, the work was not wanted any more.
        """
        granted = threading.Event()
        with self.lock:
            self.waiting.setdefault(wanted.client, deque()).append(granted)
            self._grant()
        try:
            while not granted.wait(POLL_SECONDS):
                wanted.check()
            yield
        finally:
            with self.lock:
                if granted.is_set():
                    self.free += 1
                else:
                    self._leave(wanted.client, granted)
                self._grant()

    def _grant(self) -> None:
        while self.free and self.waiting:
            client = next(iter(self.waiting))
            threads = self.waiting.pop(client)
            threads.popleft().set()
            self.free -= 1
            if threads:
                self.waiting[client] = threads  # behind the others

    def _leave(self, client: str, granted: threading.Event) -> None:
        threads = self.waiting[client]
        threads.remove(granted)
        if not threads:
            del self.waiting[client]


class AudioBudget:
    """Seconds of audio that each client may have decoded in a minute."""

    def __init__(self, seconds: float, clock: Callable[[], float]):
        """
        Args:
            seconds: of audio, in a minute.
            clock: seconds that never go back.
        """
        self.seconds, self.clock, self.lock = seconds, clock, threading.Lock()
        self._spent: dict[str, tuple[float, float]] = {}  # {client: (seconds of audio, when that was)}

    def check(self, client: str) -> None:
        """
        Raises:
            Busy: the client has spent its seconds; it says when to come again.
        """
        with self.lock:
            over = self._left_over(client) - self.seconds
        if over >= 0:
            wait = int(60 * over / self.seconds) + 1
            raise Busy(f"{self.seconds:g} s of audio a minute are the most; try again in {wait} s", wait)

    def spend(self, client: str, seconds: float) -> None:
        """Note that so many seconds of audio were decoded."""
        with self.lock:
            self._spent[client] = self._left_over(client) + seconds, self.clock()
            for one in [one for one in self._spent if not self._left_over(one)]:
                del self._spent[one]

    def _left_over(self, client: str) -> float:
        """What was spent, less what a steady client would have been given back since."""
        spent, when = self._spent.get(client, (0.0, 0.0))
        return max(0.0, spent - (self.clock() - when) * self.seconds / 60)
