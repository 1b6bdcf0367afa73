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
        suffixes, found = tuple({suffix for of in formats() for suffix in of.SUFFIXES}), []
        for place, folders, names in os.walk(self.folder, followlinks=True):
            folders[:] = [name for name in folders if not local_files.is_ignored(name)]
            wanted = [name for name in names if name.lower().endswith(suffixes) and not local_files.is_ignored(name)]
            found += [Path(place, name) for name in wanted]
        return [file for path in sorted(found) if (file := self.file(path))]

    def file(self, path: Path) -> LabelFile | None:
        """What a file may be; None where it is none.

        Raises:
            InputError: it is called like two recordings.
        """
        text = table_text.decoded(path, GLANCE)
        name, recording = _recognised(path, text), self._named_like(path)
        return LabelFile(path, name, recording, not text.strip()) if name or recording else None

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
        if file.recording and not (said and self._is_about_several(file)):
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

    def _is_about_several(self, file):
        return len({stretch.recording for stretch in file.annotation.stretches}) > 1

    def _named_like(self, path):
        """The recording that a label file is called like; of several the nearest."""
        folder, stem = path.relative_to(self.folder).parent, path.stem
        while stem:
            for name in dict.fromkeys((stem, WORDS.sub("", stem))):
                paths, _ = self.finder.ends((folder / name).as_posix())
                if paths:
                    return _nearest(path, paths)
            stem = stem.rpartition(".")[0]
        return None


def formats() -> list[ModuleType]:
    """The files of classifier/data/annotations, in the order in which they are tried."""
    names = sorted(registry.names("annotations"), key=lambda name: name == annotations.LAST)
    return [registry.load("annotations", name) for name in names]


def _recognised(path, text):
    suffix = path.suffix.lower()
    for of in formats():
        if suffix in of.SUFFIXES and of.recognises(path, text):
            return of.__name__.rpartition(".")[2]
    return None


def _nearest(path: PurePath, recordings: list[Path]) -> Path:
    """The recording with which a label file shares most folders.

    Raises:
        InputError: there are two of them.
    """
    shared = [len(os.path.commonpath([path.parent, recording.parent])) for recording in recordings]
    best = [recording for recording, n in zip(recordings, shared, strict=True) if n == max(shared)]
    if len(best) > 1:
        raise InputError(
            f"{path} is called like {best[0]} and {best[1]}: put it beside its recording, or give it the whole name of "
            f"the file, such as {best[0].name}{path.suffix}"
        )
    return best[0]
