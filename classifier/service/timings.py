"""How long recordings wait for a process, are decoded, and are classified: histograms at /metrics."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Histogram

BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)  # seconds


@dataclass
class Stages:
    """What the process that reads a recording measures.

    Attributes:
        began: when, by the clock that all processes of a machine share.
        seconds: {stage: how long it took}.
    """

    began: float = field(default_factory=time.monotonic)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Measure a block."""
        started = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - started


class Timings:
    """The histograms of one server."""

    def __init__(self, registry: CollectorRegistry):
        self.of_stage = {
            name: Histogram(f"{name}_seconds", about, buckets=BUCKETS, registry=registry)
            for name, about in (
                ("queue", "Time that a recording waits for a process"),
                ("decode", "Time to decode a recording"),
                ("inference", "Time to classify a decoded recording"),
            )
        }

    def observe(self, asked: float, stages: Stages) -> None:
        """Note what a process measured.

        Args:
            asked: when the recording was given to the processes, by time.monotonic().
        """
        self.of_stage["queue"].observe(max(0.0, stages.began - asked))
        for name, seconds in stages.seconds.items():
            self.of_stage[name].observe(seconds)


Observer = Callable[[float, Stages], None]


def unobserved(asked: float, stages: Stages) -> None:
    """An observer where nobody looks at the figures."""
