"""What chooses the epoch where several labels may be right at once: the mean average precision of validation."""

import keras
import numpy as np

from classifier.scoring import multi_label
from classifier.training.datasets import Windows

PRECISION = "val_mean_average_precision"  # as Keras would call it


class AtPrecision(keras.callbacks.Callback):
    """Puts into the logs of an epoch the loss that Keras' validation would, and PRECISION."""

    def __init__(self, validation: Windows):
        super().__init__()
        self.validation = validation

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if logs is None:
            return
        windows = self.validation
        probabilities = self.model.predict(windows, verbose=0)
        targets, weights = windows.targets_and_weights(np.arange(len(windows.targets)))
        logs["val_loss"] = float(self.model.compute_loss(None, targets, probabilities, weights, training=False))
        logs[PRECISION] = multi_label.mean_average_precision(probabilities, windows.targets)
