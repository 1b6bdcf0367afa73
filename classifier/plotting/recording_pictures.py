"""Waveform and spectrograms of a recording."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classifier.core import atomic_files
from classifier.plotting.figure import pyplot, save
from classifier.records.audio_format import AudioFormat


def draw(
    signal: np.ndarray,
    power: np.ndarray,
    mel_power: np.ndarray,
    audio_format: AudioFormat,
    title: str,
    path: Path,
    show: bool = False,
) -> None:
    """Draw waveform, spectrogram and mel spectrogram below each other.

    Args:
        signal: (samples,).
        power: (n_fft / 2 + 1, frames) power spectrogram.
        mel_power: (n_mels, frames) power mel spectrogram.
        path: of the PNG.
        show: open a window too, where there is a display.
    """
    plt = pyplot()
    seconds = len(signal) / audio_format.sample_rate
    figure, axes = plt.subplots(3, 1, figsize=(9, 9), sharex=True, layout="constrained")
    axes[0].plot(np.arange(len(signal)) / audio_format.sample_rate, signal, linewidth=0.5)
    axes[0].set(ylabel="amplitude", title=title, xlim=(0, seconds))
    axes[0].grid(alpha=0.3)

    import librosa

    top = audio_format.sample_rate / 2
    mel_hz = librosa.mel_frequencies(audio_format.n_mels, fmax=top)
    for ax, values, name in ((axes[1], power, "spectrogram"), (axes[2], mel_power, "mel spectrogram")):
        decibels = librosa.power_to_db(values)
        image = ax.imshow(decibels, origin="lower", aspect="auto", extent=(0, seconds, 0, len(values)), cmap="magma")
        ticks = np.linspace(0, len(values) - 1, 9).round().astype(int)
        hertz = mel_hz[ticks] if ax is axes[2] else ticks * top / (len(values) - 1)
        ax.set_yticks(ticks + 0.5, [f"{value:.0f}" for value in hertz])
        ax.set(ylabel=f"{name}, Hz")
        figure.colorbar(image, ax=ax, label="power, dB", pad=0.01)
    axes[2].set_xlabel("seconds")
    save(figure, path, show)


def draw_before_and_after(
    signals: Sequence[np.ndarray], powers: Sequence[np.ndarray], audio_format: AudioFormat, title: str, path: Path
) -> None:
    """Draw waveform and spectrogram of a recording, as it came (left) and prepared (right).

    Args:
        signals: two of (samples,).
        powers: their (n_fft / 2 + 1, frames) power spectrograms.
        path: of the PNG.
    """
    plt = pyplot()
    longest = max(map(len, signals)) / audio_format.sample_rate
    figure, axes = plt.subplots(2, 2, figsize=(12, 6), sharex=True, sharey="row", layout="constrained")
    for column, signal, power, name in zip(axes.T, signals, powers, ("as it came", "prepared"), strict=True):
        seconds = len(signal) / audio_format.sample_rate
        column[0].plot(np.arange(len(signal)) / audio_format.sample_rate, signal, linewidth=0.5)
        column[0].set(title=f"{name}, {seconds:.2f} s", xlim=(0, longest))
        column[0].grid(alpha=0.3)
        decibels = 10 * np.log10(np.maximum(power, 1e-10))
        extent = (0, seconds, 0, audio_format.sample_rate / 2)
        image = column[1].imshow(
            decibels, origin="lower", aspect="auto", extent=extent, cmap="magma", vmin=-60, vmax=40
        )
        column[1].set(xlabel="seconds", xlim=(0, longest))
    axes[0, 0].set_ylabel("amplitude")
    axes[1, 0].set_ylabel("Hz")
    figure.colorbar(image, ax=axes[1], label="power, dB", pad=0.01)
    figure.suptitle(title)
    save(figure, path)


def draw_thumbnail(mel_power: np.ndarray, path: Path) -> None:
    """Draw a spectrogram without axes, one pixel per value; 70 dB from dark to bright.

    Args:
        mel_power: (n_mels, frames) power mel spectrogram.
        path: of the PNG.
    """
    import matplotlib.image

    decibels = 10 * np.log10(np.maximum(mel_power, 1e-10))
    brightest = max(decibels.max(), -40)  # digital silence stays dark
    with atomic_files.new_file(path) as fresh:
        matplotlib.image.imsave(
            fresh, decibels, origin="lower", cmap="magma", vmin=brightest - 70, vmax=brightest, format="png"
        )
