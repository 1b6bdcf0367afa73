"""One prediction of the validation split at the end of an epoch, in place of the evaluation of Keras."""

import keras
import numpy as np

from classifier.core import interruptible
from classifier.training.datasets import Windows


class ByPrediction(keras.callbacks.Callback):
    """Puts into the logs of an epoch the loss that Keras' validation would; what else is measured, a subclass says."""

    def __init__(self, validation: Windows):
        """
        Args:
            validation: what the epoch is chosen by.
        """
        super().__init__()
        self.validation = validation

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if logs is None:
            return
        windows = self.validation
        probabilities = interruptible.predict(self.model, windows)
        targets, weights = windows.targets_and_weights(np.arange(len(windows.targets)))
        logs["val_loss"] = float(self.model.compute_loss(None, targets, probabilities, weights, training=False))
        logs.update(self.measured(probabilities, weights))

    def measured(self, probabilities: np.ndarray, weights: np.ndarray) -> dict[str, float]:
        """{name in the logs: value}, of (windows, labels) probabilities and the (windows,) weights of the windows."""
        raise NotImplementedError
