import pytest

from classifier.core.errors import InputError
from classifier.plotting.config import PlotConfig


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"overlap": 1.0}, "--overlap 1 is no share of a window"),
        ({"start": -1.0}, "--start -1 is before the recording"),
    ],
)
def test_a_value_outside_its_range_is_refused(settings, complaint):
    with pytest.raises(InputError, match=complaint):
        PlotConfig(**settings)


def test_a_folder_or_a_csv_file_is_data(tmp_path):
    assert PlotConfig(recording=tmp_path).is_data
    assert PlotConfig(recording=tmp_path / "data.csv").is_data
    assert not PlotConfig(recording=tmp_path / "a.wav").is_data
    assert not PlotConfig().is_data
