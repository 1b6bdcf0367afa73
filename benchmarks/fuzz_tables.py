"""Tables and labels files of any content: each is read or refused by name.

Hypothesis writes lines of cells that people write, other text, and bytes that are no text, in several encodings.
"""

import contextlib
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import hypothesis
from hypothesis import strategies

from classifier.core.errors import InputError
from classifier.data.clips import read_clips
from classifier.data.labels import read_labels
from classifier.data.layouts import esc50, prepared, split_files, urbansound8k
from classifier.records import tflite_labels

NAMES = ("a/1.wav", "a/2.wav", "b/1.wav", "b/2.wav")  # of recordings beside the tables
WORDS = (
    *NAMES,
    *("path", "label", "filename", "class", "split", "fold", "group", "start", "end", "duration", "category"),
    *("train", "test", "dog", "cat", "1", "2.wav", "0", "-1", "1e999", "nan", "0.5", "1,5", '"', "#", "sep=;", ""),
    *("src_file", "slice_file_name", "fsID", "../a/1.wav", "a\\1.wav", "/", ".", "x" * 300),
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252")
HEADERS = (("path", "label"), ("path", "label", "start", "end"), ("filename", "class", "fold"), ("label", "file"), ())
READERS: dict[str, tuple[str, Callable[[Path, Path], object]]] = {  # what: its file in the data's folder, its reader
    "csv, in its folder": ("labels.csv", lambda folder, path: read_clips(folder, least=1)),
    "csv": ("labels.csv", lambda folder, path: read_clips(path, least=1)),
    "tsv": ("labels.tsv", lambda folder, path: read_clips(folder, least=1)),
    "json, in its folder": ("labels.json", lambda folder, path: read_clips(folder, least=1)),
    "labels.txt": ("labels.txt", lambda folder, path: read_labels(path)),
    "labels of a .tflite": ("classes.csv", lambda folder, path: tflite_labels.read(path)),
    "classes.txt": ("classes.txt", lambda folder, path: split_files.clips(folder)),
    "train.txt": ("train.txt", lambda folder, path: split_files.clips(folder)),
    "esc50.csv": ("meta/esc50.csv", lambda folder, path: esc50.clips(folder)),
    "UrbanSound8K.csv": ("metadata/UrbanSound8K.csv", lambda folder, path: urbansound8k.clips(folder)),
    "manifest.jsonl": ("manifest.jsonl", lambda folder, path: prepared.clips(folder)),
}
BESIDE = {"classes.txt": "train.txt", "train.txt": "classes.txt"}  # what else a layout needs, whole
WHOLE = {"classes.txt": "dog\ncat\n", "train.txt": "a/1.wav 0\nb/1.wav 1\n"}


def _contents():
    """Bytes of a file: a table of cells, any text, or no text."""
    cell = strategies.sampled_from(WORDS) | strategies.text(max_size=6)
    right = strategies.tuples(strategies.sampled_from(NAMES), strategies.sampled_from(["dog", "cat"]))
    lines = strategies.lists(right, min_size=2, max_size=4, unique_by=lambda row: row[0])
    lines |= strategies.lists(strategies.lists(cell, max_size=5) | right, max_size=6)
    delimiters, ends = strategies.sampled_from(",;\t| \n"), strategies.sampled_from(["\n", "\r\n", "\r"])
    rows = strategies.builds(_table, strategies.sampled_from(HEADERS), lines, delimiters, ends)
    text = rows | strategies.text(max_size=200)
    encoded = strategies.builds(
        lambda text, name: text.encode(name, "ignore"), text, strategies.sampled_from(ENCODINGS)
    )
    return encoded | strategies.binary(max_size=200)


def _table(header, lines, delimiter, end):
    return end.join(delimiter.join(cells) for cells in [header, *lines] if cells)


def read(folder: Path, what: str, content: bytes) -> bool:
    """Write a file of READERS and read it; whether it is not refused.

    Raises:
        AssertionError: the reason does not name the folder.
    """
    name, reader = READERS[what]
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    beside = folder / BESIDE[what] if what in BESIDE else None
    if beside:
        beside.write_text(WHOLE[beside.name])
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            reader(folder, path)
    except InputError as error:
        assert str(folder) in str(error), error
        return False
    finally:
        path.unlink()
        if path.parent != folder:
            path.parent.rmdir()
        if beside:
            beside.unlink()
    return True


def fuzz(folder: Path, seed: int, examples: int) -> Counter:
    """Read files of one seed; {(what, whether it was read): number}.

    Raises:
        AssertionError, or what a reader raises: with the smallest example that hypothesis finds.
    """
    counts = Counter()
    for name in NAMES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    @hypothesis.given(strategies.sampled_from(sorted(READERS)), _contents())
    def each_is_read_or_refused(what, content):
        counts[what, read(folder, what, content)] += 1

    for what in READERS:  # each reader at least once, whatever is drawn
        counts[what, read(folder, what, b"")] += 1
    each_is_read_or_refused()
    return counts
