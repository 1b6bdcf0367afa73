import pytest

from classifier.core.errors import InputError
from classifier.records.tflite_operators import output_operator
from tests.classifier.export.test_inspection import with_metadata


def test_the_operator_of_the_output_is_found_behind_those_that_change_its_form(tmp_path):
    (tmp_path / "tiny.tflite").write_bytes(with_metadata())
    assert output_operator(tmp_path / "tiny.tflite") == "SOFTMAX"


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "tiny.tflite").write_bytes(with_metadata()[:200])
    with pytest.raises(InputError, match="tiny.tflite is damaged"):
        output_operator(tmp_path / "tiny.tflite")
