"""Back up a server's trainings and trained models into one tar file, also while it runs."""

import contextlib
import os
import sqlite3
import tarfile
import tempfile
from pathlib import Path

from classifier.core import atomic_files
from classifier.core.console import progress
from classifier.core.errors import InputError
from classifier.service.jobs import database, process

FOLDERS = ("work", "uploads", "studio")


def write_backup(home: Path, trained: Path, target: Path) -> str:
    """Write home/ and trained/ to a tar file.

    Args:
        home: of the server; its database is copied whole, what requests bring is left out.
        trained: folder of trained models.
        target: the file; .tar is added where it has no suffix. Another of that name is replaced when this one is whole.

    Returns:
        What was written, and how it is put back.

    Raises:
        InputError: there is nothing to back up, the database is damaged, or the file cannot be written.
        DiskFullError: the disk of the file is full.
    """
    target = target if target.suffix else target.with_suffix(".tar")
    file = home / database.FILE
    if not file.is_file() and not trained.is_dir():
        raise InputError(f"{home} holds no trainings and {trained} no models; give the server's --home and --trained")
    if target.exists() and not target.is_file() or not target.parent.is_dir():
        raise InputError(f"{target} cannot be written: give a file in a folder that is there")
    held = [(f"home/{name}", home / name) for name in FOLDERS] + [("trained", trained)]
    n = 0
    with tempfile.TemporaryDirectory() as folder, atomic_files.new_file(target) as fresh:
        copied = Path(folder) / database.FILE
        with tarfile.open(fresh, "w") as archive:
            if file.is_file():
                try:
                    database.copy(file, copied)
                except sqlite3.DatabaseError as error:
                    raise InputError(f"{file} cannot be read ({error}); nothing was backed up") from None
                archive.add(copied, f"home/{database.FILE}")
            found = [
                (name, folder, path) for name, folder in held for path in _files(folder)
            ]  # newer than the database
            for name, folder, path in progress(found, "files"):
                with (
                    contextlib.suppress(FileNotFoundError),
                    path.open("rb") as content,
                ):  # a training replaces its files
                    about = archive.gettarinfo(arcname=f"{name}/{path.relative_to(folder).as_posix()}", fileobj=content)
                    archive.addfile(about, content)
                    n += 1
    return (
        f"{target}: {n} files ({target.stat().st_size / 1e6:,.0f} MB). To put them back, stop the server and run: "
        f"tar xf {target}; its folders are the --home and --trained of the server"
    )


def _files(folder: Path) -> list[Path]:
    """The files of a folder; not those that a step of a training throws away."""
    return [
        Path(place, name)
        for place, _, files in os.walk(folder)
        if process.TEMPORARY not in Path(place).relative_to(folder).parts
        for name in sorted(files)
        if Path(place, name).is_file()
    ]
