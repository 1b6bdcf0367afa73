import pytest

from classifier.core.errors import InputError
from classifier.data import labels, negatives
from classifier.data.layouts import Clip
from classifier.data.negatives import UNLABELLED, Negatives
from tests.conftest import write_tone

CLIPS = [Clip(None, label, label) for label in ("song", "speech")]


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_all_recordings_of_all_folders_are_read_once_under_one_label(tmp_path):
    rain = touch(tmp_path / "rain", "heavy/a.wav", "light/b.wav", "c.wav")
    wind = touch(tmp_path / "wind", "d.flac")
    found = negatives.read(Negatives((rain, wind, rain / "heavy")))
    assert [clip.path.name for clip in found] == ["c.wav", "a.wav", "b.wav", "d.flac"]
    assert {clip.label for clip in found} == {"other"}
    assert len({clip.group for clip in found}) == 4


def test_groups_are_those_of_a_known_layout(tmp_path):
    esc = touch(tmp_path / "esc", "001 - Dog bark/1-30226-A.ogg", "001 - Dog bark/1-30226-B.ogg")
    touch(esc, "002 - Rain/2-777-A.ogg")
    found = {clip.path.name: clip for clip in negatives.read(Negatives((esc,)))}
    assert found["1-30226-A.ogg"].group == found["1-30226-B.ogg"].group != found["2-777-A.ogg"].group
    assert [found[name].fold for name in sorted(found)] == [1, 1, 2]


def test_a_group_is_what_the_expression_finds_where_it_finds_something(tmp_path):
    rain = touch(tmp_path / "rain", "roof_1.wav", "roof_2.wav", "noise.wav")
    found = {clip.path.name: clip.group for clip in negatives.read(Negatives((rain,)), "^([^_]+)_")}
    assert found == {"roof_1.wav": "roof", "roof_2.wav": "roof", "noise.wav": "rain/noise.wav"}


def test_without_one_names_that_tell_groups_make_them(tmp_path):
    city = touch(tmp_path / "city", *(f"{place}_{i}.wav" for place in ("park", "road", "shop") for i in range(2)))
    assert {clip.group for clip in negatives.read(Negatives((city,)))} == {"city/park", "city/road", "city/shop"}


@pytest.mark.parametrize(("name", "complaint"), [("gone", "gone is not there"), ("bare", "bare holds no recordings")])
def test_a_folder_without_recordings_is_refused(tmp_path, name, complaint):
    (tmp_path / "bare").mkdir()
    with pytest.raises(InputError, match=f"{complaint}; give a folder of recordings"):
        negatives.read(Negatives((tmp_path / name,)))


def test_a_label_of_that_name_asks_for_another(tmp_path):
    rain = touch(tmp_path / "rain", "a.wav")
    clips = [*CLIPS, Clip(None, "other", "c")]
    with pytest.raises(InputError, match="the data has a label 'other' already.*--negatives-label NAME"):
        negatives.added(clips, Negatives((rain,)), None)
    assert negatives.added(clips, Negatives((rain,), "rest"), None)[-1].label == "rest"
    assert negatives.added(clips, Negatives((rain,), UNLABELLED), None)[-1].label == UNLABELLED


def test_a_folder_may_have_a_comma_in_its_name(tmp_path, monkeypatch):
    touch(tmp_path / "rain, heavy", "a.wav")
    monkeypatch.chdir(tmp_path)
    assert negatives.folders_of("rain, heavy") == (tmp_path / "rain, heavy",)
    assert negatives.folders_of("rain, heavy/x") == (tmp_path / "rain", tmp_path / "heavy" / "x")


def test_their_label_is_the_last_unless_a_labels_file_says_otherwise(tmp_path, monkeypatch):
    monkeypatch.setattr(labels, "LABELS_FILE", tmp_path / "labels.txt")
    (tmp_path / "labels.txt").write_text("speech\nsong\n")
    given = tmp_path / "given.txt"
    given.write_text("other\nspeech\nsong\n")
    learned, held = Negatives(()), Negatives((), UNLABELLED)
    assert negatives.label_order(CLIPS, None, learned) == ["speech", "song", "other"]
    assert negatives.label_order(CLIPS, given, learned) == ["other", "speech", "song"]
    assert negatives.label_order(CLIPS, None, held) == ["speech", "song"]
    with pytest.raises(InputError, match="only in the file: other"):
        negatives.label_order(CLIPS, given, held)


def test_a_check_counts_them_apart(tmp_path):
    from classifier.data import audit
    from classifier.data.clips import read_clips

    for i, name in enumerate(("data/a/1.wav", "data/b/1.wav", "rain/1.wav", "rain/2.wav")):
        write_tone(tmp_path / name, hertz=300 + 100 * i, seconds=6)
    (tmp_path / "rain" / "3.wav").write_bytes((tmp_path / "data" / "a" / "1.wav").read_bytes())
    chosen = Negatives((tmp_path / "rain",), UNLABELLED)
    found = audit.check([*read_clips(tmp_path / "data"), *negatives.read(chosen)], tmp_path / "data", 2, 16_000)
    assert set(found["labels"]) == {"a", "b"}
    assert (found["negatives"]["recordings"], found["negatives"]["hours"]) == (3, 0.005)
    assert found["two_labels"] == [["a/1.wav (a)", f"{tmp_path / 'rain' / '3.wav'} (none of the labels)"]]
