import json
from dataclasses import replace

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.data.provenance import DataRecord, SplitRecord
from classifier.records.audio_format import AudioFormat
from classifier.records.config import RunConfig
from classifier.records.recipe import FIELD
from classifier.records.run_record import RunRecord, versions
from classifier.scoring import calibration, metrics, thresholds


@pytest.fixture
def record():
    probabilities, targets = np.array([[0.95, 0.05], [0.2, 0.8]]), np.array([0, 1])
    predictions = {
        "probabilities": probabilities,
        "targets": targets,
        "recordings": np.arange(2),
        "starts": np.zeros(2),
    }
    names = {"train": ["a/1.wav"], "validation": ["a/2.wav"], "test": ["a/3.wav"]}
    return RunRecord(
        model="mel",
        labels=["a", "b"],
        config=RunConfig(data="data", fold=2, window=1.5),
        recipe=FIELD,
        fine_tuning=replace(FIELD, fine_tuned=3),
        paper_audio_format=False,
        parameters=10,
        data=DataRecord(fingerprint="f", recordings={"a": 3}, skipped=[]),
        split=SplitRecord(by="group", groups=3, groups_in_two_splits=[], recordings_in_two_splits=[], **names),
        scores=metrics.score(probabilities, targets, np.arange(2), ["a", "b"]),
        thresholds={"a": 0.9},
        alarms=thresholds.measure(predictions, ["a", "b"], 1.5, {"a": 0.9}),
        calibration=calibration.calibrate(predictions, predictions),
        best_epoch=7,
        training_seconds=1.5,
        backend="tensorflow",
        processes=1,
        versions=versions(),
        audio_format=AudioFormat(window_length=24_000),
    )


def test_what_is_written_is_read_again(record, tmp_path):
    record.write(tmp_path)
    assert RunRecord.read(tmp_path) == record
    assert RunRecord.read(tmp_path).recipe.noise_snr_db == (10, 40)  # a tuple, which JSON does not know
    record = replace(record, fine_tuning=None)
    record.write(tmp_path)
    assert RunRecord.read(tmp_path) == record
    assert record.split.names("validation") == ["a/2.wav"]


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
