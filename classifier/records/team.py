"""The processes that train together: how many, which one this is, where they meet."""

import os
from dataclasses import dataclass

from classifier.core.console import JAX
from classifier.core.errors import InputError

VARIABLES = {  # by which Keras lets a cluster say the same as the flags
    "--coordinator": "KERAS_DISTRIBUTION_JOB_ADDRESSES",
    "--processes": "KERAS_DISTRIBUTION_NUM_PROCESSES",
    "--process": "KERAS_DISTRIBUTION_PROCESS_ID",
}


@dataclass(frozen=True)
class Team:
    """Process number `process` of `processes`, which meet at coordinator, "host:port" of process 0."""

    coordinator: str
    processes: int
    process: int

    @classmethod
    def from_flags(cls, coordinator: str | None, processes: int | None, process: int | None) -> "Team | None":
        """The team of the flags, or else of the variables in the environment; None where there is neither.

        Raises:
            InputError: only a part of it is given, it cannot be, or KERAS_BACKEND is not jax.
        """
        given = {"--coordinator": coordinator, "--processes": processes, "--process": process}
        found = {
            flag: str(value) if value is not None else os.environ.get(VARIABLES[flag], "")
            for flag, value in given.items()
        }
        missing = [f"{flag} (or {VARIABLES[flag]})" for flag, value in found.items() if not value]
        if len(missing) == len(found):
            return None
        if missing:
            raise InputError(f"to train in several processes, {' and '.join(missing)} must be given too")
        if os.environ.get("KERAS_BACKEND") != "jax":
            raise InputError(
                "several processes train with Keras on JAX: set KERAS_BACKEND=jax in the environment; "
                f'pip install "{JAX}"'
            )
        addresses = found["--coordinator"].split(",")  # Keras takes those of all processes, and needs the first
        host, _, port = addresses[0].rpartition(":")
        if not host or not port.isdigit():
            raise InputError(f"--coordinator {addresses[0]}: give it as host:port, such as 10.0.0.1:9900")
        try:
            n, k = int(found["--processes"]), int(found["--process"])
        except ValueError:
            raise InputError(
                f"--processes {found['--processes']} --process {found['--process']}: not numbers"
            ) from None
        if len(addresses) not in (1, n):
            raise InputError(f"{len(addresses)} addresses for {n} processes: give one for each, or the first only")
        if not 0 <= k < n:
            raise InputError(f"--process {k}: {n} process(es) are numbered from 0 to {n - 1}")
        return cls(addresses[0], n, k)
