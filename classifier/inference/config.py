"""What a person chose for classifying recordings."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from classifier.core.bounds import check_range
from classifier.core.errors import InputError
from classifier.core.text import did_you_mean
from classifier.inference import writing
from classifier.records import choice
from classifier.scoring.decision_rule import DecisionRule
from classifier.scoring.thresholds import BACKGROUND
from Constants import CLASSIFIED, TRAINED

DEFAULT_THRESHOLD = 0.5  # where neither the training nor a person chose one
MANY = 8  # labels that a message names


@dataclass(frozen=True)
class ClassificationConfig:
    """Which recordings to classify, with which model, and what to write.

    Attributes:
        model: as of predictor.find_model.
        inputs: as of inputs.find; none: a recording that the model was not trained with.
        trained: folder of trained models.
        out: folder of the results.
        writers: names of classifier/inference/writers with commas, or all.
        threshold: probability from which on any label is reported; None: the thresholds of the model's own rule.
        label_thresholds: {label: the same, of this one}.
        overlap: share of a window that the next one repeats, 0 to less than 1.
        smooth: odd number of windows, whose mean stands for the one in the middle.
        merge_gap: seconds between two segments of a label that become one.
        min_duration: seconds; shorter segments are left out. None, of any of these four: as the model's own rule says.
        probabilities: write those of each window too.
        delimiter: between the columns of csv files, one character.
        jobs: recordings at once; None: one per core.
        scheduler: address of a Dask scheduler whose workers see the same recordings; None: this machine.
        frames: segments of frames, finer than a window, in place of windows.
        head, activation, channel: as of predictor.load_predictor.
    """

    model: str
    inputs: tuple[str, ...] = ()
    trained: Path = TRAINED
    out: Path = CLASSIFIED
    writers: str = "all"
    threshold: float | None = None
    label_thresholds: dict[str, float] = field(default_factory=dict)
    overlap: float | None = None
    smooth: int | None = None
    merge_gap: float | None = None
    min_duration: float | None = None
    probabilities: bool = False
    delimiter: str = ","
    jobs: int | None = None
    scheduler: str | None = None
    frames: bool = False
    head: str | None = None
    activation: str | None = None
    channel: str | None = None

    def __post_init__(self):
        """
        Raises:
            InputError: a number is out of its range, or there is no such writer.
        """
        if self.overlap is not None:
            check_range("--overlap", self.overlap, "a share of a window", 0, below=1)
        for flag, seconds in (("--merge-gap", self.merge_gap), ("--min-duration", self.min_duration)):
            if seconds is not None:
                check_range(flag, seconds, "seconds", 0)
        if self.threshold is not None:
            check_range("--threshold", self.threshold, "a probability", 0, 1)
        for label, threshold in self.label_thresholds.items():
            check_range(f"--threshold {label}", threshold, "a probability", 0, 1)
        if self.smooth is not None and (self.smooth < 1 or self.smooth % 2 == 0):
            raise InputError(f"--smooth {self.smooth}: give an odd number of windows, so that one is in the middle")
        for flag in ("scheduler", "head", "activation"):
            if self.frames and getattr(self, flag) is not None:
                raise InputError(f"--frames runs a model of this project on this machine; leave --{flag} out")
        writing.check(self.writers, self.delimiter)

    @classmethod
    def from_args(cls, args: Namespace) -> "ClassificationConfig":
        """The config of a command line.

        Raises:
            InputError: as of `ClassificationConfig`; no model is named, and none is trained.
        """
        names = [field.name for field in fields(cls) if field.name != "label_thresholds"]
        values: dict[str, Any] = {name: getattr(args, name) for name in names}
        values["threshold"], values["label_thresholds"] = _thresholds(args.threshold or [])
        values["inputs"] = tuple(args.inputs)
        values["delimiter"] = writing.delimiter_of(args.delimiter)
        config = cls(**values)
        return config if config.model else replace(config, model=str(choice.default(config.trained)))

    def rule(self, own: DecisionRule | None, labels: Sequence[str], independent: bool) -> DecisionRule:
        """The decision rule: what the person chose, else what the model's own says, else DEFAULT_THRESHOLD for labels.

        Args:
            own: what came with the model.
            labels: of the model.
            independent: whether several may be right at once. If not, a threshold for all is for those labels that have
                one in the model's own rule, or else are no background.

        Raises:
            InputError: a threshold is for an unknown label.
        """
        foreground = own.thresholds if own else {label for label in labels if label not in BACKGROUND}
        wanted = [label for label in labels if independent or label in foreground]
        thresholds = own.thresholds if own else dict.fromkeys(wanted, DEFAULT_THRESHOLD)
        if self.threshold is not None:
            thresholds = dict.fromkeys(wanted, self.threshold)
        if unknown := [label for label in self.label_thresholds if label not in labels]:
            known = ", ".join(labels[:MANY]) + (" ..." if len(labels) > MANY else "")
            meant = did_you_mean(unknown[0], labels)
            raise InputError(f"--threshold {unknown[0]}=...: the model has no such label, only {known}{meant}")
        flags = {name: getattr(self, name) for name in ("smooth", "merge_gap", "min_duration")}
        chosen = {name: value for name, value in flags.items() if value is not None}
        return replace(own or DecisionRule(), thresholds={**thresholds, **self.label_thresholds}, **chosen)


def _thresholds(given: list[str]) -> tuple[float | None, dict[str, float]]:
    """The threshold of all labels, and {label: threshold}, of values such as 0.8 and song=0.9."""
    of_all, of_labels = None, {}
    for text in given:
        label, _, number = text.rpartition("=")
        try:
            threshold = float(number)
        except ValueError:
            raise InputError(f"--threshold {text}: give a probability such as 0.8, or LABEL=0.8") from None
        if label:
            of_labels[label] = threshold
        else:
            of_all = threshold
    return of_all, of_labels
