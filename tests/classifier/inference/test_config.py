import pytest

from classifier.core.errors import InputError
from classifier.inference import writing
from classifier.inference.config import ClassificationConfig


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [({"overlap": 1}, "--overlap 1"), ({"smooth": 2}, "--smooth 2: give an odd"), ({"smooth": -1}, "--smooth -1"),
     ({"merge_gap": -0.5}, "--merge-gap -0.5"),
     ({"min_duration": -1}, "--min-duration -1"), ({"threshold": 1.5}, "--threshold 1.5")],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(setting, complaint):
    with pytest.raises(InputError, match=complaint):
        ClassificationConfig(model="signal", **setting)


def test_a_writer_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="'exel' is none of the writers: "):
        ClassificationConfig(model="signal", writers="csv,exel")
    chosen = writing.load(ClassificationConfig(model="signal", writers="raven,csv").writers)
    assert [writer.__name__.rpartition(".")[2] for writer in chosen] == ["raven", "csv"]
