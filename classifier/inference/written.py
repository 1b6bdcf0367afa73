"""What this project wrote into a folder of results: nothing that a person has changed since is replaced."""

import contextlib
import hashlib
import json
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

from classifier.core import atomic_files
from classifier.core.errors import InputError

LIST = ".written.json"  # {output: [{file: digest}, of each state that it may be in]}


def check(out: Path, name: str) -> None:
    """Make sure that an output is as it was written here.

    Raises:
        InputError: a file of it was changed or added.
    """
    states = _read(out).get(name)
    if states is None:
        return
    changed = [path for key, path in _files(out / name) if _digest(path) not in {state.get(key) for state in states}]
    if changed:
        more = f", and so were {len(changed) - 1} more" if len(changed) > 1 else ""
        raise InputError(
            f"{changed[0]} was changed since it was written{more}: to write it again would lose that; give another "
            f"folder with --out, or move {out / name} away"
        )


def may_be_ours(out: Path, name: str) -> bool:
    """Whether an output may have been written here; of folders of before there was a LIST nobody knows."""
    return not (out / LIST).is_file() or name in _read(out)


@contextlib.contextmanager
def replaced(out: Path, fresh: Mapping[str, Path]) -> Generator[None]:
    """Around the move of outputs to their places: a run that is killed in it leaves what the next one knows.

    Args:
        fresh: {output: where it lies before the move}.
    """
    held = _read(out)
    states = {name: {key: _digest(file) for key, file in _files(path)} for name, path in fresh.items()}
    _write(out, held | {name: [*held.get(name, []), state] for name, state in states.items()})
    yield
    _write(out, held | {name: [state] for name, state in states.items()})


def _files(place: Path) -> Iterator[tuple[str, Path]]:
    """(name inside the output, path) of each file; systems leave hidden ones."""
    if place.is_file():
        yield "", place
    for path in sorted(place.rglob("*")) if place.is_dir() else ():
        if path.is_file() and not path.name.startswith("."):
            yield path.relative_to(place).as_posix(), path


def _digest(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(out):
    path = out / LIST
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _write(out, held):
    with atomic_files.new_file(out / LIST) as fresh:
        fresh.write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
