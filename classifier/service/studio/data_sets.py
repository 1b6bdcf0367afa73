"""The data sets of Studio: folders of home/studio/, each with a label track beside each labelled recording.

home/studio/NAME/            monday.wav  monday.txt: what TrainModel.py reads, layout annotations
home/studio/NAME/.studio/    set.json: names of labels, the model in use   edits/monday.jsonl: a journal per recording

Takes of the microphone and long recordings are alike here: a take is labelled from its start to its end. In folders
per label a recording could have one label only, and moving it would be the only correction.
"""

import contextlib
import json
import re
import shutil
from collections.abc import Generator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from classifier.core import atomic_files, typed_json
from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.data.annotations import on_one_line
from classifier.data.labels import clean
from classifier.service.jobs import process
from classifier.service.settings import Conflict, NotFound, Refused, Settings, TooLarge
from classifier.service.studio.recording_labels import EDITS, OWN, Labels, RecordingLabels
from classifier.storage import local_files

FOLDER, RECORD = "studio", "set.json"
LOCK = "studio.lock"  # in the home folder: threads and workers wait for each other
NAME = re.compile(r"\w(?:[\w -]{0,58}\w)?")
UNSAFE = re.compile(r"[^\w-]+")  # in the name of a recording
SUFFIX = ".wav"


@dataclass(frozen=True)
class SetRecord:
    """What a data set remembers.

    Attributes:
        labels: that its keys give, in their order.
        model: the trained model in use, with which the next one is compared; None: there is none yet.
    """

    labels: tuple[str, ...] = ()
    model: str | None = None


class DataSet:
    """One data set. All methods may be called from any thread and any worker; changes wait for each other."""

    def __init__(self, folder: Path, settings: Settings, lock: contextlib.AbstractContextManager):
        self.folder, self.limits, self.lock = folder, settings.studio, lock
        self.models = settings.out  # where trained ones lie

    @property
    def name(self) -> str:
        """Of the folder."""
        return self.folder.name

    @property
    def record(self) -> SetRecord:
        """What it remembers.

        Raises:
            InputError: its file is damaged.
        """
        file = self.folder / OWN / RECORD
        try:
            return typed_json.parse(SetRecord, json.loads(file.read_text(encoding="utf-8")))
        except ValueError as error:
            raise InputError(f"{file} is damaged ({error}): correct it, or delete it to name the labels anew") from None
        except FileNotFoundError:
            return SetRecord()

    def remember(self, record: SetRecord) -> None:
        """Write down what it remembers, whole or not at all."""
        with self.lock, atomic_files.new_file(self.folder / OWN / RECORD) as fresh:
            fresh.write_text(json.dumps(asdict(record), ensure_ascii=False), encoding="utf-8")

    def add_label(self, label: str) -> str:
        """Name a label; returns it as it is written.

        Raises:
            Refused: it is no name.
            TooLarge: there are too many.
        """
        label = on_one_line(clean(label))
        if not label or len(label) > 60 or not label.isprintable():
            raise Refused("a label is a name of 1 to 60 letters: give another one")
        with self.lock:
            record = self.record
            if label in record.labels:
                return label
            if len(record.labels) >= self.limits.labels:
                raise TooLarge(f"{self.name} has {self.limits.labels} labels, and may have no more")
            self.remember(replace(record, labels=(*record.labels, label)))
        return label

    def remove_label(self, label: str) -> None:
        """Take the name of a label away.

        Raises:
            Conflict: stretches have it.
            NotFound: there is no such label.
        """
        with self.lock:
            record = self.record
            if label not in record.labels:
                raise NotFound(f"{self.name} has no label {label[:60]!r}")
            if used := [of.path.name for of in self.recordings() if _has(of, label)]:
                raise Conflict(f"{label} is heard in {len(used)} recordings, such as {used[0]}: label them anew first")
            self.remember(replace(record, labels=tuple(name for name in record.labels if name != label)))

    def recordings(self) -> list[RecordingLabels]:
        """All recordings, by name."""
        return [RecordingLabels(path) for path in local_files.find_recordings(self.folder)]

    def recording(self, name: str) -> RecordingLabels:
        """One recording.

        Raises:
            NotFound: there is none of that name.
        """
        for of in self.recordings():
            if of.path.name == name:
                return of
        raise NotFound(f"{self.name} has no recording {name[:80]!r}")

    def add(self, title: str, wav: bytes, label: str | None) -> RecordingLabels:
        """Keep a recording.

        Args:
            title: what the client calls it.
            wav: of the project's rate, one channel.
            label: that is heard from its start to its end; None: nobody has said what is heard.

        Raises:
            TooLarge: there are too many, or they take too much room.
        """
        with self.lock:
            there = self.recordings()
            if len(there) >= self.limits.recordings:
                raise TooLarge(f"{self.name} has {len(there)} recordings, and may have no more")
            label = self.add_label(label) if label is not None else None
            names = {of.path.stem.lower() for of in there}
            path = self.folder / (_new_name(title, names) + SUFFIX)
            with atomic_files.new_file(path) as fresh:
                fresh.write_bytes(wav)
            made = RecordingLabels(path)
            if label is not None:
                made.add(0, made.read().seconds, label, 0, self.limits.edits)
        return made

    def label(self, of: RecordingLabels, start: float, end: float, label: str | None, revision: int) -> Labels:
        """Label a stretch of a recording. Errors are those of add_label and RecordingLabels.add."""
        with self.lock:
            named = None if label is None else self.add_label(label)
            return of.add(start, end, named, revision, self.limits.edits)

    def undo(self, of: RecordingLabels, revision: int) -> Labels:
        """Take back the last edit of a recording. Errors are those of RecordingLabels.undo."""
        with self.lock:
            return of.undo(revision, self.limits.edits)

    def delete(self, name: str) -> None:
        """Delete a recording with all that is known of it.

        Raises:
            NotFound: there is none of that name.
        """
        with self.lock:
            self.recording(name).delete()

    def put_in_order(self) -> None:
        """After a kill: write label tracks from the journals, and delete what belongs to no recording."""
        with self.lock:
            for half_written in (*self.folder.glob(f".*{SUFFIX}"), *self.folder.glob(".*.txt")):
                half_written.unlink(missing_ok=True)
            there = self.recordings()
            stems = {of.path.stem for of in there}
            for path in (*(self.folder / OWN / EDITS).glob("*"), *self.folder.glob("*.txt")):
                if path.stem not in stems:
                    path.unlink(missing_ok=True)
            for of in there:
                of.write_track()


