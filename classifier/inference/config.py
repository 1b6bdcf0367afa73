"""What a person chose for classifying recordings."""

from argparse import Namespace
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from classifier.core import registry
from classifier.core.bounds import check_range
from classifier.core.errors import InputError
from classifier.records import choice
from Constants import CLASSIFIED, TRAINED

TAB = "\t"
DELIMITERS = (",", ";", "|", TAB)


@dataclass(frozen=True)
class ClassificationConfig:
    """Which recordings to classify, with which model, and what to write.

    Attributes:
        model: as of predictor.find_model.
        inputs: as of inputs.find; none: a recording that the model was not trained with.
        trained: folder of trained models.
        out: folder of the results.
        writers: names of classifier/inference/writers with commas, or all.
        threshold: probability from which on any label is reported; None: the model's own thresholds.
        overlap: share of a window that the next one repeats, 0 to less than 1.
        smooth: odd number of windows, whose mean stands for the one in the middle.
        merge_gap: seconds between two segments of a label that become one.
        min_duration: seconds; shorter segments are left out.
        probabilities: write those of each window too.
        delimiter: between the columns of csv files, one character.
        jobs: recordings at once; None: one per core.
        scheduler: address of a Dask scheduler whose workers see the same files; None: this machine.
        head, activation, channel: as of predictor.load_predictor.
    """

    model: str
    inputs: tuple[str, ...] = ()
    trained: Path = TRAINED
    out: Path = CLASSIFIED
    writers: str = "all"
    threshold: float | None = None
    overlap: float = 0.0
    smooth: int = 1
    merge_gap: float = 0.0
    min_duration: float = 0.0
    probabilities: bool = False
    delimiter: str = ","
    jobs: int | None = None
    scheduler: str | None = None
    head: str | None = None
    activation: str | None = None
    channel: str | None = None

    def __post_init__(self):
        """
        Raises:
            InputError: a number is out of its range, or there is no such writer.
        """
        check_range("--overlap", self.overlap, "a share of a window", 0, below=1)
        check_range("--merge-gap", self.merge_gap, "seconds", 0)
        check_range("--min-duration", self.min_duration, "seconds", 0)
        if self.threshold is not None:
            check_range("--threshold", self.threshold, "a probability", 0, 1)
        if self.smooth < 1 or self.smooth % 2 == 0:
            raise InputError(f"--smooth {self.smooth}: give an odd number of windows, so that one is in the middle")
        registry.choose("writers", self.writers)
        if self.delimiter not in DELIMITERS:
            raise InputError(f"--delimiter {self.delimiter!r}: give one of {' '.join(DELIMITERS)} or tab")

    @classmethod
    def from_args(cls, args: Namespace) -> "ClassificationConfig":
        """The config of a command line.

        Raises:
            InputError: as of `ClassificationConfig`; no model is named, and none is trained.
        """
        values: dict[str, Any] = {field.name: getattr(args, field.name) for field in fields(cls)}
        values["inputs"] = tuple(args.inputs)
        values["delimiter"] = TAB if args.delimiter in ("tab", "\\t") else args.delimiter
        config = cls(**values)
        return config if config.model else replace(config, model=str(choice.default(config.trained)))

    @property
    def writer_names(self) -> list[str]:
        """The writers, in the order in which they were named."""
        return registry.choose("writers", self.writers)
