"""What chooses the epoch where there are negatives: how much is missed at the bound on false alarms.

A model that recognises more and says it of traffic, too, is no better. One prediction of the validation split at the
end of an epoch gives this, the loss and the balanced accuracy; Keras does not evaluate it a second time.
"""

from collections.abc import Mapping, Sequence

import keras
import numpy as np

from classifier.scoring import thresholds
from classifier.training.datasets import Windows

AT_BOUND = "val_recall_at_bound"  # as Keras would call it


class AtBound(keras.callbacks.Callback):
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
        super().__init__()
        self.validation, self.negatives, self.labels, self.background = validation, negatives, labels, background

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if logs is None:
            return
        windows = self.validation
        probabilities = self.model.predict(windows, verbose=0)
        targets, weights = windows.targets_and_weights(np.arange(len(windows.targets)))
        right = probabilities.argmax(axis=1) == windows.targets
        logs["val_loss"] = float(self.model.compute_loss(None, targets, probabilities, weights, training=False))
        logs["val_categorical_accuracy"] = float(np.average(right, weights=weights))
        negatives = None
        if self.negatives:
            negatives = self.negatives.predictions(self.model.predict(self.negatives, verbose=0))
        predictions = thresholds.with_negatives(windows.predictions(probabilities), negatives)
        logs[AT_BOUND] = at_bound(predictions, self.labels, windows.audio_format.seconds, self.background)


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
