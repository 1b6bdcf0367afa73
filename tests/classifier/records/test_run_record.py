import json
from dataclasses import replace

import pytest

from classifier.core.errors import InputError
from classifier.records.run_record import RunRecord, versions
from classifier.scoring.robustness import Condition
from tests.trained_folder import make_record


@pytest.fixture
def record():
    return make_record()


def test_what_is_written_is_read_again(record, tmp_path):
    record.write(tmp_path)
    assert RunRecord.read(tmp_path) == record
    assert RunRecord.read(tmp_path).recipe.noise_snr_db == (10, 40)  # a tuple, which JSON does not know
    record = replace(record, fine_tuning=None)
    record.write(tmp_path)
    assert RunRecord.read(tmp_path) == record
    assert record.split.names("validation") == ["a/2.wav"]


def test_what_is_measured_of_altered_windows_is_read_again_and_may_be_missing(record, tmp_path):
    measured = replace(record, robustness=(Condition("as it is", 0.9, {"a": 0.8, "b": 1.0}),))
    measured.write(tmp_path)
    assert RunRecord.read(tmp_path) == measured
    held = json.loads((tmp_path / "run.json").read_text())
    del held["robustness"]  # as older versions wrote it
    del held["scores"]["windows"]["unheard"]
    (tmp_path / "run.json").write_text(json.dumps(held))
    assert RunRecord.read(tmp_path) == record


@pytest.mark.parametrize("old", ["run", "contract"])
def test_the_file_of_an_older_version_is_refused_in_one_sentence(record, tmp_path, old):
    record.write(tmp_path)
    held = json.loads((tmp_path / "run.json").read_text())
    held[old] = held.pop({"run": "config", "contract": "audio_format"}[old])
    (tmp_path / "run.json").write_text(json.dumps(held))
    with pytest.raises(InputError, match="run.json was written by an older version; train it again with TrainModel.py"):
        RunRecord.read(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"config": 1}', "null"])
def test_a_damaged_file_is_refused(tmp_path, text):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(InputError, match="run.json is damaged"):
        RunRecord.read(tmp_path)


def test_versions_name_python_and_what_decides_on_weights():
    assert {"python", "tensorflow", "keras", "numpy", "soxr"} <= set(versions())
