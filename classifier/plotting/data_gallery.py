"""Pictures of a data folder, label by label: number, length and spectra of its recordings, and their features.

A label's example is its recording of median length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.audio import recording
from classifier.audio.channels import MIX
from classifier.core import console, parallel
from classifier.core.errors import InputError
from classifier.core.text import natural
from classifier.data.layouts import Clip
from classifier.plotting.figure import pyplot
from classifier.plotting.gallery import Gallery, decibels, read, side_by_side
from classifier.records.audio_format import AudioFormat

RATE = 16_000  # Hz, of the signatures
N_FFT, HOP = 512, 256  # samples, of the signatures: 257 frequencies, those of classifier/features/stft_mean
MOST_LABELS = 30  # examples in a picture


def draw(
    name: str,
    clips: Sequence[Clip],
    features: Sequence[str],
    audio_format: AudioFormat,
    start: float,
    folder: Path,
    channel: str = MIX,
) -> list[Path]:
    """A gallery of an example of each label, and of what there is to count.

    Args:
        name: of the data.
        clips: of the data.
        features: names.
        start: seconds at which the windows begin that features are computed of.
        folder: for the pictures.
        channel: of audio.channels.CHANNELS.

    Returns:
        paths of the pictures.

    Raises:
        InputError: no recording of a label can be read.
    """
    facts = _measure(clips, channel)
    shown = dict(list(facts.items())[:MOST_LABELS])
    if len(shown) < len(facts):
        console.say(f"{len(shown)} of {len(facts)} labels have a place in the pictures, the first ones by name")
    columns = side_by_side(len(shown))
    rows = -(-len(shown) // columns)
    gallery = Gallery(name, audio_format, start, folder, (1.5 + 2.5 * columns, 1.5 + 2.1 * rows))
    _distribution(gallery, facts)
    _lengths(gallery, shown)
    _signatures(gallery, shown)
    signals = {}
    for label, of_label in shown.items():
        by_length = sorted(of_label, key=lambda fact: (fact.seconds, fact.clip.path))
        clip = by_length[(len(by_length) - 1) // 2].clip
        console.say(f"{label}: {clip.path.name}")
        signals[label] = read(clip.path, audio_format, start, audio_format.seconds, clip, channel)
    gallery.before_features(signals)
    gallery.features(features, signals)
    return gallery.made


@dataclass(frozen=True)
class Fact:
    """What was measured of a clip.

    Attributes:
        seconds: its length.
        spectrum: (N_FFT / 2 + 1,) its mean magnitude, 1 is full scale.
    """

    clip: Clip
    seconds: float
    spectrum: np.ndarray


def _measure(clips, channel):
    """{label: [Fact]} of the clips that can be read, by label."""
    work = parallel.results(_fact, [(clip, channel) for clip in clips], threads=True, in_order=True)
    facts = [fact for fact in console.progress(work, "looking at recordings", len(clips)) if fact]
    if len(facts) < len(clips):
        console.say(f"{len(clips) - len(facts)} of {len(clips)} recordings cannot be read; they are left out")
    found = {label: [] for label in sorted({clip.label for clip in clips}, key=natural)}
    for fact in facts:
        found[fact.clip.label].append(fact)
    for label, of_label in found.items():
        if not of_label:
            raise InputError(f"no recording of {label!r} can be read; python PrepareData.py says why")
    return found


def _fact(clip, channel):
    """The Fact of a clip; None where it cannot be read."""
    try:
        n, n_frames, total = 0, 0, np.zeros(N_FFT // 2 + 1)
        window = np.hanning(N_FFT + 1)[:-1]
        for block in recording.blocks(clip.path, RATE, clip.start, clip.end, channel):
            n += len(block)
            block = np.pad(block, (0, max(0, N_FFT - len(block))))
            frames = np.lib.stride_tricks.sliding_window_view(block, N_FFT)[::HOP]
            total += np.abs(np.fft.rfft(frames * window)).sum(axis=0) * 2 / window.sum()
            n_frames += len(frames)
    except InputError:
        return None
    return Fact(clip, n / RATE, total / n_frames)


def _distribution(gallery, facts):
    """Recordings and minutes of each label; facts are {label: [Fact]}."""
    size = (gallery.size[0], max(gallery.size[1], 1.2 + 0.25 * len(facts)))
    figure, axes = pyplot().subplots(1, 2, figsize=size, sharey=True, layout="constrained")
    counts = [len(of_label) for of_label in facts.values()]
    minutes = [sum(fact.seconds for fact in of_label) / 60 for of_label in facts.values()]
    panels = (("recordings", counts, "{:.0f}"), ("minutes", minutes, "{:.1f}"))
    for ax, (unit, values, form) in zip(axes, panels, strict=True):
        ax.bar_label(ax.barh(list(facts), values, color="tab:blue"), fmt=form, padding=3, fontsize="small")
        ax.margins(x=0.15)
        ax.grid(alpha=0.3, axis="x")
        ax.set_xlabel(unit)
    axes[0].invert_yaxis()
    gallery.save(figure, "class_distribution")


def _lengths(gallery, facts):
    """How many recordings of each label are how long; facts are {label: [Fact]}."""
    seconds = {label: [fact.seconds for fact in of_label] for label, of_label in facts.items()}
    low, high = min(map(min, seconds.values())), max(map(max, seconds.values()))
    wide = high > 10 * low
    edges = np.geomspace(low, high, 31) if wide else np.linspace(0.9 * low, 1.1 * high, 31)

    def draw(ax, of_label):
        ax.hist(of_label, edges, color="tab:blue")
        ax.axvline(np.median(of_label), color="black", linestyle=":")
        if wide:
            ax.set_xscale("log")
            ax.xaxis.get_major_locator().set_params(subs=(1, 3) if high < 300 * low else (1,))
            ax.xaxis.set_major_formatter("{x:g}")
            ax.xaxis.set_minor_formatter("")
        ax.grid(alpha=0.3)

    gallery.grid("class_lengths", seconds, draw, "seconds (dotted: the median)", "recordings")


def _signatures(gallery, facts):
    """The mean spectrum of each label's recordings, and where eight of ten of them lie; grey: the other labels'."""
    kilohertz = np.linspace(0, RATE / 2000, N_FFT // 2 + 1)
    spectra = {label: decibels(np.array([fact.spectrum for fact in of_label])) for label, of_label in facts.items()}
    medians = {label: np.median(of_label, axis=0) for label, of_label in spectra.items()}

    def draw(ax, label):
        for other in medians.values():
            ax.plot(kilohertz, other, color="lightgrey", linewidth=0.7)
        ax.fill_between(kilohertz, *np.quantile(spectra[label], [0.1, 0.9], axis=0), alpha=0.3, linewidth=0)
        ax.plot(kilohertz, medians[label], color="tab:blue")
        ax.set_xlim(0, RATE / 2000)
        ax.grid(alpha=0.3)

    labels = {label: label for label in facts}
    gallery.grid("stft_mean_signatures", labels, draw, "kHz", "dB (grey: the other labels)")
