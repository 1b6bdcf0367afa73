"""Find out which column of a table holds what, as far as that is certain."""

import contextlib
import re
import unicodedata
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from classifier.core.errors import InputError
from classifier.core.text import plain
from classifier.data import table_text
from classifier.data.table_paths import Finder
from classifier.data.table_text import TableText

PATHS = (  # names of the column of paths, as `normal` makes them; all but the first only where they name recordings
    *("path", "filepath", "fullpath", "relativepath", "relpath", "file", "files", "filename", "fname", "audio"),
    *("audiofile", "audiopath", "audiofilename", "audiofilepath", "wav", "wavfile", "wavpath", "wavfilename"),
    *("recording", "recordingfile", "recordingpath", "clip", "clippath", "clipname", "sound", "soundfile", "soundpath"),
    *("slicefilename", "track", "sample", "media", "uri", "name", "id", "fileid", "clipid", "audioid", "key"),
)
LABELS = (  # of the column of labels
    *("label", "labels", "labelname", "class", "classes", "classname", "classlabel", "category", "categoryname"),
    *("target", "targetname", "targetlabel", "tag", "tags", "species", "speciesname", "commonname", "event"),
    *("eventlabel", "soundclass", "soundevent", "annotation", "genre", "emotion", "instrument", "keyword", "word"),
    *("command", "scene", "scenelabel", "primarylabel", "y"),
)
OTHERS = {  # of the others
    "fold": ("fold",),
    "group": ("group",),
    "split": ("split", "subset", "partition", "set"),
    "start": ("start", "onset", "starttime", "starts", "startsec", "startseconds", "starttimes", "begin", "begintimes"),
    "end": ("end", "endtime", "ends", "endsec", "endseconds", "endtimes"),
    "duration": ("duration", "durations", "durationseconds", "length"),
}
OTHER_UNIT = re.compile(r"(start|begin|onset|end)(time)?(ms|msec|milliseconds?|samples?|frames?|min|minutes?)")
SLICES = "slicefilename"  # of UrbanSound8K: start and end are times in the recording that a slice was cut from
LICENCE = re.compile(r"(cc[\W_-]?(0|by)|gpl|mit\b|public domain|https?:).*", re.IGNORECASE)
RESULTS = {"probability", "confidence", "score", "scores", "peak", "prediction", "predicted", "predictedlabel", "logit"}
NO_LABELS = set(  # columns that are rarely labels
    "license licence author artist user username uploader url link source title description notes remark remarks "
    "comment comments date time datetime timestamp device microphone mic recorder format codec bits bitdepth channels "
    "rate samplerate samplingrate sr duration seconds length frames samples size bytes md5 sha1 sha256 hash checksum "
    "copyright rights attribution country city place location site lat lon latitude longitude speaker session gender "
    "age quality snr level split subset set partition fold group start end onset offset id index number".split()
)
SEEN = 50  # lines of a table that are looked at
MOST = 1 << 20  # bytes of it
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def normal(name: str) -> str:
    """The letters and digits of a column's name: "File Name" is file_name is filename."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).lower())


def is_header(columns: Sequence[str]) -> bool:
    """Whether names are those of columns of paths and of labels."""
    known = set(map(normal, columns))
    return bool(known & set(PATHS)) and bool(known & set(LABELS))


def glance(path: Path) -> TableText | None:
    """The first lines of a table; None where it has fewer than two columns."""
    try:
        text = table_text.read(path, is_header, MOST)
    except (InputError, OSError):
        return None
    return text if len(text.columns) > 1 else None


def understand(text: TableText) -> tuple[TableText, dict[str, str]] | None:
    """The table, and {path, label: its column}, with fold, group, split, start, end and duration where there are such.

    The table is another one where its first line is no header but a recording and its label.

    Returns:
        None where it names none of the recordings beside it, or has no column of labels.

    Raises:
        InputError: it names them, and which column holds the labels is not certain.
    """
    finder, rows = Finder(text.source.parent), _sample(text)
    known = {normal(column): column for column in text.columns}
    if any(finder.knows(cell) for cell in text.columns):
        return _without_header(text, finder)
    if RESULTS & set(known) and not {"path", "label"} <= set(known):
        return None
    path = known.get("path") if "label" in known else None
    path = path or next((known[name] for name in PATHS if name in known and _names(rows, known[name], finder)), None)
    path = path or next((column for column in text.columns if _names(rows, column, finder)), None)
    if path is None:
        return None
    label = _label_column(text, rows, known, path)
    if label is None or normal(path) not in PATHS:
        if label or _like_labels(text, rows, path):
            raise uncertain(text, "which column holds paths and which holds labels is not certain")
        return None
    columns = {"path": path, "label": label, **_others(text, known, normal(path))}
    if twice := next((column for column in columns.values() if text.columns.count(column) > 1), None):
        raise uncertain(text, f"two columns are named {twice}")
    return text, columns


def _others(text, known, path):
    """{role: column} of OTHERS.

    Raises:
        InputError: times are not in seconds.
    """
    found = {role: next((known[name] for name in names if name in known), "") for role, names in OTHERS.items()}
    if path == SLICES:
        found |= {"start": "", "end": ""}
    elif other := next((column for name, column in known.items() if OTHER_UNIT.fullmatch(name)), None):
        raise uncertain(text, f"the column {other} is in another unit; give start and end, in seconds")
    if not found["end"] and "onset" in known:
        found["end"] = known.get("offset", "")
    if found["end"] or not found["start"]:
        found["duration"] = ""
    return {role: column for role, column in found.items() if column}


def uncertain(text: TableText, why: str) -> InputError:
    """The error for a table that cannot be used as it is."""
    return InputError(
        f"{text.source}: {why}; its first line is {plain(text.header)!r}. Name the columns path and label, as in "
        "'path,label'; or, if it has nothing to do with labels, move it away or give --layout class_folders"
    )


def _without_header(text, finder):
    """As `understand`, of a table whose first line is a recording already."""
    columns = ("path", "label") if finder.knows(text.columns[0]) else ("label", "path")
    whole = TableText(text.source, text.header, text.line - 1, text.delimiter, columns, f"{text.header}\n{text.body}")
    if len(text.columns) != 2:
        raise uncertain(text, "it has no line with the names of its columns")
    rows = _sample(whole)
    if not _names(rows, "path", finder) or not _like_labels(whole, rows, "path"):
        return None  # a list of checksums, for example
    if any(LICENCE.fullmatch(row["label"]) for row in rows):
        return None
    return whole, {"path": "path", "label": "label"}


def _sample(text):
    rows = []
    with contextlib.suppress(InputError):  # reported when all is read
        for _, row in islice(text.rows(), SEEN):
            rows.append(row)
    return rows


def _names(rows, column, finder):
    """Whether at least half of the values of a column are recordings."""
    values = [row[column] for row in rows if row[column]]
    return bool(values) and 2 * sum(finder.knows(value) for value in values) >= len(values)


def _label_column(text, rows, known, path):
    """The column of labels; None where there is none.

    Raises:
        InputError: several may be.
    """
    found = [known[name] for name in LABELS if name in known and known[name] != path]
    if "label" in known or len(found) < 2:
        return found[0] if found else None
    values = {column: [row[column] for row in rows] for column in found}
    words = [column for column in found if not all(NUMBER.fullmatch(value) for value in values[column])] or found
    if len({tuple(values[column]) for column in words}) > 1:
        raise uncertain(text, f"{' and '.join(words)} may each be the column of labels")
    return words[0]


def _like_labels(text, rows, path):
    """Whether another column may hold labels: words that repeat, and that do not only repeat the folders."""
    for column in text.columns:
        values = [row[column] for row in rows]
        folders = [re.split(r"[\\/]+", row[path])[:-1] for row in rows]
        repeats = 1 < len(set(values)) <= max(2, len(values) / 2)
        words = not all(NUMBER.fullmatch(value) or not value for value in values)
        same = all(value in parts for value, parts in zip(values, folders, strict=True))
        if column != path and normal(column) not in NO_LABELS and repeats and words and not same:
            return True
    return False
