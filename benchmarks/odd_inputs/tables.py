"""Label tables and labels files that are not quite what is expected."""

import functools
import os
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.odd_inputs.kind import REFUSED, WARNED, WHOLE, Kind
from classifier.data import clips
from classifier.data.labels import read_labels

ROWS = (("a/1.wav", "dog"), ("a/2.wav", "cat"), ("b/3.wav", "dog"), ("b/4.wav", "cat"))
LABELS = {"dog": 2, "cat": 2}
UNCERTAIN = "0:05"
CLOCKS = (UNCERTAIN, "0:00:05", "0:05.0", "00:00:05.25")


def touched(folder: Path, *names: str) -> None:
    """Make empty files; a folder's clips are found without reading them."""
    for name in names:
        path = os.fsencode(folder / name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "wb").close()


def counted(folder: Path, expected: dict[str, int], splits: dict[str, int] | None = None) -> str:
    """What is wrong with the labels, or the splits, of a folder's clips."""
    found = clips.read_clips(folder)
    labels = Counter(clip.label for clip in found)
    if labels != expected:
        return f"the labels are {dict(labels)}"
    held = Counter(str(clip.split or clip.fold) for clip in found)
    return "" if splits is None or held == splits else f"the splits are {dict(held)}"


def written(
    folder: Path,
    header="path,label",
    comma=",",
    rows=ROWS,
    name="labels.csv",
    encoding="utf-8",
    end="\n",
    expected=None,
    head=b"",
) -> str:
    """A table beside folders that have other names than the labels."""
    touched(folder, *(path for path, _ in ROWS))
    lines = [*([header] if header else []), *(comma.join(row) for row in rows)]
    (folder / name).write_bytes(head + (end.join(lines) + end).encode(encoding))
    return counted(folder, expected or LABELS)


def beside(folder: Path, name: str, content: bytes) -> str:
    """A file beside folders of labels."""
    touched(folder, "dog/1.wav", "dog/2.wav", "cat/3.wav", "cat/4.wav")
    (folder / name).write_bytes(content)
    return counted(folder, LABELS)


def zipped(folder: Path, name: str, member: str) -> str:
    """A spreadsheet of labels."""
    touched(folder, *(path for path, _ in ROWS))
    cells = "".join(f"<t>{cell}</t>" for row in (("file", "label"), *ROWS) for cell in row)
    with zipfile.ZipFile(folder / name, "w") as archive:
        archive.writestr(member, cells)
    return counted(folder, LABELS)


def labels_file(folder: Path, content: bytes) -> str:
    """A labels file of dog, cat and bird."""
    path = folder / "labels.txt"
    path.write_bytes(content)
    found = read_labels(path)
    return "" if found == ["dog", "cat", "bird"] else f"the labels are {found}"


def _table(what, outcome, members: dict[str, dict], says="") -> Kind:
    made = {name: functools.partial(written, **settings) for name, settings in members.items()}
    return Kind("B 1", what, outcome, made, says)


def _in_other_paths(change) -> dict:
    return {"rows": [(change(path), label) for path, label in ROWS]}


