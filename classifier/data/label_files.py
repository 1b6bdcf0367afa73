"""Find the label files of recordings, beside them or in a folder of their own.

They are in any format of classifier/data/annotations. A label file is called like its recording (monday.txt,
monday.wav.txt, monday.Table.1.selections.txt, monday.birds.txt), or says inside which it is about. Several of one
recording are taken together.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath
from types import ModuleType

from classifier.core import registry
from classifier.core.errors import InputError
from classifier.data import annotations, table_text
from classifier.data.annotations import Annotation, Stretch, error
from classifier.data.table_paths import Finder
from classifier.storage import local_files

GLANCE = 1 << 16  # bytes that tell what a file is
SEEN = 50  # stretches that tell whether a file is about a folder's recordings
WORDS = re.compile(r"[ _-]?labels?$", re.IGNORECASE)  # at the end of a name, which the recording's does not have


@dataclass(frozen=True)
class Labelled:
    """A stretch of a recording, and the file that says so."""

    recording: Path
    source: Path
    stretch: Stretch


@dataclass(frozen=True)
class LabelFile:
    """A file that may hold labels.

    Attributes:
        path: of the file.
        format: of classifier/data/annotations; None where none recognises it.
        recording: that it is called like; None where there is none.
        is_empty: whether it holds nothing: an empty label track, if it is called like a recording.
    """

    path: Path
    format: str | None
    recording: Path | None
    is_empty: bool = False

    @cached_property
    def annotation(self) -> Annotation:
        """What it says.

        Raises:
            InputError: it is no Unicode text; or as of the format.
        """
        if not self.format:
            return Annotation(())
        return registry.load("annotations", self.format).read(self.path, table_text.decoded(self.path))

    @cached_property
    def is_about_several(self) -> bool:
        """Whether it names several recordings."""
        return len({stretch.recording for stretch in self.annotation.stretches}) > 1


class Folder:
    """The label files and the recordings of a folder, at any depth."""

    def __init__(self, folder: Path):
        self.folder, self.finder = folder, Finder(folder)

    @cached_property
    def files(self) -> list[LabelFile]:
        """The files that a format recognises, or that have its suffix and are called like a recording; sorted.

        Raises:
            InputError: one is called like two recordings.
        """
        suffixes = {suffix for of in formats() for suffix in of.SUFFIXES}
        found = sorted(path for path in local_files.find_files(self.folder) if path.suffix.lower() in suffixes)
        wanted = [path for path in found if path.is_file() and not local_files.is_ignored(path.name)]
        return [file for path in wanted if (file := self.file(path))]

    def file(self, path: Path) -> LabelFile | None:
        """What a file may be; None where it is none.

        Raises:
            InputError: it is called like two recordings.
        """
        text = _beginning(path)
        name = _recognised(path, text or "")
        recording = self._named_like(path, must_be_certain=bool(name))
        is_empty = text is not None and not text.strip()
        return LabelFile(path, name, recording, is_empty) if name or recording else None

    def stretches(self, file: LabelFile) -> Iterator[Labelled]:
        """The stretches of a label file, with their recordings.

        Raises:
            InputError: there is no such recording, or several may be meant; or as of the format.
        """
        for stretch in file.annotation.stretches:
            yield Labelled(self.recording(file, stretch), file.path, stretch)

    def recording(self, file: LabelFile, stretch: Stretch | None = None) -> Path:
        """The recording that a stretch, or a whole label file, is about.

        Raises:
            InputError: there is no such recording, or several may be meant.
        """
        line, said = (stretch.line, stretch.recording) if stretch else (1, None)
        names = [said] if said else list(file.annotation.recordings)
        for name in names:
            if found := self._said(file, line, name):
                return found
        if file.recording and not (said and file.is_about_several):
            return file.recording
        name = f"the recording {said or names[0]}" if names else f"a recording that is called like {file.path.name}"
        raise error(file.path, line, f"{name} is not in {self.folder}; put it there, or remove the line or the file")

    def names_its_own(self, file: LabelFile) -> bool:
        """Whether a label file says inside which recordings of the folder it is about."""
        try:
            said = [(of.line, of.recording) for of in file.annotation.stretches[:SEEN] if of.recording]
            said += [(1, name) for name in file.annotation.recordings]
            return any(self._said(file, line, name) for line, name in said)
        except InputError:  # a table may be of something else; the others are certain, and `stretches` says it
            return file.format != "start_end"

    def _said(self, file, line, name):
        """The recording of a name that a label file holds: in the folder, from the label file or from here on."""
        if file.recording and re.split(r"[\\/]", name)[-1] == file.recording.name:
            return file.recording
        if path := self.finder.written(name):
            return path
        paths, _ = self.finder.ends(name)
        if len(paths) > 1 and file.recording not in paths:
            raise error(file.path, line, f"{name} may be {paths[0]} or {paths[1]}; write the whole path")
        if paths:
            return file.recording if file.recording in paths else paths[0]
        beside = [file.path.parent / name, Path(name)]
        return next((path.resolve() for path in beside if local_files.is_recording_name(path) and path.is_file()), None)

    def _named_like(self, path, must_be_certain):
        """The recording that a file is called like, of several the nearest; None where there is none, or no nearest."""
        folder, stem = path.relative_to(self.folder).parent, path.stem
        while stem:
            for name in dict.fromkeys((stem, WORDS.sub("", stem))):
                paths, _ = self.finder.ends((folder / name).as_posix())
                if paths:
                    return _nearest(path, paths, must_be_certain)
            stem = stem.rpartition(".")[0]
        return None


def formats() -> list[ModuleType]:
    """The files of classifier/data/annotations, in the order in which they are tried."""
    names = sorted(registry.names("annotations"), key=lambda name: name == annotations.LAST)
    return [registry.load("annotations", name) for name in names]


def _beginning(path):
    """The first text of a file; None where it cannot be read, which is said where somebody needs it."""
    try:
        return table_text.decoded(path, GLANCE)
    except (InputError, OSError):
        return None


def _recognised(path, text):
    suffix = path.suffix.lower()
    for of in formats():
        if suffix in of.SUFFIXES and of.recognises(path, text):
            return of.__name__.rpartition(".")[2]
    return None


def _nearest(path: PurePath, recordings: list[Path], must_be_certain: bool) -> Path | None:
    """The recording with which a file shares most folders; None where there are two of them.

    Raises:
        InputError: the same, where it must be certain.
    """
    shared = [len(os.path.commonpath([path.parent, recording.parent])) for recording in recordings]
    best = [recording for recording, n in zip(recordings, shared, strict=True) if n == max(shared)]
    if len(best) > 1 and must_be_certain:
        raise InputError(
            f"{path} is called like {best[0]} and {best[1]}: put it beside its recording, or give it the whole name of "
            f"the file, such as {best[0].name}{path.suffix}"
        )
    return best[0] if len(best) == 1 else None
