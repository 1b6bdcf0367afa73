"""A contact sheet: pictures side by side in one PNG."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classifier.core import atomic_files
from classifier.plotting.figure import pyplot

WIDEST = 3200  # pixels that it may be wide


def write(pictures: Sequence[Path], path: Path) -> None:
    """Join pictures into one PNG, as many side by side as WIDEST has room for."""
    plt = pyplot()
    images = [plt.imread(picture)[..., :3] for picture in pictures]
    height, width = (max(image.shape[axis] for image in images) for axis in (0, 1))
    images = [np.pad(i, ((0, height - i.shape[0]), (0, width - i.shape[1]), (0, 0)), constant_values=1) for i in images]
    columns = max(1, min(len(images), WIDEST // width))
    images += [np.ones_like(images[0])] * (-len(images) % columns)
    rows = [np.hstack(images[first : first + columns]) for first in range(0, len(images), columns)]
    with atomic_files.new_file(path) as fresh:
        plt.imsave(fresh, np.vstack(rows), format="png")
