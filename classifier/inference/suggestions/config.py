"""What a person chose for suggestions of what to listen to next."""

from argparse import Namespace
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from classifier.core.bounds import check_range
from classifier.core.errors import InputError
from classifier.core.text import did_you_mean
from classifier.inference import writing
from Constants import SUGGESTED, TRAINED

UNCERTAIN, DIVERSE, RARE, DISAGREEMENT = BY = ("uncertain", "diverse", "rare", "disagreement")
MOST = 10_000  # suggestions


@dataclass(frozen=True)
class SuggestConfig:
    """Which recordings to look at, with which models, and what to write.

    Attributes:
        folder: recordings, as of inputs.find.
        models: one, or two that are compared, as of predictor.find_model; what is suggested is labelled by the first.
        trained: folder of trained models.
        out: folder of the results.
        kept: folder of probabilities and embeddings; None: places in cache/.
        by: of BY; several take turns.
        top: suggestions, the most useful first.
        apart: seconds between two of one recording.
        labelled: recordings that have labels already, as of inputs.find, for DIVERSE; None: there are none.
        writers: names of classifier/inference/writers with commas, or all.
        delimiter: between the columns of csv files, one character.
        channel: of audio.channels.CHANNELS; None: as in the model's training.
        jobs: recordings at once; None: one per core.
    """

    folder: str
    models: tuple[str, ...]
    trained: Path = TRAINED
    out: Path = SUGGESTED
    kept: Path | None = None
    by: tuple[str, ...] = (UNCERTAIN, DIVERSE)
    top: int = 50
    apart: float = 10.0
    labelled: str | None = None
    writers: str = "csv,audacity"
    delimiter: str = ","
    channel: str | None = None
    jobs: int | None = None

    def __post_init__(self):
        """
        Raises:
            InputError: a number is out of its range, a name is unknown, or the models do not fit what is asked for.
        """
        if not self.folder or not self.models:
            missing = "the model that is to learn from them" if self.folder else "a folder of recordings"
            raise InputError(f"name {missing}: SuggestLabels.py FOLDER --model MODEL")
        check_range("--top", self.top, "how many suggestions to write", 1, MOST)
        check_range("--apart", self.apart, "seconds", 0)
        for name in self.by or ("",):
            if name not in BY:
                raise InputError(f"--by {name}: give of {', '.join(BY)}{did_you_mean(name, BY)}")
        n = 2 if DISAGREEMENT in self.by else 1
        if len(self.models) != n:
            need = f"--by {DISAGREEMENT} compares two models: --model A,B" if n == 2 else (
                f"only --by {DISAGREEMENT} takes two models; name one with --model"
            )  # fmt: skip
            raise InputError(need)
        if len(set(self.models)) < n:
            raise InputError(f"--model {self.models[0]} is named twice; compare it with another")
        if self.labelled and DIVERSE not in self.by:
            raise InputError(f"--labelled is for --by {DIVERSE}; leave it out")
        writing.check(self.writers, self.delimiter)

    @classmethod
    def from_args(cls, args: Namespace) -> "SuggestConfig":
        """The config of a command line. Errors are those of `SuggestConfig`."""
        values: dict[str, Any] = {
            field.name: getattr(args, field.name) for field in fields(cls) if field.name != "models"
        }
        values["models"], values["by"] = _names(args.model), _names(args.by)
        values["delimiter"] = writing.delimiter_of(args.delimiter)
        return cls(**values)


def _names(given: str | None) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, (given or "").split(","))))
