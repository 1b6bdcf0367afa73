from pathlib import Path

import pytest

from classifier.storage import locations


@pytest.mark.parametrize(
    ("text", "is_so"),
    [("data", False), ("/data/a.wav", False), ("file:///data", False), ("C:/data", False), ("s3://b/x", True)],
)
def test_an_address_is_told_from_a_path(text, is_so):
    assert locations.is_remote(text) is is_so
    assert isinstance(locations.parse_location(text), str) is is_so


def test_results_are_named_after_the_whole_name_of_a_folder_and_a_files_without_its_ending(tmp_path, monkeypatch):
    (tmp_path / "mel_0.25").mkdir()
    monkeypatch.chdir(tmp_path / "mel_0.25")
    given = (tmp_path / "mel_0.25", ".", "clips.csv", Path("trained/mel.tflite"), "s3://bucket/voices.zip")
    assert [locations.name_of(location) for location in given] == ["mel_0.25", "mel_0.25", "clips", "mel", "voices"]
