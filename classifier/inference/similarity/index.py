"""The nearest embeddings by an index: approximate, and without reading all of them.

The rows are indexed in parts of equal size: memory holds one part while it is built, a killed run loses one part, and
only parts whose recordings changed or are gone are built again. Rows behind the last whole part are looked at one by
one, as are those of a part of which nearly all are asked for: a graph does not lead to each of its rows. The
candidates of the index are compared exactly.

Source: Malkov & Yashunin, HNSW, arXiv 1603.09320; github.com/unum-cloud/usearch
"""

import hashlib
import importlib.util
from pathlib import Path

import numpy as np

from classifier.core import atomic_files
from classifier.core.console import progress
from classifier.core.errors import InputError
from classifier.inference.similarity import exact
from classifier.inference.similarity.exact import Nearest
from classifier.inference.similarity.store import Rows

PART = 1 << 18  # rows: 71 hours of YAMNet's windows without overlap, which memory holds while they are indexed
STORED = "i8"  # of values in the index, 1 byte each; the candidates are compared in the store's own type
ADDED = 1 << 14  # rows at a time
CONNECTIONS, BUILT_WITH = 16, 128  # of the graph: per row and layer; candidates while it is built
CANDIDATES = 2  # times the rows that are asked for
REQUIREMENTS = "requirements-search.txt"


def require() -> None:
    """
    Raises:
        InputError: usearch is not installed.
    """
    if importlib.util.find_spec("usearch") is None:
        raise InputError(
            f"--index needs usearch, which is not installed: pip install -r {REQUIREMENTS}, or leave --index out: "
            "then all embeddings are compared, which is exact and takes longer"
        )


def nearest(rows: Rows, queries: np.ndarray, n: int, part: int | None = None) -> Nearest:
    """About the n nearest rows, as of exact.nearest; the index is brought up to date first.

    Args:
        queries: (queries, width) float32, of length 1.
        part: rows of a part of the index; None: PART.
    """
    part = part or PART
    n_parts = rows.end // part
    ranges = [rows.within(i * part, (i + 1) * part) for i in range(n_parts)]
    paths = {i: rows.folder / _name(i, part, ranges[i]) for i in range(n_parts) if ranges[i]}
    rows.folder.mkdir(exist_ok=True)
    for old in set(rows.folder.iterdir()) - set(paths.values()):
        old.unlink()
    missing = [i for i, path in paths.items() if not path.is_file()]
    for i in missing:
        _build(rows, ranges[i], paths[i])
    small = [i for i in paths if _is_small(ranges[i], n)]
    compared = [*(one for i in small for one in ranges[i]), *rows.within(n_parts * part, rows.end)]
    found = [exact.nearest(rows, queries, n, compared)]
    searched = [path for i, path in paths.items() if i not in small]
    for path in progress(searched, "searching the index", len(searched)):
        found.append(_search(rows, path, queries, n))
    return exact.first_of(found, n)


def covered(rows: Rows, n: int) -> int:
    """How many rows `nearest` looks for in the index, where n are asked for; it compares the others one by one."""
    of_parts = (rows.within(i * PART, (i + 1) * PART) for i in range(rows.end // PART))
    return sum(_size(ranges) for ranges in of_parts if not _is_small(ranges, n))


def _size(ranges: list[tuple[int, int]]) -> int:
    return sum(last - first for first, last in ranges)


def _is_small(ranges: list[tuple[int, int]], n: int) -> bool:
    """Whether nearly all rows of a part are asked for."""
    return _size(ranges) <= n * CANDIDATES


def _name(i: int, part: int, ranges: list[tuple[int, int]]) -> str:
    """The name of the index of some rows: another one when other rows of the part are searched."""
    about = hashlib.sha256(repr((part, ranges)).encode()).hexdigest()[:12]
    return f"{i}-{about}.usearch"


def _build(rows: Rows, ranges: list[tuple[int, int]], path: Path) -> None:
    from usearch.index import Index

    made = Index(ndim=rows.width, metric="cos", dtype=STORED, connectivity=CONNECTIONS, expansion_add=BUILT_WITH)
    blocks = [(first, min(first + ADDED, last)) for begin, last in ranges for first in range(begin, last, ADDED)]
    with progress(None, f"indexing {path.name.partition('-')[0]}", _size(blocks)) as bar:
        for first, last in blocks:
            made.add(np.arange(first, last, dtype="uint64"), np.array(rows.of(first, last)))
            rows.forget()
            bar.update(last - first)
    with atomic_files.new_file(path) as fresh:
        made.save(fresh)


def _search(rows: Rows, path: Path, queries: np.ndarray, n: int) -> Nearest:
    from usearch.index import Index

    opened = Index.restore(path, view=True)
    if opened is None:
        raise InputError(f"{path} is not there any more: search again")
    opened.expansion_search = max(BUILT_WITH, n * CANDIDATES)
    keys = [opened.search(query, n * CANDIDATES).keys for query in queries]
    candidates = np.unique(np.concatenate(keys)).astype("int64")
    found = exact.score(rows.take(candidates), candidates, queries)
    rows.forget()
    return found
