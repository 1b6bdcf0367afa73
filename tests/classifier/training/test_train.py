from types import SimpleNamespace

import numpy as np

from classifier.core import console
from classifier.records.audio_format import AudioFormat
from classifier.scoring import calibration, thresholds

console.import_tensorflow()
from classifier.training import train  # noqa: E402


def predictions(sure):
    """Two windows of each label; all predictions are right but one of silence, and as sure as said."""
    cat = np.array([sure, sure, sure, 1 - sure])
    numbers = {"targets": np.array([0, 0, 1, 1]), "recordings": np.arange(4), "starts": np.zeros(4)}
    return {"probabilities": np.stack([cat, 1 - cat], axis=1), **numbers}


def test_thresholds_and_temperature_are_chosen_on_the_validation_split():
    labels, validation, test = ["cat", "silence"], predictions(0.8), predictions(0.95)
    task = SimpleNamespace(
        labels=labels, audio_format=AudioFormat(), background=thresholds.BACKGROUND, multi_label=False
    )
    found = train._scores({"validation": validation, "test": test}, task)
    chosen, _ = thresholds.choose(validation, labels, 2)
    assert found["thresholds"] == chosen != thresholds.choose(test, labels, 2)[0]
    temperature = calibration.temperature(validation["probabilities"], validation["targets"])
    assert found["calibration"].temperature == temperature
    assert found["alarms"] == thresholds.measure(test, labels, 2, chosen)
