"""Loss and balanced accuracy over the epochs of a training."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from classifier.plotting.figure import SIZE, pyplot, save


def draw(history: Mapping[str, Sequence[float]], best_epoch: int, title: str, path: Path) -> None:
    """Draw the curves of the training and the validation split, and a line at the epoch that was kept.

    Args:
        history: values per epoch of loss, balanced_accuracy, validation_loss and validation_balanced_accuracy; or of
            validation_mean_average_precision in place of the accuracies.
        best_epoch: the epoch that was kept, counted from 1.
        path: of the PNG.
    """
    plt = pyplot()
    figure, axes = plt.subplots(1, 2, figsize=SIZE, layout="constrained")
    epochs = np.arange(1, len(history["loss"]) + 1)
    several = "validation_mean_average_precision" in history
    for ax, what in zip(axes, ("loss", "mean_average_precision" if several else "balanced_accuracy"), strict=True):
        label = what.replace("_", " ")
        if what in history:
            ax.plot(epochs, history[what], label="training")
        ax.plot(epochs, history[f"validation_{what}"], label="validation")
        ax.axvline(best_epoch, color="grey", linestyle=":", label="kept")
        ax.set(xlabel="epoch", ylabel=label)
        ax.grid(alpha=0.3)
        ax.legend()
    axes[1].set_ylim(0, 1.02)
    figure.suptitle(title)
    save(figure, path)
