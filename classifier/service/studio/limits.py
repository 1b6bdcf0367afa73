"""What the data sets of Studio may take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StudioLimits:
    """Of one server; what would be more is refused."""

    sets: int = 100
    recordings: int = 5000  # of a data set
    labels: int = 200  # of a data set
    edits: int = 20_000  # of a recording
    total_bytes: int = 20 * 2**30  # of all recordings
