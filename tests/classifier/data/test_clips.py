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


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def labels_of(folder, **settings):
    found = {}
    for clip in clips.read_clips(folder, **settings):
        found.setdefault(clip.label, []).append(clip.path.relative_to(folder).as_posix())
    return found


@pytest.mark.parametrize(
    "names",
    [
        ("set/dog/1.wav", "set/cat/2.wav", "README.md"),
        ("a/b/dog/1.wav", "a/b/cat/2.wav", "__MACOSX/b/._1.wav"),
        ("set/train/dog/1.wav", "set/test/cat/2.wav"),
    ],
)
def test_labels_one_folder_too_deep_are_found_and_said(tmp_path, names, capsys):
    touch(tmp_path, *names)
    assert labels_of(tmp_path) == {"dog": [names[0]], "cat": [names[1]]}
    assert f"WARNING: {tmp_path} holds one folder: the labels are taken from" in capsys.readouterr().err


def test_file_names_in_a_label_are_no_labels(tmp_path):
    touch(tmp_path, "dog/take_1.wav", "dog/session_2.wav")
    with pytest.raises(InputError, match=r"recordings of 1 label \(dog\)"):
        clips.read_clips(tmp_path)


def test_one_label_can_be_tested_with_a_trained_model(tmp_path):
    touch(tmp_path, "water/tap/a_1.wav", "water/rain/b_2.wav")
    paths = ["water/rain/b_2.wav", "water/tap/a_1.wav"]
    assert labels_of(tmp_path, least=1, known=["alarm", "water"]) == {"water": paths}
    assert labels_of(tmp_path, least=1, known=["rain", "tap"]) == {"rain": paths[:1], "tap": paths[1:]}
    inside = ["rain/b_2.wav", "tap/a_1.wav"]
    assert labels_of(tmp_path / "water", least=1, known=["alarm", "water"]) == {"water": inside}


def test_one_label_can_be_checked(tmp_path):
    touch(tmp_path, "water/1.wav", "water/2.wav")
    assert set(labels_of(tmp_path, least=1)) == set(labels_of(tmp_path / "water", least=1)) == {"water"}
    with pytest.raises(InputError, match="water holds 2 recordings, and nothing says their labels"):
        clips.read_clips(tmp_path / "water")
