from pathlib import Path

import pytest

from classifier.core.errors import InputError
from classifier.plotting.config import PlotConfig


def config(**settings):
    nothing = dict.fromkeys(("recording", "png", "features", "layers", "attention"))
    return PlotConfig(**{**nothing, "start": 0.0, "overlap": 0.5, "out": Path("gallery"), **settings})


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"overlap": 1.0}, "--overlap 1: give a share of a window"),
        ({"start": -1.0}, "--start -1: give seconds before the window"),
    ],
)
def test_a_value_outside_its_range_is_refused(settings, complaint):
    with pytest.raises(InputError, match=complaint):
        config(**settings)


def test_a_folder_or_a_csv_file_is_data(tmp_path):
    for name in ("data.csv", "a.wav"):
        (tmp_path / name).touch()
    assert config(recording=tmp_path).is_data
    assert config(recording=tmp_path / "data.csv").is_data
    assert not config(recording=tmp_path / "a.wav").is_data
    assert not config().is_data
