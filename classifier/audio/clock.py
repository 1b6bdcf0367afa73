"""When a recording began, by its file's name or its header, as recorders write it.

AudioMoth, Song Meter, Swift, BAR: 20240131_235959 in the name; many others: 2024-01-31 23-59-59, with - _ . : or T
between; SoundTrap: serial number and 240131235959; early AudioMoths: seconds since 1970 as eight hexadecimal digits.
A name that could mean two dates, such as 010203_040506, means none. A header has the date of a broadcast wav (bext) or
AudioMoth's comment. The time at which a phone closed an m4a or mp4 is not when it began, and does not count.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath

from classifier.audio import decoders

YEARS = range(1990, 2100)  # of a date that is taken for one
DIGITS = re.compile(r"(?<!\d)(\d{4})(\d\d)(\d\d)[_T\- ]?(\d\d)(\d\d)(\d\d)(?!\d)")
APART = re.compile(r"(?<!\d)(\d{4})([-_.])(\d\d)\2(\d\d)[ _T\-](\d\d)([-_.:h]?)(\d\d)[-_.:m]?(\d\d)(?!\d)")
SOUNDTRAP = re.compile(r"^\d+\.(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$")
AUDIOMOTH = re.compile(r"Recorded at (\d\d):(\d\d):(\d\d)(?:\.\d+)? (\d\d)/(\d\d)/(\d{4})")  # the day first
HEXADECIMAL = re.compile(r"^(?=.*[A-F])[0-9A-F]{8}$")


def began(name: str) -> datetime | None:
    """When a recording of this name began, by the recorder's clock; None where the name does not say."""
    stem = PurePath(name.replace("\\", "/")).stem
    if HEXADECIMAL.match(stem):
        moment = datetime.fromtimestamp(int(stem, 16), UTC).replace(tzinfo=None)
        return moment if moment.year in range(2015, 2036) else None
    if found := SOUNDTRAP.match(stem):
        return _moment(f"20{found[1]}", *found.groups()[1:])
    found = [_moment(*match.groups()) for match in DIGITS.finditer(stem)]
    found += [_moment(*match.group(1, 3, 4, 5, 7, 8)) for match in APART.finditer(stem)]
    moments = {moment for moment in found if moment}
    return moments.pop() if len(moments) == 1 else None


def of_header(path: Path | str) -> datetime | None:
    """When a recording began, by the header of a wav; None where that does not say, or cannot be read."""
    said = decoders.tags_of_wav(path)
    if found := AUDIOMOTH.search(said.get("comment", "")):
        return _moment(*found.group(6, 5, 4, 1, 2, 3))
    try:
        moment = datetime.fromisoformat(f"{said.get('date')} {said.get('creation_time')}")
    except ValueError:
        return None
    return moment if moment.year in YEARS and moment.tzinfo is None else None


def at(start: datetime | None, seconds: float) -> str:
    """The clock time so many seconds after the start of a recording, in ISO 8601 to the millisecond; "" without one."""
    return "" if start is None else (start + timedelta(seconds=seconds)).isoformat(" ", "milliseconds")


def _moment(*numbers):
    try:
        year, month, day, hour, minute, second = map(int, numbers)
        moment = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
    return moment if moment.year in YEARS else None
