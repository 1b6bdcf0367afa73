import pytest

from classifier.core.errors import InputError
from classifier.data.labels import read_labels
from Constants import LABELS_FILE, SHIPPED_LABELS


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
