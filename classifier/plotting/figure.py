"""Make and save figures; the one module that chooses matplotlib's backend. Always a PNG, a window only on a display."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import matplotlib
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text

from classifier.core import atomic_files

SIZE = (9, 4.5)  # inches
DPI = 110
PLACES = ("left", "center", "right")  # of an axis' titles


def pyplot() -> ModuleType:
    """matplotlib.pyplot, with the backend Agg where there is no display."""
    if "matplotlib.pyplot" not in sys.modules and not _has_display():
        matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def legend(ax: Axes, named: Mapping[str, Artist | ErrorbarContainer]) -> None:
    """A legend of what is named, whatever the names: by themselves, axes leave out those that begin with a _."""
    ax.legend(list(named.values()), list(named))


def save(figure: Figure, path: Path, show: bool = False) -> None:
    """Write a figure as a PNG and close it. Its titles and legends say what they say: a $ in a name begins no formula.

    Args:
        path: of the PNG; replaced whole or not at all.
        show: open a window too, where there is a display; returns when it is closed.
    """
    plt = pyplot()
    titles = {figure.get_suptitle(), *(ax.get_title(place) for ax in figure.axes for place in PLACES)}
    in_legends = [text for legend in figure.findobj(Legend) for text in legend.get_texts()]
    for text in [*in_legends, *(text for text in figure.findobj(Text) if text.get_text() in titles)]:
        text.set_parse_math(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_files.new_file(path) as fresh:
        figure.savefig(fresh, dpi=DPI, format="png")
    if show and _has_display():
        plt.show()
    plt.close(figure)


def _has_display():
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
