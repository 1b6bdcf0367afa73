"""Make and save figures; the one module that chooses matplotlib's backend. Always a PNG, a window only on a display."""

import os
import sys
from pathlib import Path
from types import ModuleType

import matplotlib
from matplotlib.figure import Figure

from classifier.core import atomic_files

SIZE = (9, 4.5)  # inches
DPI = 110


def pyplot() -> ModuleType:
    """matplotlib.pyplot, with the backend Agg where there is no display."""
    if "matplotlib.pyplot" not in sys.modules and not _has_display():
        matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def save(figure: Figure, path: Path, show: bool = False) -> None:
    """Write a figure as a PNG and close it.

    Args:
        path: of the PNG; replaced whole or not at all.
        show: open a window too, where there is a display; returns when it is closed.
    """
    plt = pyplot()
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_files.new_file(path) as fresh:
        figure.savefig(fresh, dpi=DPI, format="png")
    if show and _has_display():
        plt.show()
    plt.close(figure)


def _has_display():
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
