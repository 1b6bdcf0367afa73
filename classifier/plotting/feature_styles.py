"""How the channels of a feature are drawn: names of rows and values, colours, axes."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

COLUMNS = 1000  # of a time series: of more samples than that, each column is the range that they cover
ACRONYMS = {name: name.upper() for name in ("stft", "mfcc", "gfcc", "cqt", "fft", "cens")}
PITCHES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
DIVERGING = "RdBu_r"
HERTZ = (63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000)  # ticks of an axis that is not linear


@dataclass(frozen=True)
class ChannelStyle:
    """How a channel of a feature is drawn.

    Attributes:
        rows: what its rows are.
        unit: of its values.
        part: its name, where a feature has several.
        layer: that computes it.
    """

    rows: str = "band"
    unit: str = "value"
    part: str = ""
    layer: Any = None


STYLES = {  # feature: how each of its channels is drawn; of one that is not here, rows and values have no names
    "waveform": [ChannelStyle("", "amplitude")],
    "levelled_waveform": [ChannelStyle("", "amplitude over RMS")],
    "mel_spectrogram": [ChannelStyle("Hz", "power")],
    "log_mel_spectrogram": [ChannelStyle("Hz", "dB")],
    "stft_magnitude": [ChannelStyle("Hz", "magnitude")],
    "stft_power": [ChannelStyle("Hz", "power")],
    "stft_complex": [ChannelStyle("Hz", "amplitude", "real"), ChannelStyle("Hz", "amplitude", "imaginary")],
    "stft_phase": [ChannelStyle("Hz", "log(1 + magnitude)", "magnitude"), ChannelStyle("Hz", "phase / π", "angle")],
    "stft_mean": [ChannelStyle("Hz", "mean magnitude, scaled")],
    "gammatone_spectrogram": [ChannelStyle("Hz", "dB")],
    "cqt": [ChannelStyle("Hz", "magnitude")],
    "mfcc": [ChannelStyle("coefficient", "dB")],
    "gfcc": [ChannelStyle("coefficient", "dB")],
    "chroma_stft": [ChannelStyle("pitch class", "share of the strongest")],
    "chroma_cqt": [ChannelStyle("pitch class", "share of the strongest")],
    "chroma_cens": [ChannelStyle("pitch class", "share, a frame's norm is 1")],
}


def words(name: str) -> str:
    """log_mel_spectrogram -> Log mel spectrogram"""
    spelled = " ".join(ACRONYMS.get(word, word) for word in name.split("_"))
    return spelled[:1].upper() + spelled[1:]


def of_feature(name: str, layer: Any, n: int) -> list[ChannelStyle]:
    """The styles of a feature's n channels; where STYLES knows another number of them, numbers for names."""
    found = _known(name, layer)
    if len(found) == n:
        return found
    return [ChannelStyle(part=f"{i + 1}" if n > 1 else "", layer=layer) for i in range(n)]


def _known(name, layer):
    """What STYLES knows of a feature; of one made of others, what it knows of them."""
    if not hasattr(layer, "features"):
        return [replace(style, layer=layer) for style in STYLES.get(name, [ChannelStyle()])]
    found = []
    for each in layer.features:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(each).__name__).lower()
        found += [replace(style, part=f"{words(name)} {style.part}".strip()) for style in _known(name, each)]
    return found


def channels(values: np.ndarray, layer: Any) -> list[np.ndarray]:
    """[(windows, ...)] of each channel, or of each column of averages: (windows, rows, frames) or (windows, values)."""
    if values.ndim == 2:
        return [values]
    if getattr(layer, "as_columns", False):
        return list(np.moveaxis(values[..., 0], 2, 0))
    return list(np.moveaxis(values, -1, 0))


def colours(images: Iterable[np.ndarray], style: ChannelStyle) -> dict[str, Any]:
    """What `image` is told of colours: decibels by their loudest 80, other values by where nearly all of them lie.

    Args:
        images: each (rows, columns).
    """
    values = np.concatenate([np.ravel(image) for image in images])
    low, high = np.quantile(values, [0.005, 0.995])
    if style.part == "angle":
        return {"cmap": "twilight_shifted", "vmin": -1, "vmax": 1}
    if (style.rows, style.unit) == ("Hz", "dB"):
        return {"cmap": "magma", "vmin": max(values.max() - 80, values.min()), "vmax": values.max()}
    if low < 0 < high:
        most = np.quantile(np.abs(values), 0.97)
        return {"cmap": DIVERGING, "vmin": -most, "vmax": most}
    if low >= 0 and values.max() > 100 * np.median(values):
        top = values.max()
        return {"cmap": "magma", "norm": "log", "vmin": max(top * 1e-6, 1e-10), "vmax": max(top, 1e-9)}
    return {"cmap": "magma", "vmin": low, "vmax": high}


