"""Brute force finds what sorting finds; the index finds nearly the same, and forgets what is gone."""

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.inference.similarity import exact, index, store

WIDTH, PART = 16, 100
RANDOM = np.random.default_rng(0)
VALUES = RANDOM.normal(size=(350, WIDTH))
VALUES = (VALUES / np.linalg.norm(VALUES, axis=1, keepdims=True)).astype("float16")
QUERIES = VALUES[[7, 320]].astype("float32")


@pytest.fixture
def rows(tmp_path):
    """Call with keys for the rows of recordings a (0 to 149), b (150 to 299) and c (300 to 349)."""
    with store.opened(tmp_path / "store", WIDTH) as held:
        for key, first, last in (("aa", 0, 150), ("bb", 150, 300), ("cc", 300, 350)):
            (tmp_path / "part").write_bytes(VALUES[first:last].tobytes())
            held.append(key, key, tmp_path / "part", 1)
        yield held.rows


def expected(numbers, n):
    cosines = VALUES[numbers].astype("float32") @ QUERIES.T
    order = np.argsort(-cosines.max(axis=1))[:n]
    return np.array(numbers)[order], cosines.max(axis=1)[order], cosines.argmax(axis=1)[order]


@pytest.mark.parametrize("block", [1 << 13, 33])
@pytest.mark.parametrize("n", [1, 20, 1000])
def test_all_rows_are_looked_at(rows, block, n, monkeypatch):
    monkeypatch.setattr(exact, "BLOCK", block)
    with rows(["aa", "cc"]) as searched:
        found = exact.nearest(searched, QUERIES, n)
    numbers, scores, queries = expected([*range(150), *range(300, 350)], n)
    assert found.rows.tolist() == numbers.tolist() and found.queries.tolist() == queries.tolist()
    assert found.scores == pytest.approx(scores, abs=1e-6) and found.scores[0] == pytest.approx(1, abs=1e-3)


def test_the_index_finds_what_brute_force_finds(rows):
    pytest.importorskip("usearch")
    with rows(["aa", "bb", "cc"]) as searched:
        found, all_of_them = index.nearest(searched, QUERIES, 30, PART), exact.nearest(searched, QUERIES, 30)
        assert len(set(found.rows) & set(all_of_them.rows)) >= 28
        assert found.rows[:2].tolist() == all_of_them.rows[:2].tolist() and 320 in found.rows[:2]
        assert len(list(searched.folder.iterdir())) == 3  # three parts of 100 rows; fifty are looked at one by one


def test_what_is_gone_leaves_the_index_and_the_rest_is_not_built_again(rows):
    pytest.importorskip("usearch")
    with rows(["aa", "bb", "cc"]) as searched:
        index.nearest(searched, QUERIES, 5, PART)
        before = {path.name: path.stat().st_mtime_ns for path in searched.folder.iterdir()}
    with rows(["bb", "cc"]) as searched:
        found = index.nearest(searched, QUERIES, 5, PART)
        after = {path.name: path.stat().st_mtime_ns for path in searched.folder.iterdir()}
    assert found.rows.min() >= 150 and len(found.rows) == 5
    assert len(after) == 2  # of rows 0 to 99 nothing is searched
    assert len(after.items() & before.items()) == 1  # rows 200 to 299


@pytest.mark.parametrize(("n", "by_index"), [(5, 150), (25, 100), (60, 0)])  # parts of 100 and 50 rows
def test_rows_of_a_part_that_is_compared_one_by_one_do_not_count_as_by_index(rows, n, by_index, monkeypatch):
    monkeypatch.setattr(index, "PART", PART)
    with rows(["aa", "cc"]) as searched:
        assert index.covered(searched, n) == by_index


def test_who_asks_for_all_gets_all_in_order(rows):
    pytest.importorskip("usearch")
    with rows(["bb", "cc"]) as searched:
        found, all_of_them = index.nearest(searched, QUERIES, 300, PART), exact.nearest(searched, QUERIES, 300)
    assert found.rows.tolist() == all_of_them.rows.tolist() and len(found.rows) == 200


def test_without_usearch_the_requirements_are_named(monkeypatch):
    monkeypatch.setattr(index.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install -r requirements-search.txt"):
        index.require()
