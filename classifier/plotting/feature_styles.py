"""How the values of a feature are drawn: what its rows and values are called, their colours and their axes."""

import math
import re
from dataclasses import dataclass, replace

import numpy as np

COLUMNS = 1000  # of a time series: of more samples than that, each column is the range that they cover
ACRONYMS = {name: name.upper() for name in ("stft", "mfcc", "gfcc", "cqt", "fft", "cens")}
PITCHES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
DIVERGING = "RdBu_r"
HERTZ = (63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000)  # said at an axis that is not linear


@dataclass(frozen=True)
class Look:
    """How a channel of a feature is drawn.

    rows: what its rows are. unit: of its values. part: its name, where a feature has several. layer: that computes it.
    """

    rows: str = "band"
    unit: str = "value"
    part: str = ""
    layer: object = None


LOOKS = {  # feature: how each of its channels is drawn; of one that is not here, rows and values have no names
    "waveform": [Look("", "amplitude")],
    "levelled_waveform": [Look("", "amplitude over RMS")],
    "mel_spectrogram": [Look("Hz", "power")],
    "log_mel_spectrogram": [Look("Hz", "dB")],
    "stft_magnitude": [Look("Hz", "magnitude")],
    "stft_power": [Look("Hz", "power")],
    "stft_complex": [Look("Hz", "amplitude", "real"), Look("Hz", "amplitude", "imaginary")],
    "stft_phase": [Look("Hz", "log(1 + magnitude)", "magnitude"), Look("Hz", "phase / π", "angle")],
    "stft_mean": [Look("Hz", "mean magnitude, scaled")],
    "gammatone_spectrogram": [Look("Hz", "dB")],
    "cqt": [Look("Hz", "magnitude")],
    "mfcc": [Look("coefficient", "dB")],
    "gfcc": [Look("coefficient", "dB")],
    "chroma_stft": [Look("pitch class", "share of the strongest")],
    "chroma_cqt": [Look("pitch class", "share of the strongest")],
    "chroma_cens": [Look("pitch class", "share, a frame's norm is 1")],
}


def words(name):
    """log_mel_spectrogram -> Log mel spectrogram"""
    said = " ".join(ACRONYMS.get(word, word) for word in name.split("_"))
    return said[:1].upper() + said[1:]


def of_feature(name, layer, n):
    """The looks of a feature's n channels; where LOOKS knows another number of them, numbers for names."""
    found = _known(name, layer)
    if len(found) == n:
        return found
    return [Look(part=f"{i + 1}" if n > 1 else "", layer=layer) for i in range(n)]


def _known(name, layer):
    """What LOOKS knows of a feature; of one made of others, what it knows of them."""
    if not hasattr(layer, "features"):
        return [replace(look, layer=layer) for look in LOOKS.get(name, [Look()])]
    found = []
    for each in layer.features:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(each).__name__).lower()
        found += [replace(look, part=f"{words(name)} {look.part}".strip()) for look in _known(name, each)]
    return found


def channels(values, layer):
    """[(windows, ...)] of each channel, or of each column of averages: (windows, rows, frames) or (windows, values)."""
    if values.ndim == 2:
        return [values]
    if getattr(layer, "as_columns", False):
        return list(np.moveaxis(values[..., 0], 2, 0))
    return list(np.moveaxis(values, -1, 0))


def colours(images, look):
    """What `image` is told of colours: decibels by their loudest 80, other values by where nearly all of them lie."""
    values = np.concatenate([np.ravel(image) for image in images])
    low, high = np.quantile(values, [0.005, 0.995])
    if look.part == "angle":
        return {"cmap": "twilight_shifted", "vmin": -1, "vmax": 1}
    if (look.rows, look.unit) == ("Hz", "dB"):
        return {"cmap": "magma", "vmin": max(values.max() - 80, values.min()), "vmax": values.max()}
    if low < 0 < high:
        most = np.quantile(np.abs(values), 0.97)
        return {"cmap": DIVERGING, "vmin": -most, "vmax": most}
    if low >= 0 and values.max() > 100 * np.median(values):
        top = values.max()
        return {"cmap": "magma", "norm": "log", "vmin": max(top * 1e-6, 1e-10), "vmax": max(top, 1e-9)}
    return {"cmap": "magma", "vmin": low, "vmax": high}


