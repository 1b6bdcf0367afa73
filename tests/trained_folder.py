"""Folders of trained models that nobody has trained: run.json and an empty model, for what only reads them."""

from dataclasses import replace

import numpy as np

from classifier.data.provenance import DataRecord, SplitRecord
from classifier.records import artifact
from classifier.records.audio_format import AudioFormat
from classifier.records.config import RunConfig
from classifier.records.recipe import FIELD
from classifier.records.run_record import RunRecord, versions
from classifier.scoring import calibration, metrics, thresholds


def make_record(**changes):
    """A run record with some fields changed."""
    probabilities, targets = np.array([[0.95, 0.05], [0.2, 0.8]]), np.array([0, 1])
    predictions = {
        "probabilities": probabilities,
        "targets": targets,
        "recordings": np.arange(2),
        "starts": np.zeros(2),
    }
    names = {"train": ["a/1.wav"], "validation": ["a/2.wav"], "test": ["a/3.wav"]}
    record = RunRecord(
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
    return replace(record, **changes)


def write_trained(folder, **changes):
    """A folder with the record of `make_record`, and an empty file for the model."""
    folder.mkdir(parents=True)
    make_record(**{"model": folder.name, **changes}).write(folder)
    (folder / artifact.MODEL).touch()
    return folder
