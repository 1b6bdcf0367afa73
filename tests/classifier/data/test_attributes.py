"""--group-by and --folds-by: a part of the file name, or a column of the data set's table."""

import unicodedata
from pathlib import Path

import pytest

from classifier.core.errors import InputError
from classifier.data import attributes, clips
from classifier.data.layouts import Clip
from tests.conftest import write_data

TABLE = (
    "path,label,Corpus,speaker\na_1.wav,x,choir,ann\nb_1.wav,y,choir,bob\nc_2.wav,x,street,ann\nd_2.wav,y,street,dan\n"
)


def write_table(folder, text=TABLE):
    for line in text.splitlines()[1:]:
        (folder / line.partition(",")[0]).touch()
    (folder / "clips.csv").write_text(text)
    return folder / "clips.csv"


def read(path, wanted):
    return attributes.read([Clip(path, "x", "x")], wanted, "--group-by", "^(.)")


def test_a_column_of_the_table_is_the_group_and_the_source(tmp_path):
    found = clips.read_clips(write_table(tmp_path), "speaker", folds_by="corpus")
    assert [(clip.group, clip.source) for clip in found] == [
        ("ann", "choir"),
        ("bob", "choir"),
        ("ann", "street"),
        ("dan", "street"),
    ]


def test_an_expression_finds_the_source_in_the_file_name(tmp_path):
    found = clips.read_clips(write_table(tmp_path), folds_by=r"_(\d)")
    assert [clip.source for clip in found] == ["1", "1", "2", "2"]
    assert all(clip.source is None for clip in clips.read_clips(tmp_path))


def test_the_folds_of_the_data_set_stand_back_for_sources(tmp_path):
    table = "path,label,fold,site\na.wav,x,1,n\nb.wav,y,2,n\nc.wav,x,1,s\nd.wav,y,2,s\n"
    assert {clip.fold for clip in clips.read_clips(write_table(tmp_path, table), folds_by="site")} == {None}
    assert {clip.fold for clip in clips.read_clips(tmp_path)} == {1, 2}


def test_what_names_nothing_is_explained_with_the_columns_there_are(tmp_path):
    with pytest.raises(InputError, match="finds no group in 'a_1.wav'.*a column: 'path', 'label', 'Corpus', 'speaker'"):
        clips.read_clips(write_table(tmp_path), "site")
    with pytest.raises(InputError, match="all recordings are of one source, 'wav'"):
        clips.read_clips(tmp_path, folds_by=r"\.(wav)")
    with pytest.raises(InputError, match=r"--group-by '\(' is not a regular expression"):
        read(Path("a.wav"), "(")


def test_a_speaker_is_one_group_however_the_system_writes_letters_with_marks(tmp_path):
    names = [unicodedata.normalize(form, f"J\u00f6rg_{i}.wav") for i, form in enumerate(("NFC", "NFD"))]
    clips = [Clip(tmp_path / name, "a", name, columns={"speaker": name.partition("_")[0]}) for name in names]
    for wanted in ("^([^_]+)_", "speaker"):
        assert attributes.read(clips, wanted, "--group-by", "^(.)") == ["J\u00f6rg"] * 2


def test_an_expression_that_does_not_fit_is_answered_with_one_that_does_or_with_none():
    takes = [Clip(Path(f"{group}-{take}.wav"), label, "") for label in "xy" for group in "abc" for take in (1, 2)]
    usual = "^([^_]+)_"
    with pytest.raises(InputError, match=r"in 'a-1.wav' and 11 more of 12; .*give --group-by '\^\(\[\^-\]") as error:
        attributes.read(takes, usual, attributes.GROUP_BY, usual)
    assert "for example" not in str(error.value)
    with pytest.raises(InputError, match="'a.wav'; without --group-by each file counts as independent$"):
        attributes.read([Clip(Path("a.wav"), "x", "x")], usual, attributes.GROUP_BY, usual)


def test_an_empty_cell_and_a_recording_of_two_groups_are_errors(tmp_path):
    with pytest.raises(InputError, match="the column is empty for .*d_2.wav"):
        clips.read_clips(write_table(tmp_path, TABLE.replace("dan", "")), "speaker")
    parts = "path,label,speaker,start,end\na.wav,x,ann,0,1\na.wav,y,bob,1,2\n"
    with pytest.raises(InputError, match="parts of .*a.wav are of 'ann' and 'bob'"):
        clips.read_clips(write_table(tmp_path, parts), "speaker")


def test_without_a_table_there_are_no_columns(tmp_path):
    with pytest.raises(InputError, match=r"for example '\^\(\[\^-\]\+\)-'$"):
        clips.read_clips(write_data(tmp_path, n=2), folds_by="speaker")
