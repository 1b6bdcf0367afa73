"""Numbers from which the page draws a recording: waveform, and mel spectrogram in decibels.

In numpy alone, as the server imports nothing that takes seconds. These pictures are for eyes; models have features.
"""

import base64

import numpy as np

COLUMNS = 1000  # about the pixels of a page's width
BANDS = 64
WINDOW_SECONDS = 0.064  # 1024 samples at 16 kHz
RANGE_DB = 80
BLOCK = 1 << 21  # samples of all frames transformed at once: memory does not grow with the recording


def drawing(
    signal: np.ndarray, sample_rate: int, loudest: float | None = None, columns: int = COLUMNS, context: int = 0
) -> dict:
    """A recording, or a part of one, as numbers to draw.

    Args:
        signal: (samples,) float, at least one sample, all finite.
        sample_rate: Hz.
        loudest: amplitude of the tone that is drawn brightest, 1.0 for full scale; None: whatever is loudest here.
        columns: at most so many, of both pictures.
        context: samples at both ends that are not drawn, but are in the frames that reach into them.

    Returns:
        {"seconds", "low": [n], "high": [n], "mel": {"bands", "columns", "values"}}; low and high are the extremes of n
        equal stretches of time; values are base64 of uint8, column after column, lowest band first, from
        0 = 80 dB below the loudest to 255 = the loudest.
    """
    drawn = signal[context : len(signal) - context]
    low, high = _extremes(drawn, columns)
    power = _mel_power(signal, sample_rate, columns, context)
    reference = power.max() if loudest is None else loudest**2
    decibels = 10 * np.log10(np.maximum(power / (reference or 1), 10 ** (-RANGE_DB / 10)))
    values = np.clip(np.round(255 * (1 + decibels / RANGE_DB)), 0, 255).astype(np.uint8)
    return {
        "seconds": len(drawn) / sample_rate,
        "low": low,
        "high": high,
        "mel": {"bands": BANDS, "columns": len(values), "values": base64.b64encode(values.tobytes()).decode()},
    }


def _extremes(signal: np.ndarray, columns: int) -> list[list[float]]:
    """Lowest and highest sample of each column, as two lists."""
    starts = np.arange(0, len(signal), -(-len(signal) // columns))
    return [extreme.reduceat(signal, starts).astype(float).round(4).tolist() for extreme in (np.minimum, np.maximum)]


def _mel_power(signal: np.ndarray, sample_rate: int, columns: int, context: int) -> np.ndarray:
    """(columns, BANDS) power, where a tone of amplitude a has a² in the middle of its band; frames are averaged."""
    n_fft = 2 ** max(4, int(np.log2(WINDOW_SECONDS * sample_rate)))
    samples = len(signal) - 2 * context
    hop = int(np.clip(-(-samples // columns), n_fft // 8, n_fft // 2))
    n_frames = -(-samples // hop)
    together = -(-n_frames // columns)  # frames of a column
    window = np.hanning(n_fft + 1)[:-1] / (n_fft / 4)  # a tone of amplitude 1 has magnitude 1
    filters = _mel_filters(sample_rate, n_fft)
    before = (n_fft - hop) // 2  # a frame lies around its hop

    averages = []
    step = max(1, BLOCK // n_fft // together) * together
    for first in range(0, n_frames, step):
        n = min(step, n_frames - first)
        start = context + first * hop - before
        stop = start + (n - 1) * hop + n_fft
        part = signal[max(0, start) : stop].astype(float)
        part = np.pad(part, (max(0, -start), max(0, stop - len(signal))))
        frames = np.lib.stride_tricks.sliding_window_view(part, n_fft)[::hop]
        bands = np.abs(np.fft.rfft(frames * window)) ** 2 @ filters
        starts = np.arange(0, n, together)
        averages.append(np.add.reduceat(bands, starts) / np.diff([*starts, n])[:, None])
    return np.concatenate(averages)


def _mel_filters(sample_rate: int, n_fft: int) -> np.ndarray:
    """(n_fft // 2 + 1, BANDS) triangles of height 1 on HTK's mel scale, 0 Hz to half the rate, each with a bin."""
    highest = 2595 * np.log10(1 + sample_rate / 2 / 700)
    left, centre, right = (
        700 * (10 ** (np.linspace(0, highest, BANDS + 2)[i : BANDS + i] / 2595) - 1) for i in range(3)
    )
    bin_hz = sample_rate / n_fft
    left, right = np.minimum(left, centre - bin_hz), np.maximum(right, centre + bin_hz)
    hertz = np.arange(n_fft // 2 + 1)[:, None] * bin_hz
    return np.maximum(0, np.minimum((hertz - left) / (centre - left), (right - hertz) / (right - centre)))
