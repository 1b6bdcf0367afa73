import shutil

import pytest

from classifier.core.errors import InputError
from classifier.records import artifact, tflite_files
from classifier.records.conversion import VARIANTS


@pytest.fixture
def copy(trained, tmp_path):
    return shutil.copytree(trained.out / "signal", tmp_path / "signal")


def test_the_file_for_the_app_is_the_recommended_one_or_the_one_that_a_person_takes(trained, copy):
    def named(model):
        return [(file.source.name, file.target.name) for file in tflite_files.app_files(model)]

    model = artifact.load(copy)
    tflite_files.take(model, "recommended")
    best = VARIANTS[model.variants.recommended]
    assert named(model) == [(best, "model_signal_metadata.tflite")]
    tflite_files.take(model, "float16")
    assert named(model) == [("model_float16.tflite", "model_signal_metadata.tflite")]
    assert [name for _, name in named(artifact.load(trained.out / "mel"))] == [
        "model_mel_audio_metadata.tflite",
        "model_mel_metadata.tflite",
    ]
    with pytest.raises(InputError, match=r"not converted to int4 \(float32, float16.*run ConvertModelToTFLite.py"):
        tflite_files.take(model, "int4")


def test_a_model_that_is_not_converted_says_so(copy):
    (copy / "variants.json").unlink()
    with pytest.raises(InputError, match="not converted to recommended"):
        tflite_files.take(artifact.load(copy), "recommended")
    (copy / "model.tflite").unlink()
    with pytest.raises(InputError, match="has no model.tflite; run ConvertModelToTFLite.py"):
        tflite_files.app_files(artifact.load(copy))
