"""What a person chose for searching recordings by example."""

import os
from argparse import Namespace
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from classifier.core.bounds import check_range
from classifier.core.errors import InputError
from classifier.inference import writing
from Constants import FOUND, TRAINED

MOST = 100_000  # results


@dataclass(frozen=True)
class SearchConfig:
    """What to look for, where, and what to write.

    Attributes:
        folder: where to look, as of inputs.find: a folder, an archive, a pattern, an address.
        like: short recordings of the sound, as of inputs.find.
        model: whose embeddings are compared, as of embedder.load_embedder.
        trained: folder of trained models.
        out: folder of the results.
        kept: folder of embeddings; None: a place in cache/.
        top: results, best first.
        least: cosine from which on a sound is a result, -1 to 1; None: any.
        label: of all results; None: the name of the recording that each is like.
        overlap: share of a window that the next one repeats, 0 to less than 1.
        index: search an index in place of all embeddings.
        writers: names of classifier/inference/writers with commas, or all.
        delimiter: between the columns of csv files, one character.
        channel: of audio.channels.CHANNELS; None: as in the model's training.
        jobs: recordings at once; None: one per core.
    """

    folder: str
    like: tuple[str, ...]
    model: str = "yamnet"
    trained: Path = TRAINED
    out: Path = FOUND
    kept: Path | None = None
    top: int = 50
    least: float | None = None
    label: str | None = None
    overlap: float = 0.5
    index: bool = False
    writers: str = "csv,audacity"
    delimiter: str = ","
    channel: str | None = None
    jobs: int | None = None

    def __post_init__(self):
        """
        Raises:
            InputError: a number is out of its range, there is no such writer, or no recording is named to look for.
        """
        if not self.folder or not self.like:
            raise InputError(
                "name a folder of recordings, and a short one of the sound that you look for: "
                "SearchRecordings.py FOLDER --like CLIP"
            )
        check_range("--overlap", self.overlap, "a share of a window", 0, below=1)
        check_range("--top", self.top, "how many results to write", 1, MOST)
        if self.least is not None:
            check_range("--least", self.least, "a cosine", -1, 1)
        writing.check(self.writers, self.delimiter)

    @classmethod
    def from_args(cls, args: Namespace) -> "SearchConfig":
        """The config of a command line. Errors are those of `SearchConfig`."""
        values: dict[str, Any] = {field.name: getattr(args, field.name) for field in fields(cls)}
        like = args.like or ""
        is_one = os.path.exists(like)  # a comma may be part of a name
        values["like"] = (like,) if is_one else tuple(filter(None, map(str.strip, like.split(","))))
        values["delimiter"] = writing.delimiter_of(args.delimiter)
        return cls(**values)
