import pytest

from classifier.core.errors import InputError
from classifier.data import clips
from classifier.data.layouts import Clip, urbansound8k

HEADER = "slice_file_name,fsID,start,end,salience,fold,classID,class\n"
DOG = "100032-3-0-0.wav,100032,0.0,0.317551,1,5,3,dog_bark\n"
PLAYGROUND = "100263-2-0-117.wav,100263,58.5,62.5,1,10,2,children_playing\n"


def write_urbansound8k(folder, lines):
    (folder / "metadata").mkdir()
    (folder / "metadata" / "UrbanSound8K.csv").write_text(HEADER + lines)
    for name in ("fold5/100032-3-0-0.wav", "fold10/100263-2-0-117.wav"):
        (folder / "audio" / name).parent.mkdir(parents=True)
        (folder / "audio" / name).touch()
    return folder


def test_a_slice_is_a_whole_recording_in_the_folder_of_its_fold(tmp_path):
    write_urbansound8k(tmp_path, DOG + PLAYGROUND)
    assert clips.recognise(tmp_path) == "urbansound8k"
    assert urbansound8k.clips(tmp_path) == [
        Clip(tmp_path / "audio/fold5/100032-3-0-0.wav", "dog_bark", "100032", 5),
        Clip(tmp_path / "audio/fold10/100263-2-0-117.wav", "children_playing", "100263", 10, start=0.0, end=None),
    ]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("100032-3-0-0.wav,100032,0.0,0.3,1,4,3,dog_bark", "fold4/100032-3-0-0.wav is not there"),
        ("100032-3-0-0.wav,100032,0.0,0.3,1,5.0,3,dog_bark", "fold '5.0' is not a whole number"),
        ("100032-3-0-0.wav,100032,0.0,0.3,1,5,3,", "class is empty"),
        ("100032-3-0-0.wav,,0.0,0.3,1,5,3,dog_bark", "fsID is empty"),
        ("100032-3-0-0.wav,100032", "it does not have 8 values"),
    ],
)
def test_what_can_not_be_used_is_named_with_file_and_line(tmp_path, line, complaint):
    write_urbansound8k(tmp_path, PLAYGROUND + line)
    with pytest.raises(InputError, match=f"UrbanSound8K.csv, line 3: .*{complaint}"):
        urbansound8k.clips(tmp_path)
