import pytest

from classifier.core.journal import Journal

ONE, TWO = "01" * 16, "02" * 16


@pytest.fixture
def path(tmp_path):
    with Journal(tmp_path / "journal.jsonl") as journal:
        journal.write(ONE, {"n": 1, "name": "ünï\n"})
        journal.write(TWO, {"n": 2})
    return tmp_path / "journal.jsonl"


def test_what_was_written_is_there_when_it_is_opened_again(path):
    with Journal(path) as journal:
        assert ONE in journal and TWO in journal and "03" * 16 not in journal
        assert journal.read(ONE) == {"key": ONE, "n": 1, "name": "ünï\n"}
        journal.write("03" * 16, {"n": 3})
        assert journal.read("03" * 16)["n"] == 3
        assert journal.read(TWO)["n"] == 2


def test_it_is_in_the_file_at_once(tmp_path):
    with Journal(tmp_path / "journal.jsonl") as journal:
        journal.write(ONE, {})
        assert (tmp_path / "journal.jsonl").read_text().endswith("}\n")


@pytest.mark.parametrize("n_bytes", [1, 10, 40])
def test_a_torn_last_line_is_dropped(path, n_bytes):
    path.write_bytes(path.read_bytes()[:-n_bytes])
    with Journal(path) as journal:
        assert ONE in journal and TWO not in journal
        journal.write(TWO, {"n": 4})
    with Journal(path) as journal:
        assert [journal.read(key)["n"] for key in (ONE, TWO)] == [1, 4]


def test_lines_that_are_none_of_ours_are_passed_over(path):
    path.write_bytes(b'not json\n[1]\n{"key": 1}\n{"key": "xyz"}\n\xff\n' + path.read_bytes())
    with Journal(path) as journal:
        assert [journal.read(key)["n"] for key in (ONE, TWO)] == [1, 2]
