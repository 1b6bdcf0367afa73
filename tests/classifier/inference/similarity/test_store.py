import shutil

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.inference.similarity import store
from classifier.inference.similarity.store import Held, Owners

WIDTH = 4
KEYS = ["aa", "bb", "cc"]


def values(n, start=0):
    return np.arange(start, start + n * WIDTH).reshape(n, WIDTH).astype("float16")


def add(held, tmp_path, key, rows):
    part = tmp_path / "part"
    part.write_bytes(rows.tobytes())
    held.append(key, f"{key}.wav", part, 100 * len(rows))


@pytest.fixture
def filled(tmp_path):
    with store.opened(tmp_path / "store", WIDTH) as held:
        for i, key in enumerate(KEYS):
            add(held, tmp_path, key, values(2 + i, 10 * i))
    return tmp_path / "store"


def test_what_was_appended_is_there_in_the_next_run(filled):
    with store.opened(filled, WIDTH) as held:
        assert [held[key] for key in KEYS] == [Held(0, 2, 200), Held(2, 3, 300), Held(5, 4, 400)]
        with held.rows(["aa", "cc"]) as rows:
            assert len(rows) == 6 and rows.end == 9
            assert rows.within(0, 9) == [(0, 2), (5, 9)] and rows.within(1, 6) == [(1, 2), (5, 6)]
            assert (rows.of(2, 5) == values(3, 10)).all() and (
                rows.take(np.array([5, 0])) == rows.of(0, 9)[[5, 0]]
            ).all()


def test_what_a_killed_run_began_is_cut_off(filled, tmp_path):
    with (filled / "0" / store.ROWS).open("ab") as file:
        file.write(b"half a row")
    with store.opened(filled, WIDTH) as held:
        add(held, tmp_path, "dd", values(1, 50))
        assert held["dd"] == Held(9, 1, 100)
        with held.rows(["dd"]) as rows:
            assert (rows.of(9, 10) == values(1, 50)).all()


def test_without_its_rows_a_journal_counts_for_nothing(filled):
    (filled / "0" / store.ROWS).unlink()
    with store.opened(filled, WIDTH) as held:
        assert not any(key in held for key in KEYS)
        with pytest.raises(InputError, match="there is nothing to search"), held.rows([]):
            pass


def test_rows_of_recordings_that_are_gone_leave_the_disk(filled, monkeypatch):
    monkeypatch.setattr(store, "FEW", 1)
    with store.opened(filled, WIDTH) as held:
        held.keep(KEYS[:2])  # five of nine are used
        assert "cc" in held
        held.keep(["bb"])
        assert "aa" not in held and held["bb"] == Held(0, 3, 300)
        with held.rows(["bb"]) as rows:
            assert (rows.of(0, 3) == values(3, 10)).all() and rows.end == 3
    assert [path.name for path in filled.iterdir() if path.is_dir()] == ["1"]
    with store.opened(filled, WIDTH) as held:
        assert held["bb"] == Held(0, 3, 300)


def test_killed_between_the_copy_and_the_deletion_the_copy_counts(filled):
    shutil.copytree(filled / "0", filled / "1")
    (filled / ".2-half").mkdir()
    with store.opened(filled, WIDTH) as held:
        assert held.folder.name == "1" and "cc" in held
    assert [path.name for path in filled.iterdir() if path.is_dir()] == ["1"]


def test_a_row_has_an_owner():
    owners = Owners([Held(5, 4, 0), Held(0, 2, 0)])
    assert [owners.of(row) for row in (0, 1, 5, 8)] == [(1, 0), (1, 1), (0, 0), (0, 3)]
