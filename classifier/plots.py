"""Pictures; the one door to matplotlib. A PNG always, a window only where there is a display."""

import os
import sys

import matplotlib
import numpy as np

SIZE = (9, 4.5)  # inches
DPI = 110


def _pyplot():
    if "matplotlib.pyplot" not in sys.modules and not _has_display():
        matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def _has_display():
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def curves(history, kept, title, path):
    """Loss and mean recall, training and validation, over the epochs of a history; a line at the epoch kept."""
    plt = _pyplot()
    figure, axes = plt.subplots(1, 2, figsize=SIZE, layout="constrained")
    epochs = np.arange(1, len(history["loss"]) + 1)
    for ax, what, label in zip(axes, ("loss", "mean_recall"), ("loss", "mean of the per-label recalls"), strict=True):
        ax.plot(epochs, history[what], label="training")
        ax.plot(epochs, history[f"validation_{what}"], label="validation")
        ax.axvline(kept, color="grey", linestyle=":", label="kept")
        ax.set(xlabel="epoch", ylabel=label)
        ax.grid(alpha=0.3)
        ax.legend()
    axes[1].set_ylim(0, 1.02)
    figure.suptitle(title)
    _save(figure, path)


def confusion(counts, labels, title, path):
    """A confusion matrix: counts, coloured by the share of their row (the recall)."""
    plt = _pyplot()
    counts = np.asarray(counts)
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    side = max(4.5, 0.7 * len(labels) + 2)
    figure, ax = plt.subplots(figsize=(side + 1, side), layout="constrained")
    image = ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    figure.colorbar(image, label="share of the true label", shrink=0.8)
    for row, column in np.ndindex(*counts.shape):
        colour = "white" if shares[row, column] > 0.5 else "black"
        ax.text(column, row, counts[row, column], ha="center", va="center", color=colour)
    ax.set_xticks(range(len(labels)), labels, rotation=30, ha="right")
    ax.set_yticks(range(len(labels)), labels)
    ax.set(xlabel="predicted", ylabel="true", title=title)
    _save(figure, path)


def recording(signal, power, mel_power, contract, title, path, show=False):
    """Waveform, spectrogram and mel spectrogram of a recording, below each other.

    Args:
        signal: (samples,).
        power: (n_fft / 2 + 1, frames) power spectrogram; mel_power: (n_mels, frames).
        path: of the PNG.
        show: open a window too, where there is a display.
    """
    plt = _pyplot()
    seconds = len(signal) / contract.sample_rate
    figure, axes = plt.subplots(3, 1, figsize=(9, 9), sharex=True, layout="constrained")
    axes[0].plot(np.arange(len(signal)) / contract.sample_rate, signal, linewidth=0.5)
    axes[0].set(ylabel="amplitude", title=title, xlim=(0, seconds))
    axes[0].grid(alpha=0.3)

    import librosa

    top = contract.sample_rate / 2
    mel_hz = librosa.mel_frequencies(contract.n_mels, fmax=top)
    for ax, values, name in ((axes[1], power, "spectrogram"), (axes[2], mel_power, "mel spectrogram")):
        decibels = librosa.power_to_db(values)
        image = ax.imshow(decibels, origin="lower", aspect="auto", extent=(0, seconds, 0, len(values)), cmap="magma")
        ticks = np.linspace(0, len(values) - 1, 9).round().astype(int)
        hertz = mel_hz[ticks] if ax is axes[2] else ticks * top / (len(values) - 1)
        ax.set_yticks(ticks + 0.5, [f"{value:.0f}" for value in hertz])
        ax.set(ylabel=f"{name}, Hz")
        figure.colorbar(image, ax=ax, label="power, dB", pad=0.01)
    axes[2].set_xlabel("seconds")
    _save(figure, path, show)


def _save(figure, path, show=False):
    plt = _pyplot()
    from classifier import artifact

    with artifact.new_file(path) as fresh:
        figure.savefig(fresh, dpi=DPI, format="png")
    if show and _has_display():
        plt.show()
    plt.close(figure)
