"""Find the recordings that INPUT names.

INPUT is files, folders, archives, patterns, addresses, and lists of these. Each recording is found once, however often
it is named.
"""

import glob
import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from classifier.audio import recording
from classifier.core.console import progress
from classifier.core.errors import InputError
from classifier.core.text import readable
from classifier.storage import archives, local_files, locations, remote

LIST = "-"  # means: a list on standard input
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # spreadsheets evaluate text that begins like this
LONGEST_PART = 200  # bytes of a file's name; result files have longer names
RESULT_SUFFIX = ".txt"  # of result files; no folder's name may end with it
IN_ARCHIVE = "!/"  # between an archive and a member's name


@dataclass(frozen=True)
class Source:
    """A recording to classify.

    name: in every result.
    file: a relative path for its result files, unique in the run even without regard to case.
    location: its path or address, or that of the archive that holds it.
    member: its name in the archive; None where it is in none.
    stamp: changes with the file; None where there is no file.
    channel: its number, from 0, where each is a recording of its own; else None.
    """

    name: str
    file: str
    location: str
    member: str | None
    stamp: list | None
    channel: int | None = None

    @property
    def is_local_file(self) -> bool:
        """Whether it is a file of this machine, in no archive."""
        return self.member is None and not locations.is_remote(self.location)

    @property
    def path(self) -> str:
        """For files that say where the recording is: absolute, of a file of this machine; else the name."""
        return readable(os.path.abspath(self.location)) if self.is_local_file else self.name


def find(
    inputs: Iterable[str], lines: Iterable[str] = (), each_channel: bool = False
) -> tuple[list[Source], dict[str, str], list[str]]:
    """The recordings of the inputs, in their order.

    Args:
        inputs: paths of recordings, folders and archives, patterns (**/*.wav), addresses.
        lines: the list that LIST means, one path per line. A missing one is reported when it is read.
        each_channel: whether each channel of a recording is one of its own, named by its number.

    Returns:
        list of Source, {name: reason} of refused archives, and sentences on files that were left out.

    Raises:
        InputError: an input does not exist, a folder holds no recordings, or there are no recordings at all; their
            channels are asked for, and they lie in an archive or at an address.
    """
    found, refused, left_out, seen, files = [], {}, [], set(), _Files()
    expanded = _expanded(inputs, lines, refused, left_out)
    for name, inside, location, member, stamp in progress(expanded, "finding recordings"):
        identity = (location if locations.is_remote(location) else os.path.realpath(location), member)
        if identity not in seen:
            seen.add(identity)
            name = _readable(name)
            for channel in _channels(name, location, member) if each_channel else [None]:
                if channel is None:
                    found.append(Source(name, files.new(inside), location, member, stamp))
                    continue
                stem, suffix = os.path.splitext(inside)
                words = f"channel {channel + 1}"
                its_file = files.new(f"{stem} {words}{suffix}")
                found.append(Source(f"{name} ({words})", its_file, location, member, stamp, channel))
    if not found:
        why = "; ".join([*refused.values(), *left_out]) or "no INPUT names a recording"
        raise InputError(f"there is nothing to classify: {why}")
    return found, refused, list(dict.fromkeys(left_out))


def _channels(name, location, member) -> list[int] | list[None]:
    """The numbers of a recording's channels; None where there is one, or where it cannot be read, which is said later.

    Raises:
        InputError: it is not a file of this machine.
    """
    if member is not None or locations.is_remote(location):
        raise InputError(
            f"{name}: --channel each reads files of this machine; unpack or copy it here first, or give --channel first"
        )
    try:
        n = recording.properties(location).channels
    except InputError:
        n = 1
    return [None] if n == 1 else list(range(n))


