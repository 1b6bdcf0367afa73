"""What a person chose for a comparison of two models."""

from argparse import Namespace
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from classifier.core import registry
from classifier.core.bounds import check_range
from classifier.core.errors import InputError
from classifier.data import clips, label_map
from classifier.data.duplicates import WAYS
from classifier.evaluation.named_models import check_trained
from classifier.inference.predictor import find_model
from classifier.storage.locations import absolute, name_of
from Constants import EVALUATED, TRAINED


@dataclass(frozen=True)
class ComparisonConfig:
    """Which two models to compare, and on which recordings.

    Attributes:
        first, second: trained folders, names of some in `trained`, or .tflite files; the second is judged.
        data: a folder, a csv file, or an address.
        layout: a file of classifier/data/layouts; None: recognised.
        group_by: column, or regular expression whose first group, in a file name, is the group. None: the layout says.
        label_map: as of data.label_map.parse.
        duplicates: what to do about the same sound under two labels, of duplicates.WAYS.
        channel: of audio.channels.CHANNELS; None: as each was trained.
        vote: a recording's label is that of most of its windows; else the mean of their probabilities decides.
        overlap: share of a window that the next one repeats, 0 to less than 1.
        seed: of the bootstrap.
        trained: folder of trained models.
        out: folder or address of the results.
    """

    first: str
    second: str
    data: Path | str
    layout: str | None = None
    group_by: str | None = None
    label_map: tuple[str, ...] | None = None
    duplicates: str = WAYS[0]
    channel: str | None = None
    vote: bool = False
    overlap: float = 0.0
    seed: int = 0
    trained: Path = TRAINED
    out: Path | str = EVALUATED

    def __post_init__(self):
        """
        Raises:
            InputError: a value is out of its range.
        """
        check_range("--overlap", self.overlap, "a share of a window", 0, below=1)
        if self.layout is not None:
            registry.choose("layouts", self.layout)

    @classmethod
    def from_args(cls, args: Namespace) -> "ComparisonConfig":
        """The config of a command line.

        Raises:
            InputError: as of `ComparisonConfig` and `check`; there is no data, or only one model is named.
        """
        if not args.second:
            raise InputError("name two trained models to compare, the one before first: CompareModels.py A B")
        values: dict[str, Any] = {field.name: getattr(args, field.name) for field in fields(cls)}
        values["label_map"] = label_map.parse(args.label_map)
        values["data"] = absolute(args.data or clips.default_data())
        config = cls(**values)
        config.check()
        return config

    def check(self) -> None:
        """Look at the models.

        Raises:
            InputError: one is not there, or both are the same.
        """
        first, second = self.paths
        for path in self.paths:
            check_trained(path)
        if first.resolve() == second.resolve():
            raise InputError(f"{first} and {second} are the same model; name two")

    @cached_property
    def paths(self) -> tuple[Path, Path]:
        """Where the models lie."""
        return find_model(self.first, self.trained), find_model(self.second, self.trained)

    @property
    def names(self) -> tuple[str, str]:
        """What the person calls the models."""
        return str(self.first), str(self.second)

    @property
    def stem(self) -> str:
        """Of the names of the files of results."""
        names = [name_of(path) for path in self.paths]
        if names[0] == names[1]:
            names = ["_".join(path.resolve().with_suffix("").parts[-2:]) for path in self.paths]
        return f"{names[1]}_beside_{names[0]}_on_{name_of(self.data)}"
