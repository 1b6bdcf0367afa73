import pytest

from classifier.core.errors import InputError
from classifier.data import labels
from classifier.data.labels import label_order, read_labels
from classifier.data.layouts import Clip
from Constants import LABELS_FILE, SHIPPED_LABELS

CLIPS = [Clip(f"{label}.wav", label, label) for label in ("water", "alarm")]


def test_windows_lines_marks_and_blanks_inside_labels_survive(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_bytes("\ufeffair conditioner\r\nstraße\r\n".encode())
    assert read_labels(path) == ["air conditioner", "straße"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a\nb\na\n", r"line 3: 'a' is on line 1"),
        ("a\n\nb\n", r"line 2 is empty"),
        ("a\n", r"1 label"),
        ("", r"0 label"),
    ],
)
def test_bad_label_files_say_which_line(tmp_path, text, complaint):
    path = tmp_path / "labels.txt"
    path.write_text(text)
    with pytest.raises(InputError, match=complaint):
        read_labels(path)


def test_a_missing_or_binary_label_file_is_named(tmp_path):
    with pytest.raises(InputError, match="nowhere.txt: there is no such file"):
        read_labels(tmp_path / "nowhere.txt")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00a")
    with pytest.raises(InputError, match="binary.txt is not UTF-8"):
        read_labels(tmp_path / "binary.txt")


def test_the_shipped_labels_are_what_stands_in_the_file():
    assert read_labels(LABELS_FILE) == SHIPPED_LABELS


def test_a_label_is_the_same_however_unicode_composes_it(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_text("cat\nvo\u0308gel \n", encoding="utf-8")
    assert read_labels(path) == ["cat", "v\u00f6gel"]


@pytest.fixture
def root_file(tmp_path, monkeypatch):
    """labels.txt somewhere else, taken for the one at the root."""
    monkeypatch.setattr(labels, "LABELS_FILE", tmp_path / "labels.txt")
    return tmp_path / "labels.txt"


def test_labels_txt_is_written_where_there_is_none(root_file):
    assert label_order(CLIPS) == ["alarm", "water"]
    assert root_file.read_text() == "alarm\nwater\n"


def test_labels_txt_gives_the_order_where_it_holds_the_labels_of_the_data(root_file, capsys):
    root_file.write_text("water\nalarm\n")
    assert label_order(CLIPS) == ["water", "alarm"]
    assert not capsys.readouterr().err


@pytest.mark.parametrize("held", ["silence\nsong\nspeech\n", "water\nbell\n"])
def test_labels_txt_of_other_data_is_left_alone_and_the_order_is_said(root_file, held, capsys):
    root_file.write_text(held)
    assert label_order(CLIPS) == ["alarm", "water"]
    assert root_file.read_text() == held
    assert "labels: alarm, water, sorted; labels.txt holds others" in capsys.readouterr().err


def test_a_labels_file_that_is_named_must_be_there_and_hold_the_labels(root_file, tmp_path):
    mine = tmp_path / "mine.txt"
    with pytest.raises(InputError, match="mine.txt: there is no such file"):
        label_order(CLIPS, mine)
    mine.write_text("water\nbell\n")
    with pytest.raises(InputError, match="mine.txt .*only in the file: bell; only in the data: alarm.*--labels"):
        label_order(CLIPS, mine)
    mine.write_text("water\nalarm\n")
    assert label_order(CLIPS, mine) == ["water", "alarm"]
    assert not root_file.exists()
