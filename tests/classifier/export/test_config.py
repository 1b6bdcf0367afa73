from pathlib import Path

import pytest

from classifier.core.errors import InputError
from classifier.export.config import CheckConfig, MetadataConfig


def test_a_variant_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(InputError, match="--variant int4: .* take one of recommended, float32, float16, dynamic, int8"):
        MetadataConfig(variant="int4")


def test_files_for_an_app_are_checked_where_none_is_named(tmp_path):
    with pytest.raises(InputError, match="holds no .tflite with metadata"):
        CheckConfig(trained=tmp_path).paths()
    (tmp_path / "mel").mkdir()
    (tmp_path / "mel" / "model.tflite").touch()
    (tmp_path / "mel" / "model_mel_metadata.tflite").touch()
    assert CheckConfig(trained=tmp_path).paths() == [tmp_path / "mel" / "model_mel_metadata.tflite"]
    assert CheckConfig(trained=tmp_path, files=(Path("a.tflite"),)).paths() == [Path("a.tflite")]
