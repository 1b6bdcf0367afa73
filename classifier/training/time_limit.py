"""How long a training may take: until when, and what part of it each model and stage gets.

Imports neither TensorFlow nor Keras: the clock runs before they are loaded.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

ALSO = 2  # times an epoch must fit before another one begins: itself, and as long to measure and write the model


@dataclass(frozen=True)
class TimeLimit:
    """A moment at which something should be over.

    Attributes:
        end: seconds, by the clock; infinite where there is no limit.
        clock: seconds that never go back.
    """

    end: float = math.inf
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def of(cls, minutes: float | None, clock: Callable[[], float] = time.monotonic) -> "TimeLimit":
        """So many minutes from now; None: no limit."""
        return cls(math.inf if minutes is None else clock() + 60 * minutes, clock)

    @property
    def left(self) -> float:
        """Seconds, 0 or more."""
        return max(0.0, self.end - self.clock())

    def share(self, n: int) -> "TimeLimit":
        """The limit of the next of n things that share what is left."""
        return self if self.end == math.inf else TimeLimit(self.clock() + self.left / n, self.clock)

    def fits(self, seconds: float) -> bool:
        """Whether what takes so long would be over in time."""
        return seconds <= self.left

    def fits_epoch(self, seconds: float) -> bool:
        """Whether another epoch of so many seconds may begin."""
        return self.fits(ALSO * seconds)