def _almost_right() -> Iterator[Kind]:
    delimiters = {";": ";", "tab": "\t", "bar": "|", "comma and blank": ", ", "semicolon and blank": "; "}
    yield _table("delimiters", WHOLE, {n: {"header": f"path{d}label", "comma": d} for n, d in delimiters.items()})
    encodings = {name: {"encoding": name} for name in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")}
    yield _table("encodings", WHOLE, encodings)
    yield _table(
        "encodings, with tabs",
        WHOLE,
        {name: {"header": "path\tlabel", "comma": "\t", **of} for name, of in encodings.items()},
    )
    headers = ("filename,label", "File Name,Class", "file,category", "audio_path,species", "Recording,Tag")
    yield _table("names of columns", WHOLE, {header: {"header": header} for header in headers})
    headers = ("PATH,LABEL", " path , label ", '"path","label"', "wav_file,class_name", "fname,label")
    yield _table("capitals, blanks and quotes", WHOLE, {header: {"header": header} for header in headers})
    names = ("labels.CSV", "labels.tsv", "labels.txt", "metadata.csv", "my labels.tab")
    yield _table("names of tables", WHOLE, {n: {"name": n, "header": "path;label", "comma": ";"} for n in names})
    lines = {
        "a comment": {"header": "# recorded in 2024\npath,label"},
        "two comments": {"header": "# a\n# b\npath,label"},
        "a hint for Excel": {"header": "sep=;\npath;label", "comma": ";"},
        "an empty line": {"header": "\npath,label"},
        "a header in a comment": {"header": "#path,label"},
    }
    yield _table("lines above the header", WHOLE, lines)
    ends = {
        "Windows": {"end": "\r\n"},
        "old Macintosh": {"end": "\r"},
        "empty lines": {"end": "\n\n"},
        "a comment below": {"rows": [*ROWS, ("# that is all",)]},
        "too many commas": {"rows": [(*row, "", "") for row in ROWS]},
    }
    yield _table("ends of lines", WHOLE, ends)
    paths = {
        "of another machine": _in_other_paths(lambda path: f"/home/anna/my data/{path}"),
        "of Windows": _in_other_paths(lambda path: "D:\\data\\" + path.replace("/", "\\")),
        "names alone": _in_other_paths(lambda path: path.partition("/")[2]),
        "without suffixes": _in_other_paths(lambda path: path.removesuffix(".wav")),
        "with a dot": _in_other_paths(lambda path: f"./{path}"),
    }
    yield _table("paths", WHOLE, paths)


def _uncertain() -> Iterator[Kind]:
    more = [(*row, row[0][0]) for row in ROWS]
    headers = {
        "unknown names": {"header": "file,kind"},
        "two columns of labels": {"header": "file,class,species", "rows": more},
        "a column twice": {"header": "path,label,label", "rows": more},
        "no header, three columns": {"header": "", "rows": more},
        "times in ms": {"header": "path,label,start_ms", "rows": [(*row, "500") for row in ROWS]},
    }
    yield _table("columns that are not certain", REFUSED, headers, "labels.csv")
    lines = {
        "no such recording": {"rows": [*ROWS, ("a/9.wav", "dog")]},
        "a line too short": {"rows": [*ROWS, ("a/1.wav",)]},
        "an empty label": {"rows": [*ROWS[1:], ("a/1.wav", "")]},
        "two labels": {"rows": [*ROWS, ("a/1.wav", "cat")]},
        "the same line twice": {"rows": [*ROWS, ROWS[0]]},
    }
    yield _table("lines that cannot be", REFUSED, lines, "labels.csv, line ")
    address = (f"https://example.org/{ROWS[0][0]}", "dog")
    rows = {"first": [address, *ROWS[1:]], "last": [*ROWS[1:], address]}
    says = "is an address; copy the recording into"
    yield _table("an address among paths", REFUSED, {name: {"rows": of} for name, of in rows.items()}, says)
    clocks = {text: {"header": "path,label,start", "rows": [(*row, text) for row in ROWS]} for text in CLOCKS}
    certain = {text: clocks[text] for text in CLOCKS if text != UNCERTAIN}
    yield _table("times of a clock", WHOLE, certain)
    yield _table("a time that may be hours", REFUSED, {UNCERTAIN: clocks[UNCERTAIN]}, "minutes or 0 hours; write 5 for")
    local = [(path, label.replace("cat", "K\u00fche")) for path, label in ROWS]
    old = ("latin-1", "cp1252", "mac_roman", "cp850", "iso8859_15")
    yield _table("no Unicode", REFUSED, {n: {"rows": local, "encoding": n} for n in old}, "not UTF-8 text")
    yield _table(
        "no names of columns", WARNED, {n: {"header": "", "encoding": n} for n in ("utf-8", "utf-16")}, "taken"
    )
    listed = ",".join(f'{{"file": "{path}", "label": "{label}"}}' for path, label in ROWS)
    plain = "".join(f"- file: {path}\n  label: {label}\n" for path, label in ROWS)
    marked = "".join(f'<clip file="{path}" label="x"><label>{label}</label></clip>' for path, label in ROWS)
    texts = {
        "labels.json": f"[{listed}]".encode(),
        "labels.yaml": plain.encode(),
        "labels.xml": f"<clips>{marked}</clips>".encode(),
    }

    def of_text(folder, name):
        touched(folder, *(path for path, _ in ROWS))
        (folder / name).write_bytes(texts[name])
        return counted(folder, LABELS)

    members = {name: functools.partial(of_text, name=name) for name in texts}
    sheets = {"labels.xlsx": "xl/sharedStrings.xml", "labels.ods": "content.xml"}
    members |= {name: functools.partial(zipped, name=name, member=member) for name, member in sheets.items()}
    yield Kind("B 1", "labels in no table of text", REFUSED, members, "save it as csv")
    others = {
        "licences.csv": b"file,license\n1.wav,CC0\n2.wav,CC-BY\n3.wav,CC0\n4.wav,CC0\n",
        "seconds.csv": b"filename,duration,rate\n1.wav,1.5,16000\n2.wav,2.5,16000\n",
        "md5.txt": b"1e,1.wav\n2e,2.wav\n3e,3.wav\n",
        "README.txt": b"Recordings of dogs and cats.\nMade by Anna; in 2024.\n",
        "about.json": b'{"1.wav": {"seconds": 3}, "2.wav": {"seconds": 4}}',
    }
    members = {name: functools.partial(beside, name=name, content=content) for name, content in others.items()}
    yield Kind("B 1", "tables of something else", WHOLE, members)


def _labels_files() -> Iterator[Kind]:
    def kind(what, outcome, members, says=""):
        made = {name: functools.partial(labels_file, content=content) for name, content in members.items()}
        return Kind("B 4", what, outcome, made, says)

    right = {
        "no end": b"dog\ncat\nbird",
        "a byte order mark": b"\xef\xbb\xbfdog\ncat\nbird\n",
        "Windows": b"dog\r\ncat\r\nbird\r\n",
        "empty lines at the end": b"dog\ncat\nbird\n\n \n",
        "blanks": b" dog\ncat \nbird\t\n",
    }
    yield kind("labels files", WHOLE, right)
    refused = {
        "a label twice": b"dog\ncat\ndog\n",
        "an empty line": b"dog\n\ncat\nbird\n",
        "one label": b"dog\n",
        "nothing": b"",
        "Latin-1": b"dog\nK\xfche\n",
    }
    yield kind("labels files that cannot be", REFUSED, refused, "labels.txt")


def kinds() -> Iterator[Kind]:
    """What people write."""
    yield from _almost_right()
    yield from _uncertain()
    yield from _labels_files()
