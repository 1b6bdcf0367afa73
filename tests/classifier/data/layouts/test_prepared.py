import json

import pytest

from classifier.core.errors import InputError
from classifier.data import clips
from classifier.data.layouts import Clip, prepared


def write_prepared(folder, *entries, end="\n"):
    """A prepared folder, with an entry of its manifest for each (output, group, fold, side)."""
    lines = []
    for output, group, fold, split_name in entries:
        (folder / output).parent.mkdir(parents=True, exist_ok=True)
        (folder / output).touch()
        origin = {"id": output, "data": "raw", "group": group, "fold": fold, "split": split_name}
        lines.append(json.dumps({**origin, "outputs": [{"path": output}]}))
    (folder / "manifest.jsonl").write_text("\n".join(lines) + end)


def test_groups_folds_and_sides_come_from_the_manifest(tmp_path):
    write_prepared(tmp_path, ("song/a.wav", "anna", 2, None), ("speech/b.wav", "ben", None, "test"))
    assert clips.recognise(tmp_path) == "prepared"
    assert prepared.clips(tmp_path) == [
        Clip(tmp_path / "song" / "a.wav", "song", "anna", fold=2),
        Clip(tmp_path / "speech" / "b.wav", "speech", "ben", split="test"),
    ]


def test_recordings_put_there_by_hand_are_taken_too(tmp_path):
    write_prepared(tmp_path, ("song/a.wav", "anna", None, None))
    (tmp_path / "song" / "mine.wav").touch()
    assert [clip.group for clip in prepared.clips(tmp_path)] == ["anna", "song/mine.wav"]


def test_an_output_that_is_gone_is_no_clip(tmp_path):
    write_prepared(tmp_path, ("song/a.wav", "anna", None, None), ("song/b.wav", "ben", None, None))
    (tmp_path / "song" / "a.wav").unlink()
    assert [clip.group for clip in prepared.clips(tmp_path)] == ["ben"]


def test_a_last_line_that_a_kill_cut_off_is_left_out(tmp_path):
    write_prepared(tmp_path, ("song/a.wav", "anna", None, None), end='\n{"id": "x", "da')
    assert [clip.group for clip in prepared.clips(tmp_path)] == ["anna"]


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "a"}'])
def test_a_damaged_line_is_named(tmp_path, line):
    write_prepared(tmp_path, ("song/a.wav", "anna", None, None), end=f"\n{line}\n")
    with pytest.raises(InputError, match="manifest.jsonl, line 2 is damaged.*delete manifest.jsonl"):
        prepared.clips(tmp_path)


def test_bytes_that_are_no_text_are_named_by_their_line(tmp_path):
    write_prepared(tmp_path, ("song/a.wav", "anna", None, None))
    (tmp_path / "manifest.jsonl").write_bytes((tmp_path / "manifest.jsonl").read_bytes() + b"\n\xfc\n")
    with pytest.raises(InputError, match="manifest.jsonl, line 2 is damaged"):
        prepared.clips(tmp_path)


@pytest.mark.parametrize("path", ["../other/song/a.wav", "/song/a.wav", "song/../../a.wav"])
def test_an_output_outside_of_the_folder_is_refused(tmp_path, path):
    write_prepared(tmp_path, ("song/a.wav", "anna", None, None))
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text(manifest.read_text().replace('"path": "song/a.wav"', f'"path": "{path}"'))
    with pytest.raises(InputError, match="line 1 is damaged .an output lies outside"):
        prepared.clips(tmp_path)