class DataSets:
    """All data sets of a home folder."""

    def __init__(self, settings: Settings):
        self.settings, self.lock = settings, atomic_files.shared_lock(settings.home / LOCK)
        self.folder = settings.home.resolve() / FOLDER
        with self.lock:
            for half_deleted in self.folder.glob(".*"):
                shutil.rmtree(half_deleted, ignore_errors=True)
            for one in self.all():
                try:
                    one.put_in_order()
                except (InputError, OSError, ValueError) as error:
                    say(f"{one.folder} cannot be put in order: {error}")

    def all(self) -> list[DataSet]:
        """The data sets, by name."""
        folders = sorted(path for path in self.folder.glob("[!.]*") if is_set(path))
        return [DataSet(path, self.settings, self.lock) for path in folders]

    def get(self, name: str) -> DataSet:
        """One data set.

        Raises:
            NotFound: there is none of that name.
        """
        for one in self.all():
            if one.name == name:
                return one
        raise NotFound(f"there is no data set {name[:60]!r}; GET /v2/studio/ lists those there are")

    def make(self, name: str) -> DataSet:
        """Make a data set.

        Raises:
            Refused: the name cannot be that of a folder.
            Conflict: there is one of that name.
            TooLarge: there are too many.
        """
        if not NAME.fullmatch(name) or name.lower() == process.TEMPORARY:
            raise Refused("a data set is called by 1 to 60 letters, digits, spaces, - and _: give another name")
        with self.lock:
            there = self.all()
            if name.casefold() in {one.name.casefold() for one in there}:
                raise Conflict(f"there is a data set {name} already: give another name")
            if len(there) >= self.settings.studio.sets:
                raise TooLarge(f"there are {len(there)} data sets, and may be no more: delete one")
            with atomic_files.new_folder(self.folder / name) as fresh:
                (fresh / OWN / EDITS).mkdir(parents=True)
                DataSet(fresh, self.settings, self.lock).remember(SetRecord())
        return self.get(name)

    def delete(self, name: str) -> None:
        """Delete a data set with all that is in it.

        Raises:
            NotFound: there is none of that name.
        """
        with self.lock:
            folder = self.get(name).folder
            gone = folder.with_name(f".{name}-deleted")
            shutil.rmtree(gone, ignore_errors=True)
            folder.rename(gone)  # a kill leaves no half of it
            shutil.rmtree(gone)

    @contextlib.contextmanager
    def room(self, n_bytes: int) -> Generator[None]:
        """Keep others from adding while so many bytes are added.

        Raises:
            TooLarge: they do not fit.
        """
        with self.lock:
            held = sum(path.stat().st_size for path in local_files.find_recordings(self.folder))
            if held + n_bytes > self.settings.studio.total_bytes:
                most = self.settings.studio.total_bytes / 2**30
                raise TooLarge(f"the recordings of all data sets may take {most:g} GiB: delete some first")
            yield


def is_set(folder: Path) -> bool:
    """Whether a folder is a data set of Studio."""
    return (folder / OWN).is_dir()


def _new_name(title: str, taken: set[str]) -> str:
    """The name of a recording without its suffix: no dots, no spaces, and not one of those that are taken."""
    stem = UNSAFE.sub("_", Path(title).stem).strip("_")[:80] or "recording"
    name, n = stem, 1
    while name.lower() in taken:
        n += 1
        name = f"{stem}_{n}"
    return name


def _has(of: RecordingLabels, label: str) -> bool:
    return any(stretch.label == label for stretch in of.read().stretches)
