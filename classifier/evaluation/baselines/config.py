"""What a person chose for the gradient-boosting baseline."""

from argparse import Namespace
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from classifier.audio.channels import MIX
from classifier.core.bounds import check_range
from classifier.core.errors import InputError
from classifier.core.text import did_you_mean
from classifier.data import clips
from classifier.data.duplicates import WAYS
from Constants import BOOSTED

FEATURES = ("summary", "mel")
MAX_OVERLAP = 0.9  # ten times the windows; beyond, memory fills with ever the same


@dataclass(frozen=True)
class BoostingConfig:
    """Which recordings to learn from, and how.

    Attributes:
        data: folder or csv file of the recordings.
        features: one of FEATURES.
        layout: a file of classifier/data/layouts; None: recognised.
        labels: file with one label per line; None: labels.txt where it fits, else sorted.
        group_by: regular expression; its first group, in a file name, is the group. None: each file is a group.
        ignore_folds: deal by group where the data set has folds of its own.
        fold: which fold tests.
        seed: of the folds, the grid search and the trees.
        overlap: share of a training window that the next one repeats, 0 to MAX_OVERLAP.
        duplicates: what to do about the same sound under two labels, of duplicates.WAYS.
        channel: of audio.channels.CHANNELS, what is read of recordings with several.
        keep_cache: keep the decoded recordings for the next run.
        out: folder that the folder of the result is made in.
    """

    data: Path
    features: str = FEATURES[0]
    layout: str | None = None
    labels: Path | None = None
    group_by: str | None = None
    ignore_folds: bool = False
    fold: int = 0
    seed: int = 0
    overlap: float = 0.0
    duplicates: str = WAYS[0]
    channel: str = MIX
    keep_cache: bool = True
    out: Path = BOOSTED

    def __post_init__(self):
        """
        Raises:
            InputError: the overlap is out of its range, or there are no such features.
        """
        check_range("--overlap", self.overlap, "a share of a window", 0, MAX_OVERLAP)
        if self.features not in FEATURES:
            meant = did_you_mean(self.features, FEATURES)
            raise InputError(f"--features {self.features}: give one of {', '.join(FEATURES)}{meant}")

    @classmethod
    def from_args(cls, args: Namespace) -> "BoostingConfig":
        """The config of a command line.

        Raises:
            InputError: as of `BoostingConfig`; there is no data.
        """
        values: dict[str, Any] = {
            field.name: getattr(args, field.name) for field in fields(cls) if field.name not in ("data", "keep_cache")
        }
        data = (args.data or clips.default_data()).resolve()
        return cls(**values, data=data, keep_cache=not args.no_cache)

    @property
    def settings(self) -> dict[str, object]:
        """What run.json keeps of it."""
        kept = ("layout", "group_by", "ignore_folds", "fold", "seed", "features", "overlap", "duplicates", "channel")
        return {"data": str(self.data), **{name: getattr(self, name) for name in kept}}
