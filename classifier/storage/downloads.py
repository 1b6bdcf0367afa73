"""Download large files: resume after an interruption, and verify checksums.

An unfinished download is <file>.part; a file under its own name is complete.
"""

import os
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pooch
import requests
from pooch.downloaders import REQUESTS_HEADERS

from classifier.core.console import progress, say
from classifier.core.errors import InputError

TRIES = 5  # in a row without any new byte
PAUSE = 2  # seconds before the next one
TIMEOUT = (10, 60)  # seconds to connect, and to wait for the next byte
CHUNK = 2**16  # bytes; a broken connection loses up to one chunk
BUSY = (429, 500, 502, 503, 504)  # HTTP status codes after which a later try may help


def fetch(url: str, path: Path | str, checksum: str | None = None) -> Path:
    """Download a file, unless it exists already; returns its path.

    Args:
        url: http or https.
        path: where the file goes.
        checksum: "md5:..." or "sha256:..."; None where none is published.

    Raises:
        InputError: no network, no such file on the server, an unstable connection, too small a disk, or a wrong
            checksum. What has been downloaded is kept for the next attempt, unless its checksum is wrong.
    """
    path = Path(path)
    part = path.with_name(f"{path.name}.part")

    def receive_whole(url, output_file, _):
        if checksum and path.exists():  # pooch would download it again, but a person may have put it there
            found = pooch.file_hash(path, checksum.partition(":")[0])
            raise InputError(f"{path} has the checksum {found}, not {checksum}: delete it and run the command again")
        _receive_whole(url, part, path)
        os.replace(part, output_file)

    pooch.get_logger().setLevel("WARNING")
    receive: Any = receive_whole  # pooch's type for it asks for argument names that pooch does not use
    try:
        pooch.retrieve(url, checksum, path.name, path.parent, downloader=receive)
    except InputError:
        raise
    except ValueError as error:  # pooch names both checksums, and has deleted the file
        raise InputError(
            f"{url}: {error} Run the command again; if the checksums differ again, the file has changed since its "
            "checksum was published: ask its publisher"
        ) from None
    return path


def _receive_whole(url, part, path):
    """Complete the .part, over as many connections as it takes."""
    furthest, tries = _size(part), 0
    while True:
        try:
            return _receive(url, part)
        except requests.RequestException as error:
            tries = 1 if _size(part) > furthest else tries + 1
            furthest = max(furthest, _size(part))
            reason = str(error) if isinstance(error, requests.HTTPError) else type(error).__name__
            resumes = f"; it resumes at {_size(part) / 1e6:.1f} MB" if _size(part) else ""
            if tries == TRIES:
                raise InputError(
                    f"{url} cannot be fetched ({reason}, {tries} times in a row). Check the network and run the same "
                    f"command again{resumes}. Or download it some other way to {path}, and run the command then"
                ) from None
            say(f"{reason}; trying again{resumes}")
            time.sleep(PAUSE)


def _receive(url, part):
    """Append to the .part over one connection; start again where the server cannot resume.

    Raises:
        requests.RequestException: another connection may bring the rest.
        InputError: no other connection would.
    """
    have = _size(part)
    headers = {**REQUESTS_HEADERS, "Accept-Encoding": "identity"}  # Zenodo slows nameless clients down
    if have:
        headers["Range"] = f"bytes={have}-"
    with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as response:
        status, described = response.status_code, f"{response.status_code} {response.reason}"
        sent = re.fullmatch(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", response.headers.get("Content-Range", ""))
        first, total = sent.groups() if sent else (None, None)
        if status == 416 and have and total == str(have):
            return  # all of it had arrived before
        if status == 416 and have or status == 206 and first != str(have):
            if not have:
                raise InputError(f"{url}: the server sends a part of the file, not all of it; tell its publisher")
            say(f"{url} cannot be resumed; starting again")
            part.unlink()
            return _receive(url, part)
        if status in BUSY:
            raise requests.HTTPError(f"the server answers {described}")
        if status not in (200, 206):
            raise InputError(f"{url}: the server answers {described}; check on its page whether it has moved")
        if status == 200:
            have = 0  # the server cannot resume, and sends the whole file
        response.raw.headers.pop("Content-Encoding", None)  # .tar.gz stays .gz, though some servers offer to unpack
        arriving = int(response.headers.get("Content-Length", 0))
        with part.open("ab" if have else "wb") as file:
            _check_room(part, arriving, have + arriving)
            with progress(None, f"downloading {part.stem}", total=have + arriving if arriving else None) as bar:
                bar.unit, bar.unit_scale, bar.initial, bar.n = "B", True, have, have
                for chunk in response.iter_content(CHUNK):
                    file.write(chunk)
                    bar.update(len(chunk))


def _check_room(part, arriving, total):
    """Make sure that the disk has room for the rest of an archive and its unpacked files, at least as much again."""
    needed, free = arriving + total, shutil.disk_usage(part.parent).free
    if needed > free:
        raise InputError(
            f"{part.parent}: {part.stem} needs {needed / 1e9:.1f} GB until it is unpacked, and the disk has "
            f"{free / 1e9:.1f} GB left; make room, or choose another folder"
        )


def _size(path):
    return path.stat().st_size if path.exists() else 0
