"""Heartbeats: how the process that watches workers knows one that hangs."""

import multiprocessing

from classifier.service.settings import Settings

STARTING_SECONDS = 120  # to the first beat of a process, on a busy machine


class Heartbeat:
    """A counter that two processes share: the event loop of one adds to it, the other looks whether it grows.

    No clock is compared, so none can be wrong.
    """

    def __init__(self, settings: Settings):
        """
        Args:
            settings: how long a process may be silent.
        """
        self.seconds = settings.hang_seconds
        self._beats = multiprocessing.get_context("spawn").RawValue("Q", 0)
        self._seen, self._silent = 0, 0.0

    def beat(self) -> None:
        """Say that the event loop of this process runs."""
        self._beats.value += 1

    def look(self, passed: float) -> float:
        """Look at the other process, so many seconds after the last look.

        Returns:
            Seconds that it was silent, where they are too many; else 0. The next ones are counted anew.
        """
        beats = self._beats.value
        self._silent = self._silent + passed if beats == self._seen else 0.0
        self._seen = beats
        if self._silent <= (self.seconds if beats else STARTING_SECONDS):
            return 0.0
        silent, self._silent = self._silent, 0.0
        return silent
