"""What chooses the epoch where several labels may be right at once: the mean average precision of validation."""

import numpy as np

from classifier.scoring import multi_label
from classifier.training.by_prediction import ByPrediction

PRECISION = "val_mean_average_precision"  # as Keras would call it


class AtPrecision(ByPrediction):
    """Puts into the logs of an epoch the loss that Keras' validation would, and PRECISION."""

    def measured(self, probabilities: np.ndarray, weights: np.ndarray) -> dict[str, float]:
        """PRECISION, as of ByPrediction.measured."""
        return {PRECISION: multi_label.mean_average_precision(probabilities, self.validation.targets)}
