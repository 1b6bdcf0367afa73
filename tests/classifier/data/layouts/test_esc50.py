import pytest

from classifier.core.errors import InputError
from classifier.data import clips
from classifier.data.layouts import Clip, esc50

HEADER = "filename,fold,target,category,esc10,src_file,take\n"
DOG = "1-100032-A.wav,1,0,dog,True,100032,A\n"
BIRDS = "5-9032-B.wav,5,14,chirping_birds,False,9032,B\n"


def write_esc50(folder, lines):
    (folder / "meta").mkdir()
    (folder / "audio").mkdir()
    (folder / "meta" / "esc50.csv").write_text(HEADER + lines)
    for name in ("1-100032-A.wav", "5-9032-B.wav"):
        (folder / "audio" / name).touch()
    return folder


def test_category_fold_and_source_are_taken_from_the_list(tmp_path):
    write_esc50(tmp_path, DOG + BIRDS)
    assert clips.recognise(tmp_path) == "esc50"
    assert esc50.clips(tmp_path) == [
        Clip(tmp_path / "audio" / "1-100032-A.wav", "dog", "100032", 1),
        Clip(tmp_path / "audio" / "5-9032-B.wav", "chirping_birds", "9032", 5),
    ]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("1-1-A.wav,1,0,dog,True,1,A", "1-1-A.wav is not there"),
        ("5-9032-B.wav,one,0,dog,True,9032,B", "fold 'one' is not a whole number"),
        ("5-9032-B.wav,-1,0,dog,True,9032,B", "fold '-1' is not a whole number"),
        ("5-9032-B.wav,5,0,,True,9032,B", "category is empty"),
        ("5-9032-B.wav,5,0,dog,True,,B", "src_file is empty"),
        (",5,0,dog,True,9032,B", "filename is empty"),
    ],
)
def test_what_can_not_be_used_is_named_with_file_and_line(tmp_path, line, complaint):
    write_esc50(tmp_path, DOG + line)
    with pytest.raises(InputError, match=f"esc50.csv, line 3: .*{complaint}"):
        esc50.clips(tmp_path)


def test_a_list_without_folds_is_explained(tmp_path):
    write_esc50(tmp_path, DOG)
    (tmp_path / "meta" / "esc50.csv").write_text("filename,category,src_file\n")
    with pytest.raises(InputError, match="esc50.csv, line 1: there is no column 'fold'"):
        esc50.clips(tmp_path)
