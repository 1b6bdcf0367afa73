"""Pictures; the one door to matplotlib. A PNG always, a window only where there is a display."""

import os
import sys
from pathlib import Path

import matplotlib
import matplotlib.ticker
import numpy as np

from classifier.core import atomic_files

SIZE = (9, 4.5)  # inches
DPI = 110


def pyplot():
    if "matplotlib.pyplot" not in sys.modules and not _has_display():
        matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def _has_display():
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def curves(history, kept, title, path):
    """Loss and balanced accuracy, training and validation, over the epochs of a history; a line at the epoch kept."""
    plt = pyplot()
    figure, axes = plt.subplots(1, 2, figsize=SIZE, layout="constrained")
    epochs = np.arange(1, len(history["loss"]) + 1)
    for ax, what, label in zip(
        axes, ("loss", "balanced_accuracy"), ("loss", "mean of the per-label recalls"), strict=True
    ):
        ax.plot(epochs, history[what], label="training")
        ax.plot(epochs, history[f"validation_{what}"], label="validation")
        ax.axvline(kept, color="grey", linestyle=":", label="kept")
        ax.set(xlabel="epoch", ylabel=label)
        ax.grid(alpha=0.3)
        ax.legend()
    axes[1].set_ylim(0, 1.02)
    figure.suptitle(title)
    save(figure, path)


def confusion(counts, labels, title, path):
    """A confusion matrix: counts, coloured by the share of their row (the recall)."""
    plt = pyplot()
    counts = np.asarray(counts)
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    split_name = max(4.5, 0.7 * len(labels) + 2)
    figure, ax = plt.subplots(figsize=(split_name + 1, split_name), layout="constrained")
    image = ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    figure.colorbar(image, label="share of the true label", shrink=0.8)
    for row, column in np.ndindex(*counts.shape):
        colour = "white" if shares[row, column] > 0.5 else "black"
        ax.text(column, row, counts[row, column], ha="center", va="center", color=colour)
    ax.set_xticks(range(len(labels)), labels, rotation=30, ha="right")
    ax.set_yticks(range(len(labels)), labels)
    ax.set(xlabel="predicted", ylabel="true", title=title)
    save(figure, path)


def confusions(scores, labels, title, stem):
    """Both confusion matrices of metrics.score: <stem>_windows.png and <stem>_recordings.png."""
    for what in ("windows", "recordings"):
        right = f"{scores[what]['right']} of {scores[what]['n']} right"
        confusion(scores[what]["confusion"], labels, f"{title} {what}, {right}", Path(f"{stem}_{what}.png"))


def before_and_after(signals, powers, audio_format, title, path):
    """Waveform and spectrogram of a recording, as it came (left) and prepared (right).

    Args:
        signals: two of (samples,). powers: their (n_fft / 2 + 1, frames) power spectrograms.
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


def checkup(found, path):
    """A check-up (checkup.check) as a picture: hours, length, level, bandwidth and rates by label, and shortcuts."""
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
    colours = ["tab:red" if row["warning"] else "tab:grey" for row in shortcuts]
    last.barh([row["property"] for row in shortcuts], [row["balanced_accuracy"] for row in shortcuts], color=colours)
    last.set(title="labels told by one property (red: shortcut)", xlim=(0, 1), xlabel="balanced accuracy")
    if shortcuts:
        last.axvline(shortcuts[0]["chance"], color="black", linestyle=":", label="guessing")
        last.legend(fontsize="small")
        last.invert_yaxis()
    figure.suptitle(found["data"])
    save(figure, path)


def recording(signal, power, mel_power, audio_format, title, path, show=False):
    """Waveform, spectrogram and mel spectrogram of a recording, below each other.

    Args:
        signal: (samples,).
        power: (n_fft / 2 + 1, frames) power spectrogram; mel_power: (n_mels, frames).
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


def attention(signal, mel_power, steps, strips, audio_format, title, path, show=False):
    """Waveform and mel spectrogram of a recording; below, what its steps say: the first strip as bars, then all strips.

    Args:
        signal: (samples,).
        mel_power: (n_mels, frames).
        steps: where they start and end: two of (steps,) seconds. Between them nothing is drawn.
        strips: {label, or more words: (steps,) of 0 to 1}; the first one stands out.
        path: of the PNG.
        show: open a window too, where there is a display.
    """
    import librosa

    plt = pyplot()
    (starts, ends), meaning = steps, "attention × said"
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
        xlabel="seconds (bright: this spoke for the label; grey: not heard)",
        ylim=(len(strips) - 0.5, -0.5),
        facecolor="lightgrey",
    )
    scale = matplotlib.cm.ScalarMappable(matplotlib.colors.Normalize(0, highest), colours)
    figure.colorbar(scale, ax=axes[3], label=meaning, pad=0.01)
    save(figure, path, show)


def reliability(tables, title, path):
    """How often a model is right when it is so sure, against the line where both are equal; windows a bin below.

    Args:
        tables: {name, such as "before" and "after": rows of calibration.expected_calibration_error}.
    """
    plt = pyplot()
    figure, (above, below) = plt.subplots(2, 1, figsize=(6, 7), sharex=True, height_ratios=(3, 1), layout="constrained")
    above.plot([0, 1], [0, 1], color="grey", linestyle=":", label="as sure as right")
    for name, rows in tables.items():
        confidence, accuracy, windows = np.transpose(rows)
        error = np.average(np.abs(confidence - accuracy), weights=windows)
        above.plot(confidence, accuracy, marker="o", label=f"{name}: {error:.1%} apart")
        below.plot(confidence, windows, marker="o", color=above.lines[-1].get_color())
    above.set(ylabel="share of windows that are right", xlim=(0, 1.02), ylim=(0, 1.02))
    below.set(xlabel="confidence: the largest probability", ylabel="windows")
    below.set_yscale("log")
    for ax in (above, below):
        ax.grid(alpha=0.3)
    above.legend()
    figure.suptitle(title)
    save(figure, path)


def thumbnail(mel_power, path):
    """A spectrogram without axes, small enough to stand in a page; 70 dB from dark to bright.

    Args:
        mel_power: (n_mels, frames).
    """
    import matplotlib.image

    decibels = 10 * np.log10(np.maximum(mel_power, 1e-10))
    brightest = max(decibels.max(), -40)  # digital silence stays dark
    with atomic_files.new_file(path) as fresh:
        matplotlib.image.imsave(
            fresh, decibels, origin="lower", cmap="magma", vmin=brightest - 70, vmax=brightest, format="png"
        )


def save(figure, path, show=False):
    plt = pyplot()
    with atomic_files.new_file(path) as fresh:
        figure.savefig(fresh, dpi=DPI, format="png")
    if show and _has_display():
        plt.show()
    plt.close(figure)
