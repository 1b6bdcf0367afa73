"""What a person means by INPUT: recordings, folders, archives, patterns, addresses, and lists of these.

Every recording is found once, however often and by whatever way it is named.
"""

import glob
import hashlib
import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from classifier.core.console import progress
from classifier.core.errors import InputError
from classifier.storage import archives, local_files, locations, remote

LIST = "-"  # stands for a list on standard input
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what begins like this, spreadsheets compute
LONGEST_PART = 200  # bytes of a file's name; what is written beside it is called longer
OURS = ".txt"  # what the names of such files end with, and no folder's name may
IN_ARCHIVE = "!/"  # between an archive and a name in it


@dataclass(frozen=True)
class Source:
    """A recording to classify.

    name: what it is called in every result.
    file: a relative path that no other recording of the same run has, without regard to case.
    where: the path or address of it, or of the archive that it is in.
    member: its name there; None where it is no part of an archive.
    stamp: tells this version of it from others; None where there is no file.
    """

    name: str
    file: str
    where: str
    member: str | None
    stamp: list | None


def find(inputs, lines=()):
    """The recordings that are meant, in the order in which they are named.

    Args:
        inputs: paths of recordings, folders and archives, patterns (**/*.wav), addresses.
        lines: what LIST among them stands for; a path a line. One that is not there is found out when it is read.

    Returns:
        list of Source, and {name: reason} of archives that are refused.

    Raises:
        InputError: an input is not there, a folder holds no recordings, or there is nothing at all.
    """
    found, refused, seen, files = [], {}, set(), _Files()
    for name, inside, where, member, stamp in progress(_named(inputs, lines, refused), "looking for recordings"):
        identity = (where if locations.is_remote(where) else os.path.realpath(where), member)
        if identity not in seen:
            seen.add(identity)
            found.append(Source(_readable(name), files.new(inside), where, member, stamp))
    if not found:
        why = "; ".join(refused.values()) or "no INPUT names a recording"
        raise InputError(f"there is nothing to classify: {why}")
    return found, refused


def _named(inputs, lines, refused):
    """What is needed of each for a Source: name, the path to mirror, where, member, stamp."""
    for given in inputs:
        if given == LIST:
            for line in filter(None, (line.rstrip("\r\n") for line in lines)):
                yield from _meant(line, refused, listed=True)
        else:
            yield from _meant(given, refused)


def _meant(given, refused, listed=False):
    given = str(locations.parse_location(given))
    if locations.is_remote(given):
        for address, stamp in remote.stamps(given).items():
            yield address, address.partition("://")[2], address, None, stamp
    elif os.path.isdir(given):
        folder = os.path.basename(os.path.abspath(given))
        for path in map(str, remote.find(given)):
            yield path, f"{folder}/{os.path.relpath(path, given)}", path, None, local_files.stamp(path)
    elif _is_archive(given):
        yield from _in_archive(given, refused)
    elif matches := [] if os.path.exists(given) else sorted(glob.glob(given, recursive=True)):
        for path in matches:
            yield from _meant(path, refused)
    elif os.path.exists(given) or listed:
        yield given, given, given, None, local_files.stamp(given)
    else:
        raise InputError(f"{given}: there is no such recording, folder or archive")


def _is_archive(given):
    try:
        return os.path.isfile(given) and archives.is_archive(given)
    except OSError:  # said of the recording that it then is
        return False


def _in_archive(given, refused):
    try:
        held = [name for name in archives.files(given) if local_files.is_recording_name(name)]
        if not held:
            raise InputError(f"{given} holds no recordings")
    except InputError as error:
        refused[_readable(given)] = str(error)
        return
    for member in held:
        yield f"{given}{IN_ARCHIVE}{member}", f"{given}/{member}", given, member, local_files.stamp(given)


def _readable(name):
    """A name that can be written as UTF-8, and that no spreadsheet takes for a formula: ./=1.wav is =1.wav, too."""
    name = os.fsencode(name).decode("utf-8", "backslashreplace")
    return f"./{name}" if name.startswith(FORMULA) else name


class _Files:
    """Relative paths that lead nowhere else, none of them twice."""

    def __init__(self):
        self.taken = set()

    def new(self, path):
        """A path for the files of a recording that lies at this one: the same, as far as that can be."""
        parts = [part for part in PurePosixPath(_readable(str(path).replace(os.sep, "/"))).parts if part != "/"]
        *folders, name = [harmless for part in parts if (harmless := _harmless(part))] or ["recording"]
        folders = [f"{part}_" if part.lower().endswith(OURS) else part for part in folders]
        stem, suffix = os.path.splitext(name)
        number = 1
        while _key([*folders, name]) in self.taken:
            number += 1
            name = f"{stem} ({number}){suffix}"
        self.taken.add(_key([*folders, name]))
        return "/".join([*folders, name])


def _harmless(part):
    """A part of a path without what leads elsewhere or cannot be written; "" for what names nothing."""
    part = re.sub(r"[\x00-\x1f\x7f\\/]", "_", part)
    if part in (".", "..") or re.fullmatch(r"[A-Za-z]:", part):
        return ""
    if len(part.encode()) > LONGEST_PART:
        part = part.encode()[:LONGEST_PART].decode(errors="ignore") + hashlib.sha256(part.encode()).hexdigest()[:8]
    return part


def _key(parts):
    """The same for paths that a file system may take for the same."""
    return unicodedata.normalize("NFC", "/".join(parts)).casefold()
