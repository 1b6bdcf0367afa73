"""Pictures of a recording through features, and of what comes before them.

The features are computed by the layers that the models use.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from classifier.audio import recording, spectrograms
from classifier.audio.channels import MIX
from classifier.audio.windows import cut_audio_pad_last, hop_length, window_starts
from classifier.core import console, registry
from classifier.data.layouts import Clip
from classifier.plotting import feature_styles
from classifier.plotting.figure import pyplot, save
from classifier.records.audio_format import AudioFormat

SIZE = (7, 4)  # inches, of a picture of one recording
N_BANDS = 26  # filter bank coefficients, as many as speech recognition takes
SMOOTHED = 200  # values of a smoothed spectrum
N_FILTERS = 32  # curves of a filter bank
N_WINDOWS = 4  # overlapping windows in a picture
QUIET = 1e-5  # amplitude, -100 dB: digital silence has a level too


def of_recording(
    name: str,
    signal: np.ndarray,
    features: Sequence[str],
    audio_format: AudioFormat,
    start: float,
    overlap: float,
    folder: Path,
) -> list[Path]:
    """Pictures of the first window of a recording through features, and of what comes before them.

    Args:
        name: of the recording.
        signal: (samples,) from `start` on.
        features: names.
        start: seconds.
        overlap: of the windows that the recording is cut into, share of a window.
        folder: for the pictures.

    Returns:
        paths of the pictures.
    """
    gallery = Gallery(name, audio_format, start, folder)
    gallery.before_features({"": signal})
    gallery.filter_banks()
    gallery.overlapping_windows(signal, overlap)
    gallery.features(features, {"": signal})
    return gallery.made


def read(
    path: Path, audio_format: AudioFormat, start: float, seconds: float, clip: Clip | None = None, channel: str = MIX
) -> np.ndarray:
    """The first seconds of a recording, or of a clip of it, from a second on: (samples,).

    Raises:
        InputError: it cannot be read, or ends before.
    """
    first = start + (clip.start if clip else 0)
    last = min(first + seconds, clip.end if clip and clip.end else math.inf)
    return recording.read_part(path, audio_format.sample_rate, first, last, channel)


class Gallery:
    """The pictures of a recording, or of a recording of each label; `made` are their paths.

    Args:
        name: what they are of.
        start: seconds at which the signals begin.
        folder: for the pictures.
        size: inches of a picture.
    """

    def __init__(
        self, name: str, audio_format: AudioFormat, start: float, folder: Path, size: tuple[float, float] = SIZE
    ):
        self.name = name if len(name) <= 36 else f"{name[:17]} … {name[-17:]}"
        self.audio_format, self.rate = audio_format, audio_format.sample_rate
        self.folder, self.size = folder, size
        self.made: list[Path] = []
        self.start, self.span = start, (start, start + audio_format.seconds)
        folder.mkdir(parents=True, exist_ok=True)

    def save(self, figure: Figure, what: str, title: str | None = None) -> None:
        """Save a figure as <what>.png, under a title that names the recording."""
        figure.suptitle(f"{title or feature_styles.words(what)}: {self.name}")
        self.made.append(self.folder / f"{what}.png")
        save(figure, self.made[-1])

    def grid(
        self,
        what: str,
        panels: Mapping[str, Any],
        draw: Callable[[Axes, Any], AxesImage | None],
        x: str = "",
        y: str = "",
        alike: bool = True,
        bar: str | None = None,
        columns: int | None = None,
    ) -> None:
        """Save a picture: draw(ax, panel) for each of {title: panel}, side by side.

        Args:
            x, y: written once, at the axes of all panels.
            alike: one scale for all panels.
            bar: what the colours of the images mean that draw gives back.
        """
        columns = columns or side_by_side(len(panels))
        layout = {"figsize": self.size, "layout": "constrained", "squeeze": False}
        shared = {"sharex": alike, "sharey": alike}
        figure, axes = pyplot().subplots(-(-len(panels) // columns), columns, **shared, **layout)
        for ax, (title, panel) in zip(axes.flat, panels.items(), strict=False):
            ax.set_title(title, fontsize="medium")
            ax.xaxis.set_major_formatter("{x:g}")
            image = draw(ax, panel)
        if image:
            feature_styles.colour_bar(image, axes, bar or "")
        for ax in axes.flat[len(panels) :]:
            ax.axis("off")
        for ax in axes.flat[max(0, len(panels) - columns) : len(panels)]:
            ax.tick_params(labelbottom=True)
        figure.supxlabel(x, fontsize="medium")
        figure.supylabel(y, fontsize="medium")
        handles, names = axes[0, 0].get_legend_handles_labels()
        if names:
            figure.legend(handles, names, loc="outside lower center", ncols=4, fontsize="small")
        self.save(figure, what)

    def before_features(self, signals: Mapping[str, np.ndarray]) -> None:
        """Time series, FFT and filter bank coefficients of {title: (samples,)}."""
        self.grid("time_series", signals, self._time_series, "seconds", "amplitude")
        windows = {title: self._window(signal) for title, signal in signals.items()}
        self.grid("fft", windows, self._fft, "kHz", "dB from full scale")
        bands = {title: _equal_bands(window, self.audio_format) for title, window in windows.items()}
        colours = feature_styles.colours(bands.values(), feature_styles.ChannelStyle("Hz", "dB"))

        def draw(ax, decibels):
            return feature_styles.image(ax, decibels, self.span, colours, top=self.rate / 2)

        self.grid("filter_bank_coefficients", bands, draw, "seconds", f"Hz, {N_BANDS} bands as wide", bar="dB")

    def features(self, names: Sequence[str], signals: Mapping[str, np.ndarray]) -> None:
        """Features of {title: (samples,)}: of one signal one picture with all channels, of several one per channel."""
        windows = np.stack([self._window(signal) for signal in signals.values()])
        for name in console.progress(names, "features"):
            layer = _layer(name, self.audio_format)
            values = np.asarray(layer(windows))
            over_time = values.ndim == 3
            channels = feature_styles.channels(values, layer)
            parts = list(zip(feature_styles.of_feature(name, layer, len(channels)), channels, strict=True))
            if len(signals) == 1:
                self._values(name, {style.part: (channel[0], style) for style, channel in parts}, over_time)
                continue
            for style, channel in parts:
                what = "_".join([name, *style.part.lower().split()])
                self._values(what, {title: (v, style) for title, v in zip(signals, channel, strict=True)}, over_time)

    def _values(self, what, panels, over_time):
        """A picture of {title: (values, style)}: over seconds where they have frames or are samples, else over rows."""
        everything, (style, *others) = zip(*panels.values(), strict=True)
        alike = all((other.rows, other.unit) == (style.rows, style.unit) for other in others)
        colours = feature_styles.colours(everything, style) if alike else None

        def axes(values, style):
            if values.ndim == 2:
                return "seconds", style.rows
            return "seconds" if over_time else style.rows.replace("Hz", "kHz"), style.unit

        def draw(ax, panel):
            values, style = panel
            if not alike:
                ax.set(**dict(zip(("xlabel", "ylabel"), axes(values, style), strict=True)))
            if values.ndim == 2:
                image = feature_styles.image(ax, values, self.span, colours or feature_styles.colours([values], style))
                feature_styles.row_ticks(ax, style, len(values), self.rate)
                if alike:
                    return image
                feature_styles.colour_bar(image, ax, style.unit)
            elif over_time:
                feature_styles.line(ax, values, self.start, self.rate)
            else:
                feature_styles.vector(ax, values, style, self.rate, everything if alike else [values])

        x, y = axes(everything[0], style) if alike else ("", "")
        self.grid(what, panels, draw, x, y, alike, style.unit)

    def _window(self, signal):
        return cut_audio_pad_last(signal, self.audio_format.window_length)[0]

    def _time_series(self, ax, signal):
        feature_styles.line(ax, signal, self.start, self.rate)
        if len(signal) > 1.1 * self.audio_format.window_length:
            style = {"color": "tab:orange", "alpha": 0.25, "linewidth": 0, "zorder": 0}
            ax.axvspan(*self.span, **style, label="the window that features are computed of")

    def _fft(self, ax, window):
        window, top = np.hanning(len(window)), self.rate / 2000
        amplitude = 2 * np.abs(np.fft.rfft(window * window)) / window.sum()
        ax.plot(np.linspace(0, top, len(amplitude)), decibels(amplitude), linewidth=0.3, color="tab:blue")
        n = len(amplitude) // SMOOTHED
        smooth = np.sqrt(np.square(amplitude[: SMOOTHED * n]).reshape(SMOOTHED, n).mean(axis=1))
        ax.plot((np.arange(SMOOTHED) + 0.5) * top / SMOOTHED, decibels(smooth), linewidth=1.2, color="black")
        ax.set(xlim=(0, top), ylim=(decibels(0) - 5, max(-40, decibels(amplitude.max()) + 5)))
        ax.grid(alpha=0.3)

    def filter_banks(self) -> None:
        """The filters of the mel and of the gammatone spectrogram, fewer than the models have, over kHz."""
        banks = {
            "mel": _layer("mel_spectrogram", self.audio_format, n_mels=N_FILTERS),
            "gammatone": _layer("gammatone_spectrogram", self.audio_format, n_bands=N_FILTERS),
        }
        top = self.rate / 2000

        def draw(ax, layer):
            layer.build((None, self.audio_format.window_length))
            gains = layer.bands / np.maximum(layer.bands.max(axis=0), QUIET)
            colours = pyplot().cm.viridis(np.linspace(0, 0.9, N_FILTERS))
            for colour, gain in zip(colours, gains.T, strict=True):
                ax.plot(np.linspace(0, top, len(gain)), gain, color=colour, linewidth=1)
            ax.set(xlim=(0, top), ylim=(0, 1.05))
            ax.grid(alpha=0.3)

        self.grid("filter_banks", banks, draw, "kHz", "gain of power", columns=1)

    def overlapping_windows(self, signal: np.ndarray, overlap: float) -> None:
        """How a recording is cut into windows that overlap, and their log mel spectrograms.

        Args:
            signal: (samples,) from start on.
            overlap: share of a window.
        """
        length, seconds = self.audio_format.window_length, self.audio_format.seconds
        hop = hop_length(length, overlap)
        signal = signal[: (N_WINDOWS - 1) * hop + length]
        windows = cut_audio_pad_last(signal, length, hop)
        layer = _layer("log_mel_spectrogram", self.audio_format)
        mels, (style,) = np.asarray(layer(windows))[..., 0], feature_styles.of_feature("log_mel_spectrogram", layer, 1)
        figure = pyplot().figure(figsize=SIZE, layout="constrained")
        above, below = figure.subfigures(2, 1)
        firsts = self.start + window_starts(len(signal), length, hop) / self.rate
        whole, axes = above.subplots(), below.subplots(1, len(windows), sharey=True, squeeze=False)[0]
        feature_styles.line(whole, signal, self.start, self.rate)
        bottom, top = whole.get_ylim()
        height = 0.12 * (top - bottom)
        whole.set(xlim=(firsts[0], firsts[-1] + seconds), ylim=(bottom, top + len(windows) * height))
        whole.set(xlabel="seconds", ylabel="amplitude")
        colours = feature_styles.colours(mels, style)
        for i, (ax, mel, first) in enumerate(zip(axes, mels, firsts, strict=True)):
            whole.broken_barh([(first, seconds)], (top + i * height, 0.8 * height), color=f"C{i + 1}")
            image = feature_styles.image(ax, mel, (first, first + seconds), colours)
            ax.xaxis.set_major_formatter("{x:g}")
            for spine in ax.spines.values():
                spine.set(color=f"C{i + 1}", linewidth=2.5)
        feature_styles.row_ticks(axes[0], style, len(mels[0]), self.rate, most=8)
        axes[0].set_ylabel("Hz")
        below.supxlabel("seconds", fontsize="medium")
        feature_styles.colour_bar(image, axes, "dB")
        self.save(figure, "overlapping_windows", f"Windows of {seconds:g} s that overlap by {overlap:.0%}")


def side_by_side(n: int) -> int:
    """How many of n panels stand in a row: about twice as many as there are rows, with few places left empty."""
    return min(range(1, n + 1), key=lambda c: -(-n // c) * c - n + 1.5 * abs(c / -(-n // c) - 2))


def decibels(amplitude: np.ndarray | float) -> np.ndarray:
    """(n, ...) amplitudes in dB from full scale; digital silence is at QUIET."""
    return 20 * np.log10(np.maximum(amplitude, QUIET))


def _layer(name, audio_format, **settings):
    console.import_tensorflow()
    return registry.feature(name).from_audio_format(audio_format, **settings)


def _equal_bands(window, audio_format):
    """(N_BANDS, frames) dB, bands of equal width in Hz."""
    bands = np.array_split(spectrograms.power_spectrogram(window, audio_format), N_BANDS)
    return 10 * np.log10(np.maximum([band.mean(axis=0) for band in bands], QUIET**2))
