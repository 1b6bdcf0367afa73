"""A data set as a zip that is written while it is sent: class folders, and label tracks beside marked recordings."""

import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from classifier.core.text import readable
from classifier.data import clips
from classifier.data.annotations import Stretch, audacity
from classifier.data.layouts import NOTHING, Clip, folder_of
from classifier.service.settings import Refused

BLOCK = 1 << 18  # bytes that are read at once
MARKED = "recordings"  # the folder of those of which parts are labelled
UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')  # in names of files, on some system


class _Sent:
    """What zipfile writes to, and what is then sent; it cannot go back."""

    def __init__(self):
        self.waiting = bytearray()

    def write(self, data: bytes) -> int:
        self.waiting += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """What was written since."""
        taken, self.waiting = bytes(self.waiting), bytearray()
        return taken


def read(data: Path) -> list[Clip]:
    """The clips of a data set.

    Raises:
        Refused: a table of it names a recording outside of it.
        InputError: it cannot be read.
    """
    found, root = clips.read_clips(data, nothing=True), folder_of(data).resolve()
    if any(not clip.path.resolve().is_relative_to(root) for clip in found):
        raise Refused("the data names recordings outside of its folder, which are not given away: copy them into it")
    return found


def zipped(found: Sequence[Clip]) -> Iterator[bytes]:
    """The bytes of the zip, file after file; nothing is compressed, and memory holds one block."""
    sent, names = _Sent(), Counter[str]()
    marked: dict[Path, list[Clip]] = defaultdict(list)
    with zipfile.ZipFile(sent, "w") as archive:  # ty: ignore[no-matching-overload]
        for clip in found:
            if (clip.start, clip.end) != (0, None) or clip.label == NOTHING:
                marked[clip.path].append(clip)
                continue
            yield from _copied(archive, sent, clip.path, _free(names, safe(clip.label), clip.path))
        for path, parts in marked.items():
            name = _free(names, MARKED, path)
            yield from _copied(archive, sent, path, name)
            archive.writestr(f"{name.rpartition('.')[0]}.txt", "".join(f"{line}\n" for line in _track(parts)))
    yield sent.take()


def safe(name: str) -> str:
    """A name that every system takes, and that leads nowhere else."""
    return UNSAFE.sub("_", readable(name)).strip(". ") or "_"


def _free(names, folder, path):
    """A name in the zip that no other file has, nor a label track beside it."""
    stem, suffix = safe(path.stem), path.suffix.lower()
    names[f"{folder}/{stem}".casefold()] += 1
    n = names[f"{folder}/{stem}".casefold()]
    return f"{folder}/{stem}{f' ({n})' if n > 1 else ''}{suffix}"


def _copied(archive, sent, path, name):
    with path.open("rb") as source, archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
        while block := source.read(BLOCK):
            target.write(block)
            yield sent.take()


def _track(parts):
    heard = [clip for clip in parts if clip.label != NOTHING]
    stretches = [Stretch(clip.label, clip.start, clip.start if clip.end is None else clip.end) for clip in heard]
    return audacity.lines(sorted(stretches, key=lambda stretch: stretch.start))
