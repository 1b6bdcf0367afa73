"""A recording, and what a model paid attention to in it, second by second."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib
import numpy as np

from classifier.audio import recording, spectrograms
from classifier.inference import attention
from classifier.inference.prediction import NO_LABEL
from classifier.plotting.figure import pyplot, save
from classifier.records.artifact import Artifact
from classifier.records.audio_format import AudioFormat

MOST = 5  # labels in a picture


def draw_recording(trained: Artifact, path: Path, png: Path, show: bool = False, channel: str | None = None) -> None:
    """Run a model on a recording, and draw what it paid attention to.

    Args:
        trained: what inference.attention.load returns.
        path: of the recording.
        png: of the picture.
        show: open a window too, where there is a display.
        channel: of audio.channels.CHANNELS; None: what the model was trained on.

    Raises:
        InputError: the recording cannot be read.
    """
    audio_format = trained.audio_format
    signal = recording.read(path, audio_format.sample_rate, channel or trained.record.config.channel)
    found = attention.attend(trained, signal)
    answer = found.answer
    most = np.argsort(-answer.recording, kind="stable")[:MOST]
    strips = {f"{trained.labels[i]} {answer.recording[i]:.1%}": found.spoke[:, i] for i in most}
    title = f"{Path(path).name}, by {trained.name}: {answer.label or NO_LABEL}"
    if answer.label:
        title += f", {answer.recording[trained.labels.index(answer.label)]:.1%}"
    mel_power = spectrograms.mel_spectrograms([signal], audio_format)[0]
    draw(signal, mel_power, (found.starts, found.ends), strips, audio_format, title, png, show)


def draw(
    signal: np.ndarray,
    mel_power: np.ndarray,
    steps: tuple[np.ndarray, np.ndarray],
    strips: Mapping[str, np.ndarray],
    audio_format: AudioFormat,
    title: str,
    path: Path,
    show: bool = False,
) -> None:
    """Draw waveform and mel spectrogram of a recording; below, the first strip as bars, then all strips as colours.

    Args:
        signal: (samples,).
        mel_power: (n_mels, frames) power mel spectrogram.
        steps: where they start and end: two of (steps,) seconds. Between them nothing is drawn.
        strips: {label: (steps,) in [0, 1]}; the first one stands out.
        path: of the PNG.
        show: open a window too, where there is a display.
    """
    import librosa

    plt = pyplot()
    starts, ends = steps
    meaning = "attention × said"
    seconds = len(signal) / audio_format.sample_rate
    first, values = next(iter(strips.items()))
    rows = 0.32 * len(strips) + 0.3  # inches
    heights = (1.4, 2.4, 1.2, rows)
    size = (11, sum(heights) + 1.6)
    figure, axes = plt.subplots(4, 1, figsize=size, sharex=True, height_ratios=heights, layout="constrained")
    axes[0].plot(np.arange(len(signal)) / audio_format.sample_rate, signal, linewidth=0.5)
    axes[0].set(ylabel="amplitude", title=title, xlim=(0, seconds))
    axes[0].grid(alpha=0.3)

    decibels = librosa.power_to_db(mel_power)
    extent = (0, seconds, 0, len(mel_power))
    image = axes[1].imshow(decibels, origin="lower", aspect="auto", extent=extent, cmap="magma")
    ticks = np.linspace(0, len(mel_power) - 1, 5).round().astype(int)
    hertz = librosa.mel_frequencies(audio_format.n_mels, fmax=audio_format.sample_rate / 2)[ticks]
    axes[1].set_yticks(ticks + 0.5, [f"{value:.0f}" for value in hertz])
    axes[1].set(ylabel="mel, Hz")
    figure.colorbar(image, ax=axes[1], label="power, dB", pad=0.01)

    highest = max(max(map(np.max, strips.values())), 1e-6)
    axes[2].bar(starts, values, ends - starts, align="edge", color="tab:orange")
    axes[2].set(ylabel=meaning, ylim=(0, 1.05 * highest))
    axes[2].set_title(first, loc="left", fontsize="medium", weight="bold")
    axes[2].grid(alpha=0.3)
    colours = matplotlib.colormaps["inferno"]
    for row, of_label in enumerate(strips.values()):
        spans = np.stack([starts, ends - starts], axis=1)
        axes[3].broken_barh(spans, (row - 0.45, 0.9), facecolors=colours(of_label / highest))
    axes[3].set_yticks(range(len(strips)), strips)
    axes[3].get_yticklabels()[0].set_weight("bold")
    axes[3].set(
        xlabel="seconds (bright: this spoke for the label; grey: not in the recording)",
        ylim=(len(strips) - 0.5, -0.5),
        facecolor="lightgrey",
    )
    scale = matplotlib.cm.ScalarMappable(matplotlib.colors.Normalize(0, highest), colours)
    figure.colorbar(scale, ax=axes[3], label=meaning, pad=0.01)
    save(figure, path, show)
