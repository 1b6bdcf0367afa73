"""The fields of a run record that the test split gives, where several labels may be right at once."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from classifier.scoring import calibration, multi_label
from classifier.training.task import Task


def of(predictions: Mapping[str, Mapping[str, np.ndarray]], task: Task) -> dict[str, Any]:
    """The fields of RunRecord: thresholds that validation chooses, and what the test split says of them.

    Args:
        predictions: {split: arrays (windows, labels) and (windows,), as of Artifact.predictions} of "validation" and
            "test".
    """
    validation, test = predictions["validation"], predictions["test"]
    chosen = multi_label.choose_thresholds(validation["probabilities"], validation["targets"], task.labels)
    windows = task.windows["test"]
    groups = np.array([task.audio.clips[i].group for i in windows.recordings])
    of_windows = test["probabilities"], test["targets"]
    return {
        "scores": multi_label.score(*of_windows, test["recordings"], task.labels, chosen),
        "multi_label_scores": multi_label.measure(*of_windows, task.labels, chosen, groups),
        "thresholds": chosen,
        "alarms": {},
        "calibration": calibration.calibrate(*map(multi_label.as_decisions, (validation, test))),
    }