def image(ax, values, span, scale, top=None):
    """(rows, frames) over the seconds of a span.

    Args:
        scale: what `colours` gives.
        top: of the vertical axis; not given: the number of rows.
    """
    return ax.imshow(values, origin="lower", aspect="auto", extent=(*span, 0, top or len(values)), **scale)


def colour_bar(drawn, axes, label):
    """The colours of an image beside axes; arrows at its ends where values lie beyond."""
    beyond = "both" if drawn.get_cmap().name == DIVERGING else "neither"
    drawn.axes.figure.colorbar(drawn, ax=axes, pad=0.01, label=label, extend=beyond)


def row_ticks(ax, look, n, rate, most=20):
    """Say at n rows what they stand for, at no more than `most` of them."""
    if look.rows == "pitch class":
        ax.set_yticks((np.arange(len(PITCHES)) + 0.5) * n / len(PITCHES), PITCHES, fontsize="small")
    elif look.rows == "Hz":
        hertz = _hertz(look.layer, n, rate)
        even = np.allclose(np.diff(hertz), hertz[1] - hertz[0])
        places, said = [], []
        for f in range(0, rate // 2 + 1, max(1000, rate // 8000 * 1000)) if even else HERTZ:
            place = np.interp(f, hertz, np.arange(n)) + 0.5
            if hertz[0] <= f <= hertz[-1] and (not places or place - places[-1] > n / most):
                places.append(place)
                said.append(f)
        ax.set_yticks(places, said)


def _hertz(layer, n, rate):
    """(n,) Hz that the rows of a layer stand for."""
    if hasattr(layer, "bands"):
        return layer.bands.argmax(axis=0) * rate / 2 / (len(layer.bands) - 1)
    if hasattr(layer, "bins_per_octave"):
        return layer.fmin * 2 ** (np.arange(n) / layer.bins_per_octave)
    return np.linspace(0, rate / 2, n)


def line(ax, signal, start, rate):
    """(samples,) over seconds; of many samples, the range that each column of the picture covers."""
    n = -(-len(signal) // COLUMNS)
    ranges = np.pad(signal, (0, -len(signal) % n), mode="edge").reshape(-1, n)
    seconds = start + np.arange(len(ranges) + 1) * n / rate
    low, high = (np.append(edge, edge[-1]) for edge in (ranges.min(axis=1), ranges.max(axis=1)))
    ax.fill_between(seconds, low, high, step="post", linewidth=0.4, color="tab:blue")
    ax.margins(x=0)
    ax.grid(alpha=0.3)


def vector(ax, values, look, rate, shown):
    """(values,) over kHz as a line, over anything else as bars; shown: [(values,)], all that share the scale."""
    if look.rows == "Hz":
        ax.plot(_hertz(look.layer, len(values), rate) / 1000, values)
        ax.margins(x=0)
        return
    names = look.layer.names() if hasattr(look.layer, "names") else [""] * len(values)
    kinds = [re.sub(r"( band)? ?\d* (mean|deviation)$", "", name) for name in names]
    for i, kind in enumerate(dict.fromkeys(kinds)):
        members = [place for place, name in enumerate(kinds) if name == kind]
        ax.bar(members, values[members], width=1, color=f"C{i}", label=kind or None)
    sizes = np.abs(np.concatenate(shown))
    if sizes.max() > 20 * np.median(sizes) > 0:
        ax.set_yscale("symlog", linthresh=10 ** math.ceil(math.log10(np.median(sizes))))
