import pytest

from classifier.core.errors import InputError
from classifier.records import conversion
from classifier.records.conversion import Comparison, ConversionRecord, Count, Variant

TEST = Comparison(Count(10, 9), Count(4, 4), 0.1, 1, 0.25)


def record(**refused):
    files = {"float32": Variant(1000, TEST, None, {1: (2.0, 3.0), 2: (1.0, 2.5)}, 512, refused)}
    return ConversionRecord(recommended="float32", for_app="float32", files=files, not_tried={})


def test_a_record_is_read_as_it_was_written(tmp_path):
    written = record(**{"Task Library": "it does not know FULLY_CONNECTED version 12"})
    written.save(tmp_path)
    assert conversion.load(tmp_path) == written


def test_before_the_conversion_there_is_none(tmp_path):
    assert conversion.load(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": {"float32": {}}}'])
def test_a_damaged_record_is_named_with_the_remedy(text, tmp_path):
    (tmp_path / conversion.VARIANTS_FILE).write_text(text)
    with pytest.raises(InputError, match="variants.json is damaged .*; convert it again with ConvertModelToTFLite.py"):
        conversion.load(tmp_path)


def test_who_takes_a_variant_is_a_cell_of_a_table():
    assert record().taken_by("float32") == "all"
    assert record(LiteRT="why").taken_by("float32") == "not LiteRT"