def _expanded(inputs, lines, refused, left_out) -> Iterator[tuple[str, str, str, str | None, list | None]]:
    """(name, path that the result files' is made from, location, member, stamp) of each recording."""
    for given in inputs:
        if given == LIST:
            for line in filter(None, (line.rstrip("\r\n") for line in lines)):
                if "\0" in line:  # which no name of a file can hold
                    refused[_readable(line).replace("\0", "\\0")] = "it holds zero bytes; save the list as UTF-8"
                else:
                    yield from _recordings(line, refused, left_out, listed=True)
        else:
            yield from _recordings(given, refused, left_out)


def _recordings(given, refused, left_out, listed=False):
    given = str(locations.parse_location(given))
    if locations.is_remote(given):
        for address, stamp in ((str(location), stamp) for location, stamp in remote.stamps(given).items()):
            yield address, address.partition("://")[2], address, None, stamp
    elif os.path.isdir(given):
        folder = os.path.basename(os.path.abspath(given))
        left_out += filter(None, [local_files.left_out(given)])
        for path in map(str, remote.find(given)):
            yield path, f"{folder}/{os.path.relpath(path, given)}", path, None, local_files.stamp(path)
    elif _is_archive(given):
        yield from _in_archive(given, refused, left_out)
    elif matches := [] if os.path.exists(given) else sorted(glob.glob(given, recursive=True)):
        for path in matches:  # a link that leads nowhere matches itself: it is reported when it is read
            if path == given:
                yield path, path, path, None, None
            else:
                yield from _recordings(path, refused, left_out, listed=True)
    elif os.path.exists(given) or listed:
        yield given, given, given, None, local_files.stamp(given)
    else:
        raise InputError(f"{given}: there is no such recording, folder or archive")


def _is_archive(given):
    try:
        return os.path.isfile(given) and archives.is_archive(given)
    except OSError:  # reported when it is read as a recording
        return False


def _in_archive(given, refused, left_out):
    try:
        names = archives.files(given)
        held = [name for name in names if local_files.is_recording_name(name)]
        sentence = local_files.left_out_sentence(_readable(given), local_files.names_left_out(names))
        if not held:
            raise InputError(f"{given} holds no recordings{'; ' * bool(sentence)}{sentence}")
        left_out += filter(None, [sentence])
    except InputError as error:
        refused[_readable(given)] = str(error)
        return
    for member in held:
        yield f"{given}{IN_ARCHIVE}{member}", f"{given}/{member}", given, member, local_files.stamp(given)


def _readable(name):
    """A name that can be written as UTF-8, and that no spreadsheet evaluates: ./=1.wav is the same file as =1.wav."""
    name = readable(name)
    return f"./{name}" if name.startswith(FORMULA) else name


class _Files:
    """Unique relative paths that stay in their folder."""

    def __init__(self):
        self.taken = set()

    def new(self, path):
        """A path for the result files of a recording at `path`: as similar as possible."""
        parts = [part for part in PurePosixPath(_readable(str(path).replace(os.sep, "/"))).parts if part != "/"]
        *folders, name = [harmless for part in parts if (harmless := _harmless(part))] or ["recording"]
        folders = [f"{part}_" if part.lower().endswith(RESULT_SUFFIX) else part for part in folders]
        stem, suffix = os.path.splitext(name)
        number = 1
        while _key([*folders, name]) in self.taken:
            number += 1
            name = f"{stem} ({number}){suffix}"
        self.taken.add(_key([*folders, name]))
        return "/".join([*folders, name])


def _harmless(part):
    """A part of a path without characters that leave the folder or cannot be written; "" for what names nothing."""
    part = re.sub(r"[\x00-\x1f\x7f\\/]", "_", part)
    if part in (".", "..") or re.fullmatch(r"[A-Za-z]:", part):
        return ""
    if len(part.encode()) > LONGEST_PART:
        part = part.encode()[:LONGEST_PART].decode(errors="ignore") + hashlib.sha256(part.encode()).hexdigest()[:8]
    return part


def _key(parts):
    """A key that is equal for paths that a file system may take for the same."""
    return unicodedata.normalize("NFC", "/".join(parts)).casefold()
