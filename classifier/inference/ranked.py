"""Stretches of recordings in an order of their own, best first, and how writers write them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace

from classifier.core import atomic_files
from classifier.core.text import readable
from classifier.data.inputs import Source
from classifier.inference import result_folder
from classifier.inference.segments import Segment
from classifier.inference.writers import Classified


@dataclass(frozen=True)
class Ranked:
    """A stretch of a recording.

    Attributes:
        source: the recording.
        seconds: its length.
        segment: the stretch.
        why: what put it here, in a word.
    """

    source: Source
    seconds: float
    segment: Segment
    why: str


@dataclass(frozen=True)
class Output:
    """Where ranked stretches go.

    Attributes:
        folder: of the results.
        mark: name of the file that says how they came about; it marks the folder as ours.
        writers: files of classifier/inference/writers.
        delimiter: between the columns of csv files.
        kept: what is left where the disk is full, in words.
    """

    folder: Path
    mark: str
    writers: Sequence[ModuleType]
    delimiter: str
    kept: str

    def check(self) -> None:
        """
        Raises:
            InputError: the folder holds files of the same names from elsewhere.
        """
        result_folder.check(self.folder, self.writers, self.mark)

    def write(
        self, ranked: Sequence[Ranked], labels: Sequence[str], highest: float, about: Mapping[str, object]
    ) -> list[Path]:
        """Write them; returns the files and folders.

        Args:
            ranked: best first.
            labels: that they may have.
            highest: Hz; the highest frequency that the model received.
            about: how they came about, for the mark.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with atomic_files.alone_in(self.folder), result_folder.unfinished(self.folder) as beside:

            def read(writer: ModuleType | SimpleNamespace) -> Iterator[Classified]:
                return classified(ranked, highest, getattr(writer, "BY_SEGMENT", False))

            fresh = result_folder.prepare(self.writers, read, labels, beside, self.folder, self.delimiter, self.kept)
            with atomic_files.new_file(self.folder / self.mark) as mark:
                mark.write_text(readable(json.dumps(about, indent=2, ensure_ascii=False)) + "\n", encoding="utf-8")
            return result_folder.move(fresh, beside, self.folder, self.kept)


def example(ranked: Sequence[Ranked]) -> str | None:
    """Path of the first recording that is a file of this machine; None: there is none."""
    return next((one.source.location for one in ranked if one.source.is_local_file), None)


def classified(ranked: Sequence[Ranked], highest: float, one_by_one: bool) -> Iterator[Classified]:
    """Stretches for a writer.

    Args:
        ranked: best first.
        highest: Hz; the highest frequency that the model received.
        one_by_one: each by itself, in their order; else recording by recording, that with the best first.
    """
    groups: dict[object, list[Ranked]] = {}
    for i, one in enumerate(ranked):
        groups.setdefault(i if one_by_one else one.source.file, []).append(one)
    for group in groups.values():
        source, best = group[0].source, group[0].segment
        segments = sorted((one.segment for one in group), key=lambda segment: segment.start)
        about = (group[0].seconds, highest, best.label, best.peak, segments, source.path)
        yield Classified(source.name, source.file, *about, channel=source.channel)