def image(
    ax: Axes, values: np.ndarray, span: tuple[float, float], scale: dict[str, Any], top: float | None = None
) -> AxesImage:
    """(rows, frames) over the seconds of a span.

    Args:
        scale: what `colours` gives.
        top: of the vertical axis; not given: the number of rows.
    """
    return ax.imshow(values, origin="lower", aspect="auto", extent=(*span, 0, top or len(values)), **scale)


def colour_bar(drawn: AxesImage, axes: Any, label: str) -> None:
    """The colours of an image beside axes; arrows at its ends where values lie beyond."""
    beyond = "both" if drawn.get_cmap().name == DIVERGING else "neither"
    drawn.axes.figure.colorbar(drawn, ax=axes, pad=0.01, label=label, extend=beyond)


def row_ticks(ax: Axes, style: ChannelStyle, n: int, rate: int, most: int = 20) -> None:
    """Name what n rows stand for, at no more than `most` of them.

    Args:
        rate: Hz, of the signal.
    """
    if style.rows == "pitch class":
        ax.set_yticks((np.arange(len(PITCHES)) + 0.5) * n / len(PITCHES), PITCHES, fontsize="small")
    elif style.rows == "Hz":
        hertz = _hertz(style.layer, n, rate)
        even = np.allclose(np.diff(hertz), hertz[1] - hertz[0])
        places, ticks = [], []
        for f in range(0, rate // 2 + 1, max(1000, rate // 8000 * 1000)) if even else HERTZ:
            place = np.interp(f, hertz, np.arange(n)) + 0.5
            if hertz[0] <= f <= hertz[-1] and (not places or place - places[-1] > n / most):
                places.append(place)
                ticks.append(f)
        ax.set_yticks(places, ticks)


def _hertz(layer, n, rate):
    """(n,) Hz that the rows of a layer stand for."""
    if hasattr(layer, "bands"):
        return layer.bands.argmax(axis=0) * rate / 2 / (len(layer.bands) - 1)
    if hasattr(layer, "bins_per_octave"):
        return layer.fmin * 2 ** (np.arange(n) / layer.bins_per_octave)
    return np.linspace(0, rate / 2, n)


def line(ax: Axes, signal: np.ndarray, start: float, rate: int) -> None:
    """(samples,) over seconds; of many samples, the range that each column of the picture covers."""
    n = -(-len(signal) // COLUMNS)
    ranges = np.pad(signal, (0, -len(signal) % n), mode="edge").reshape(-1, n)
    seconds = start + np.arange(len(ranges) + 1) * n / rate
    low, high = (np.append(edge, edge[-1]) for edge in (ranges.min(axis=1), ranges.max(axis=1)))
    ax.fill_between(seconds, low, high, step="post", linewidth=0.4, color="tab:blue")
    ax.margins(x=0)
    ax.grid(alpha=0.3)


def vector(ax: Axes, values: np.ndarray, style: ChannelStyle, rate: int, shown: Sequence[np.ndarray]) -> None:
    """(values,) over kHz as a line, over anything else as bars; shown: [(values,)], all that share the scale."""
    if style.rows == "Hz":
        ax.plot(_hertz(style.layer, len(values), rate) / 1000, values)
        ax.margins(x=0)
        return
    names = style.layer.names() if hasattr(style.layer, "names") else [""] * len(values)
    groups = [re.sub(r"( band)? ?\d* (mean|deviation)$", "", name) for name in names]
    for i, group in enumerate(dict.fromkeys(groups)):
        members = [place for place, name in enumerate(groups) if name == group]
        ax.bar(members, values[members], width=1, color=f"C{i}", label=group or None)
    sizes = np.abs(np.concatenate(shown))
    if sizes.max() > 20 * np.median(sizes) > 0:
        ax.set_yscale("symlog", linthresh=10 ** math.ceil(math.log10(np.median(sizes))))
