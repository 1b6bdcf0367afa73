import pytest

from classifier.core.errors import InputError
from classifier.data.cleaning import Cleaning
from classifier.data.preparation import PreparationConfig
from tests.conftest import write_tone


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"sample_rate": 500}, "--sample-rate 500: give Hz: from 1000 to 768000"),
        ({"top_db": 0}, "--top-db 0: give dB below the loudest moment: 1 or more"),
        ({"join_seconds": -1}, "--join-recordings -1: give seconds: 0 or more"),
        ({"denoise": "nowhere.wav"}, "nowhere.wav: there is no such recording"),
    ],
)
def test_settings_out_of_range_are_refused(settings, complaint):
    with pytest.raises(InputError, match=complaint):
        Cleaning(**{"sample_rate": 16_000, "top_db": 30, **settings})


def test_a_recording_of_noise_is_known_by_its_absolute_path(tmp_path, monkeypatch):
    write_tone(tmp_path / "noise.wav")
    monkeypatch.chdir(tmp_path)
    assert Cleaning(16_000, 30, denoise="noise.wav").denoise == str((tmp_path / "noise.wav").resolve())
    assert Cleaning(16_000, 30, denoise="whole").denoise == "whole"


@pytest.mark.parametrize(("data", "out"), [("raw", "raw/out"), ("raw/in", "raw"), ("raw", "raw")])
def test_an_output_folder_inside_the_data_is_refused(tmp_path, data, out):
    with pytest.raises(InputError, match="lie in each other"):
        PreparationConfig(tmp_path / data, tmp_path / out, Cleaning(16_000, 30))


def test_a_csv_file_stands_for_its_folder(tmp_path):
    (tmp_path / "clips.csv").touch()
    with pytest.raises(InputError, match="lie in each other"):
        PreparationConfig(tmp_path / "clips.csv", tmp_path / "out", Cleaning(16_000, 30))
    for data, out in (("s3://bucket/raw", "s3://bucket/raw/out"), ("s3://bucket/raw/clips.csv", "s3://bucket")):
        with pytest.raises(InputError, match="lie in each other"):
            PreparationConfig(data, out, Cleaning(16_000, 30))
    PreparationConfig("s3://bucket/raw", "s3://bucket/prepared", Cleaning(16_000, 30))
