from pathlib import Path

import pytest

from classifier.core.errors import InputError
from classifier.export.config import CheckConfig, MetadataConfig


def test_a_variant_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(InputError, match="--variant int4: .* take one of recommended, float32, float16, dynamic, int8"):
        MetadataConfig(model="all", trained=Path("trained"), variant="int4", recording=None)


def test_files_for_an_app_are_checked_where_none_is_named(tmp_path):
    with pytest.raises(InputError, match="holds no .tflite with metadata"):
        CheckConfig(files=(), trained=tmp_path, recording=None).paths()
    (tmp_path / "mel").mkdir()
    (tmp_path / "mel" / "model.tflite").touch()
    (tmp_path / "mel" / "model_mel_metadata.tflite").touch()
    found = CheckConfig(files=(), trained=tmp_path, recording=None).paths()
    assert found == [tmp_path / "mel" / "model_mel_metadata.tflite"]
    named = (Path("a.tflite"),)
    assert CheckConfig(files=named, trained=tmp_path, recording=None).paths() == [*named]
