"""Power spectra as products with small matrices, for single windows on a phone.

Phones multiply matrices well: this takes half the time of their FFT operator, which computes in doubles, for
30 KB more. On the batches of a training an FFT is faster.

An FFT of rows * columns samples (Cooley & Tukey, Mathematics of Computation 19, 1965): read a frame as a matrix, row by
row; transform its columns, rotate each value by an angle, transform the rows. As audio is real, half of each transform
determines the rest. Frames are the last axis throughout, so that constants are multiplied from the left.
"""

import numpy as np
from keras import KerasTensor, ops


def possible(n_fft: int, hop_length: int) -> bool:
    """Whether n_fft is a power of two and an even multiple of the hop."""
    return n_fft >= 16 and n_fft & (n_fft - 1) == 0 and n_fft % (2 * hop_length) == 0


def power(audio: KerasTensor, n_fft: int, hop_length: int, centred: bool = True) -> tuple[KerasTensor, np.ndarray]:
    """The squared magnitude of `_stft.stft`, its bins in another order.

    Args:
        audio: (batch, samples).
        n_fft, hop_length: samples; `possible` must hold.
        centred: as of `_stft.stft`; if not, the samples must be a whole number of hops.

    Returns:
        (batch, frames, values), and which of the n_fft // 2 + 1 bins each value is: (values,) int, -1 for repetitions.
    """
    rows = 2 ** ((n_fft.bit_length() - 1) // 2)
    columns = n_fft // rows
    frames = _windowed(audio, n_fft, hop_length, centred)
    n_frames, half = frames.shape[-1], rows // 2 + 1
    waves = ops.matmul(_waves(rows), ops.reshape(frames, (-1, rows, columns * n_frames)))
    real, imaginary = (ops.reshape(x, (-1, half, columns, n_frames)) for x in (waves[:, :half], waves[:, half:]))
    angles = 2 * np.pi * np.outer(np.arange(half), np.arange(columns))[:, :, None] / n_fft
    cosine, sine = np.cos(angles).astype("float32"), np.sin(angles).astype("float32")
    real, imaginary = real * cosine - imaginary * sine, real * sine + imaginary * cosine

    half = columns // 2 + 1
    real, imaginary = ops.matmul(_waves(columns), real), ops.matmul(_waves(columns), imaginary)
    (a, b), (c, d) = ((x[:, :, :half], x[:, :, half:]) for x in (real, imaginary))
    up, down = ops.square(a - d) + ops.square(b + c), ops.square(a + d) + ops.square(b - c)
    bins = _bins(rows, columns)
    values = ops.reshape(ops.concatenate([up, down], axis=1), (-1, len(bins), n_frames))
    return ops.transpose(values, (0, 2, 1)), bins


def _windowed(audio: KerasTensor, n_fft: int, hop_length: int, centred: bool) -> KerasTensor:
    """(batch, samples) -> (batch, n_fft, frames), as `_stft.stft` cuts and windows them."""
    hops_per_frame = n_fft // hop_length
    n_frames = 1 + audio.shape[1] // hop_length - (0 if centred else hops_per_frame)
    n_hops = n_frames - 1 + hops_per_frame
    before = n_fft // 2 if centred else 0
    padded = ops.pad(audio, [[0, 0], [before, n_hops * hop_length - before - audio.shape[1]]])
    hops = ops.transpose(ops.reshape(padded, (-1, n_hops, hop_length)), (0, 2, 1))
    rising = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft // 2) / n_fft)
    parts = []
    for i in range(hops_per_frame):
        part = hops[:, :, i : i + n_frames]
        weights = rising.reshape(-1, hop_length, 1)[i % (hops_per_frame // 2)].astype("float32")
        parts.append(part * weights if i < hops_per_frame // 2 else part - part * weights)  # falling is 1 minus rising
    return ops.concatenate(parts, axis=1)


def _waves(n: int) -> np.ndarray:
    """Cosines and then sines of 0 to n / 2 periods over n samples: (n + 2, n) float32."""
    angles = 2 * np.pi * (np.outer(np.arange(n // 2 + 1), np.arange(n)) % n) / n
    return np.concatenate([np.cos(angles), np.sin(angles)]).astype("float32")


def _bins(rows: int, columns: int) -> np.ndarray:
    """(values,) the bin of each value: from each of 0 to rows / 2 upwards in steps of rows, then the same downwards."""
    first, steps = np.arange(rows // 2 + 1)[:, None], rows * np.arange(columns // 2 + 1)
    bins = np.concatenate([first + steps, steps - first]).ravel()
    is_first = np.zeros(len(bins), bool)
    is_first[np.unique(bins, return_index=True)[1]] = True
    return np.where(is_first & (bins >= 0) & (bins <= rows * columns // 2), bins, -1)
