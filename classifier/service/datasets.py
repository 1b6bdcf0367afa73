"""The data that a training may learn from: folders of the server, by name, and uploads."""

import os
import shutil
from collections import Counter
from pathlib import Path

from classifier.core.errors import InputError
from classifier.data import clips
from classifier.service import schemas, scrub
from classifier.service.settings import NotFound, Settings
from classifier.service.studio.data_sets import FOLDER as STUDIO
from classifier.service.studio.data_sets import is_set
from classifier.storage import archives, local_files
from Constants import DATA_LONG, DATA_SETS, DATA_SHORT

MACOS_FOLDER = "__MACOSX"  # in zips made there: properties of each file
UPLOADED = "the uploaded data"  # what messages call it


class Datasets:
    """The project's own data, and the folders that the server was started with."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.counted: dict[Path, tuple[dict, schemas.Data]] = {}  # {path: (stamps, data)}

    def all(self) -> list[schemas.Data]:
        """All data; it has no labels where no layout recognises it."""
        return [self.count(name, path) for name, path in self._paths().items()]

    def default(self) -> str:
        """The name of the data that TrainModel.py uses without --data."""
        return DATA_LONG.name if DATA_LONG.name in self._paths() else DATA_SHORT.name

    def path(self, name: str) -> Path:
        """The path of the data of that name.

        Raises:
            NotFound: there is none.
        """
        paths = self._paths()
        if name not in paths:
            raise NotFound(f"there is no data {name[:40]!r}; there is {', '.join(paths)}")
        return paths[name]

    def name(self, path: Path) -> str:
        """The name of the data of a path."""
        return next(name for name, one in self._paths().items() if one == path.resolve())

    def _paths(self) -> dict[str, Path]:
        """{name: path}; of two folders of one name the second is <name>_2."""
        own = [DATA_SHORT, *([DATA_LONG] if DATA_LONG.is_dir() and local_files.find_recordings(DATA_LONG) else [])]
        sets = sorted(path for path in DATA_SETS.glob("[!.]*") if path.is_dir())
        labelled = sorted(path for path in (self.settings.home / STUDIO).glob("[!.]*") if is_set(path))
        given = (*own, *sets, *self.settings.data, *labelled)
        paths = dict.fromkeys(path.resolve() for path in given if path.exists())
        found = {}
        for path in paths:
            name, n = path.name, 1
            while name in found:
                n += 1
                name = f"{path.name}_{n}"
            found[name] = path
        return found

    def count(self, name: str, path: Path) -> schemas.Data:
        """Recordings by label; counted again only when a folder or a list in it has changed."""
        stamps = _stamps(path)
        counted = self.counted.get(path)
        if not counted or counted[0] != stamps or counted[1].name != name:
            try:
                found = {(clip.label, clip.path) for clip in clips.read_clips(path)}
            except (InputError, OSError):
                found = set()
            labels = dict(sorted(Counter(label for label, _ in found).items()))
            n_recordings = len({path for _, path in found})
            self.counted[path] = stamps, schemas.Data(name=name, labels=labels, recordings=n_recordings)
        return self.counted[path][1]


def _stamps(path: Path) -> dict:
    """{path: when it changed} of a folder, the folders in it and the lists in them; of a file, its own."""
    if path.is_file():
        return {path: local_files.stamp(path)}
    stamps = {}
    for folder, _, files in os.walk(path):
        lists = [name for name in files if not name.lower().endswith(local_files.RECORDING_SUFFIXES)]
        stamps.update({(folder, name): local_files.stamp(os.path.join(folder, name)) for name in (".", *lists)})
    return stamps


def unpacked(archive: Path, folder: Path, settings: Settings) -> Path:
    """Unpack an archive of recordings, in a folder per label or any other layout, into a new folder.

    Returns:
        The folder.

    Raises:
        InputError: it is damaged, too large, or holds no such data; nothing is left behind.
    """
    most = settings.unpacked_limit(archive.stat().st_size)
    try:
        archives.unpack(archive, folder, most, settings.archive_files)
        _check(folder)
        return folder
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, InputError):
            raise type(error)(scrub.scrub(str(error), {archive: UPLOADED, folder: UPLOADED})) from None
        raise


def file_names(data: Path, layout: str | None = None) -> set[str]:
    """The names of the recordings of some data; none where it cannot be read, which a training will say."""
    try:
        return {clip.path.name for clip in clips.read_clips(data, layout=layout)}
    except (InputError, OSError):
        return set()


def _check(folder: Path) -> None:
    """Read the labels of what was unpacked as a training will.

    A table in it may name any file of this machine: only what was uploaded is learned from.
    """
    shutil.rmtree(folder / MACOS_FOLDER, ignore_errors=True)
    root = folder.resolve()
    if not all(clip.path.resolve().is_relative_to(root) for clip in clips.read_clips(folder)):
        raise InputError(f"{folder} holds a table with recordings that are not in the archive; put them into it")
