import pytest

from classifier.core.errors import InputError
from classifier.data import clips
from tests.conftest import write_data, write_tone


def test_the_group_is_taken_from_the_file_name(tmp_path):
    write_data(tmp_path)
    assert {clip.group for clip in clips.read_clips(tmp_path, "^([^_]+)_")} == {
        f"{x}{i}" for x in "hl" for i in range(5)
    }


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("^([^-]+)-", "finds no group in 'h0_take.wav'"),
        ("^h", "pair of parentheses"),
        ("(", "not a regular expression"),
    ],
)
def test_an_expression_that_finds_no_group_is_explained(tmp_path, expression, complaint):
    write_data(tmp_path)
    with pytest.raises(InputError, match=complaint):
        clips.read_clips(tmp_path, expression)


def test_missing_and_empty_folders(tmp_path):
    with pytest.raises(InputError, match="there is no such folder"):
        clips.read_clips(tmp_path / "nowhere")
    with pytest.raises(InputError, match="holds no data"):
        clips.read_clips(tmp_path)


@pytest.fixture
def label_file(tmp_path):
    """labels.txt somewhere else, taken for the shipped one."""
    return tmp_path / "labels.txt"


def some_clips(tmp_path, labels=("water", "alarm")):
    return clips.read_clips(write_data(tmp_path / "data", n=1, labels=labels))


def test_a_label_file_that_is_not_there_is_written_from_the_folders(tmp_path, label_file):
    assert clips.label_order(some_clips(tmp_path), label_file) == ["alarm", "water"]
    assert label_file.read_text() == "alarm\nwater\n"


def test_the_order_of_the_label_file_is_kept(tmp_path, label_file):
    label_file.write_text("water\nalarm\n")
    assert clips.label_order(some_clips(tmp_path), label_file) == ["water", "alarm"]


def test_the_shipped_labels_give_way_to_the_folders(tmp_path, label_file, monkeypatch):
    monkeypatch.setattr(clips, "LABELS_FILE", label_file)
    label_file.write_text("silence\nsong\nspeech\n")
    assert clips.label_order(some_clips(tmp_path), label_file) == ["alarm", "water"]


def test_a_label_file_of_the_users_own_is_never_overwritten(tmp_path, label_file):
    label_file.write_text("water\nbell\n")
    with pytest.raises(InputError, match="only in the file: bell; only a folder: alarm.*--labels"):
        clips.label_order(some_clips(tmp_path), label_file)
    assert label_file.read_text() == "water\nbell\n"


def test_data_long_comes_first_when_it_holds_recordings(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(clips, "DATA_LONG", tmp_path / "data_long")
    monkeypatch.setattr(clips, "DATA_SHORT", tmp_path / "data_short")
    (tmp_path / "data_long").mkdir()
    (tmp_path / "data_long" / "README.md").touch()
    assert clips.default_data() == tmp_path / "data_short"
    assert "data_short, because data_long holds no recordings" in capsys.readouterr().err
    write_tone(tmp_path / "data_long" / "song" / "a.wav")
    assert clips.default_data() == tmp_path / "data_long"


def test_a_folder_to_mix_in_must_hold_recordings(tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(InputError, match="holds no recordings"):
            clips.of_background_noise(folder)


def test_what_a_folder_of_labels_leaves_out_is_said_and_what_a_list_names_is_not(tmp_path):
    data = write_data(tmp_path / "data", n=2)
    assert clips.left_out(data) == []
    (data / "high tone" / "a.pcm").write_bytes(bytes(100))
    (said,) = clips.left_out(data)
    assert said.startswith(f"{data}: 1 file left out, for its suffix is no recording's (.pcm 1)")
    (data / "low tone" / "l0_take.wav").unlink()
    (data / "low tone" / "l1_take.wav").rename(data / "low tone" / "l1_take.raw")
    with pytest.raises(InputError, match=r"low tone holds no recordings.*1 file left out.*\(.raw 1\)"):
        clips.read_clips(data)
    (tmp_path / "list.csv").write_text("path,label\n")
    assert clips.left_out(tmp_path / "list.csv") == []
