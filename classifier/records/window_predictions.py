"""What a model predicted for its held-out windows when it was trained."""

from pathlib import Path
from typing import Any

import numpy as np

from classifier.core.errors import InputError

FILE = "predictions.npz"  # of the validation and the test split, window by window
OF_WINDOWS = ("probabilities", "targets", "recordings", "starts")  # what it holds of a window
OF_NEGATIVES = "_negatives"  # behind a split's name: of negatives that no output learns


def read(folder: Path, split_name: str) -> dict[str, np.ndarray]:
    """What the model of a folder predicted for the windows of a split when it was trained.

    Returns:
        As Artifact.predictions: probabilities (windows, labels), targets, recordings and starts (windows,).

    Raises:
        InputError: they are not there.
    """
    path = folder / FILE
    if not path.is_file():
        raise InputError(f"{path} is not there; train it again with TrainModel.py")
    with np.load(path) as held:
        return {name: held[f"{split_name}_{name}"] for name in OF_WINDOWS}


def write(folder: Path, predictions: dict[str, dict[str, np.ndarray]]) -> None:
    """Write predictions.npz into a folder under construction.

    Args:
        predictions: {split, or split + OF_NEGATIVES: what Artifact.predictions returns}, arrays of (windows, labels)
            and (windows,).
    """
    named: dict[str, Any] = {
        f"{split_name}_{name}": values
        for split_name, of_split in predictions.items()
        for name, values in of_split.items()
    }
    np.savez_compressed(Path(folder) / FILE, **named)
