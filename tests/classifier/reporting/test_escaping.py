"""The report of a folder that nothing was trained for: what comes from strangers is text in it."""

import numpy as np

from classifier.data.provenance import DataRecord, SplitRecord
from classifier.records import artifact, window_predictions
from classifier.records.audio_format import AudioFormat
from classifier.records.config import RunConfig
from classifier.records.recipe import FIELD
from classifier.records.run_record import RunRecord, versions
from classifier.reporting import html_report
from classifier.scoring import calibration, metrics, thresholds

EVIL = "<script>alert(\"x\")</script> & 'y'"
FILE = "song/<img src=x onerror=alert(1)>.wav"


def written(folder, labels):
    """The path of a folder as a training leaves it, with two windows of each label."""
    probabilities = np.array([[0.8, 0.2], [0.4, 0.6], [0.3, 0.7], [0.1, 0.9]], "float32")
    predictions = {"probabilities": probabilities, "targets": np.array([0, 0, 1, 1])}
    predictions |= {"recordings": np.arange(4) // 2, "starts": np.zeros(4)}
    seconds, targets = AudioFormat().seconds, predictions["targets"]
    chosen, _ = thresholds.choose(predictions, labels, seconds)
    names = [FILE, f"{EVIL.replace('/', '')}/b.wav"]
    record = RunRecord(
        model="mel",
        labels=labels,
        config=RunConfig(data=str(folder / "data"), group_by="^(<b>)_"),
        recipe=FIELD,
        fine_tuning=None,
        paper_audio_format=False,
        parameters=10,
        data=DataRecord(fingerprint="f", recordings=dict.fromkeys(labels, 1), skipped=[]),
        split=SplitRecord(
            by="group",
            groups=2,
            groups_in_two_splits=[EVIL],
            recordings_in_two_splits=[FILE],
            train=names,
            validation=names,
            test=names,
        ),
        scores=metrics.score(probabilities, targets, predictions["recordings"], labels),
        thresholds=chosen,
        alarms=thresholds.measure(predictions, labels, seconds, chosen),
        calibration=calibration.calibrate(predictions, predictions),
        best_epoch=1,
        training_seconds=1.0,
        backend="tensorflow",
        processes=1,
        versions={**versions(), EVIL: EVIL},
        audio_format=AudioFormat(),
    )
    folder.mkdir()
    record.write(folder)
    window_predictions.write(folder, {"validation": predictions, "test": predictions})
    history = "epoch,loss,balanced_accuracy,validation_loss,validation_balanced_accuracy\n1,1,0.5,1,0.5\n"
    (folder / artifact.HISTORY).write_text(history)
    (folder / artifact.MODEL).write_bytes(b"")
    return folder


def test_labels_and_file_names_are_escaped(tmp_path):
    folder = written(tmp_path / "mel", ["silence", EVIL])
    page = html_report.write(artifact.load(folder)).read_text(encoding="utf-8")
    assert "<script>alert" not in page and "<img src=x" not in page
    assert "&lt;script&gt;alert" in page and "&lt;img src=x" in page
