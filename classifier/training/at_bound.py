"""What chooses the epoch where there are negatives: how much is missed at the bound on false alarms.

A model that recognises more and says it of traffic, too, is no better. One prediction of the validation split at the
end of an epoch gives this, the loss and the balanced accuracy; Keras does not evaluate it a second time.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from classifier.core import interruptible
from classifier.scoring import thresholds
from classifier.training.by_prediction import ByPrediction
from classifier.training.datasets import Windows

AT_BOUND = "val_recall_at_bound"  # as Keras would call it


class AtBound(ByPrediction):
    """Puts into the logs of an epoch what Keras' validation would, and AT_BOUND."""

    def __init__(
        self, validation: Windows, negatives: Windows | None, labels: Sequence[str], background: Sequence[str]
    ):
        """
        Args:
            validation: what the epoch is chosen by.
            negatives: of that split, where no output learns them.
            labels: in the order of the outputs.
            background: labels that an app does not report.
        """
        super().__init__(validation)
        self.negatives, self.labels, self.background = negatives, labels, background

    def measured(self, probabilities: np.ndarray, weights: np.ndarray) -> dict[str, float]:
        """The accuracy and AT_BOUND, as of ByPrediction.measured."""
        windows = self.validation
        right = probabilities.argmax(axis=1) == windows.targets
        negatives = None
        if self.negatives:
            negatives = self.negatives.predictions(interruptible.predict(self.model, self.negatives))
        predictions = thresholds.with_negatives(windows.predictions(probabilities), negatives)
        recall = at_bound(predictions, self.labels, windows.audio_format.seconds, self.background)
        return {"val_categorical_accuracy": float(np.average(right, weights=weights)), AT_BOUND: recall}


def at_bound(
    predictions: Mapping[str, np.ndarray], labels: Sequence[str], seconds: float, background: Sequence[str]
) -> float:
    """The mean recall of the labels that an app reports, at thresholds that keep the bound on false alarms.

    Args:
        predictions: arrays of (windows, labels) and (windows,), as of thresholds.choose, whose bound it is.
        seconds: of a window.
        background: labels that an app does not report.
    """
    _, measured = thresholds.choose(predictions, labels, seconds, background=background)
    misses = [of.misses for of in measured.values() if of.misses is not None]
    return 1 - float(np.mean(misses)) if misses else 0.0
