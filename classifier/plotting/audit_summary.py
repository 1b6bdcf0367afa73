"""A data audit as a picture: hours, lengths, levels, bandwidths and sample rates by label, and shortcuts."""

from pathlib import Path
from typing import Any

import matplotlib.ticker
import numpy as np

from classifier.plotting.figure import pyplot, save

COLOURS = {"shortcut": "tab:red", "differs": "tab:orange", "": "tab:grey"}


def draw(found: dict[str, Any], path: Path) -> None:
    """Draw an audit.

    Args:
        found: as of data.audit.check.
        path: of the PNG.
    """
    plt = pyplot()
    labels = list(found["labels"])
    figure, axes = plt.subplots(2, 3, figsize=(14, max(7, 0.45 * len(labels) + 3)), layout="constrained")
    places = range(len(labels))
    axes[0, 0].barh(places, [found["labels"][label]["hours"] for label in labels])
    axes[0, 0].set(title="hours of audio")
    panels = ((axes[0, 1], "seconds", "length, seconds"), (axes[0, 2], "level", "level, dB"))
    for ax, name, title in (*panels, (axes[1, 0], "bandwidth", "bandwidth, Hz")):
        values = [[row[name] for row in found["recordings"] if row["label"] == label] for label in labels]
        ax.boxplot(values, orientation="horizontal", positions=places, widths=0.6, flierprops={"markersize": 3})
        ax.set(title=title)
    axes[0, 1].set_xscale("log")
    axes[0, 1].xaxis.set_major_locator(matplotlib.ticker.LogLocator(subs=(1, 2, 5)))
    axes[0, 1].xaxis.set_major_formatter("{x:g}")
    axes[0, 1].xaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
    left = np.zeros(len(labels))
    for rate in sorted({rate for label in labels for rate in found["labels"][label]["rate"]}):
        shares = np.array([found["labels"][x]["rate"].get(rate, 0) / found["labels"][x]["recordings"] for x in labels])
        axes[1, 1].barh(places, shares, left=left, label=f"{rate} Hz")
        left += shares
    axes[1, 1].set(title="sample rates, share of recordings")
    axes[1, 1].legend(fontsize="small", loc="lower left", framealpha=1)
    for ax in axes.flat[:5]:
        ax.set_yticks(places, labels)
        ax.invert_yaxis()
        ax.grid(alpha=0.3, axis="x")
    last, shortcuts = axes[1, 2], found["shortcuts"]
    colours = [COLOURS[row["warning"]] for row in shortcuts]
    last.barh([row["property"] for row in shortcuts], [row["balanced_accuracy"] for row in shortcuts], color=colours)
    last.set(
        title="labels told by one property (red: shortcut, orange: may be the sound)",
        xlim=(0, 1),
        xlabel="balanced accuracy",
    )
    if shortcuts:
        last.axvline(shortcuts[0]["chance"], color="black", linestyle=":", label="guessing")
        last.legend(fontsize="small")
        last.invert_yaxis()
    figure.suptitle(found["data"])
    save(figure, path)
