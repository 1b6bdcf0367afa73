"""Cut recordings into windows."""

import numpy as np

from Constants import AUDIO_PIECE_LENGTH


def cut_audio(signal, window_length=AUDIO_PIECE_LENGTH, hop=None):
    """Cut a recording into full windows; a remainder is dropped.

    Args:
        signal: (samples,) one channel.
        window_length: samples of a window.
        hop: samples from one start to the next; a window where not given, so that windows touch and do not overlap.

    Returns:
        (windows, window_length) view of the signal; no window when it is shorter than one.

    Raises:
        ValueError: the signal has more than one channel.
    """
    signal = np.asarray(signal)
    if signal.ndim != 1:
        raise ValueError(
            f"cut_audio takes one channel, shape (samples,); got {signal.shape}: read it with recording.read"
        )
    if len(signal) < window_length:
        return np.empty((0, window_length), signal.dtype)
    return np.lib.stride_tricks.sliding_window_view(signal, window_length)[:: hop or window_length]


def cut_audio_pad_last(signal, window_length=AUDIO_PIECE_LENGTH, hop=None):
    """Cut a recording into windows, the last one padded with silence so that no sample is lost.

    Arguments and errors are cut_audio's.

    Returns:
        (windows, window_length) copy; an empty signal has no window.
    """
    signal = np.asarray(signal)
    hop = hop or window_length
    if signal.ndim == 1 and len(signal):
        n_windows = 1 + max(0, -(-(len(signal) - window_length) // hop))
        signal = np.pad(signal, (0, (n_windows - 1) * hop + window_length - len(signal)))
    return cut_audio(signal, window_length, hop)


def cut_blocks(blocks, window_length=AUDIO_PIECE_LENGTH, hop=None):
    """What cut_audio_pad_last makes of a recording that comes block by block; memory holds a block and a window.

    Args:
        blocks: iterable of (n,) samples.

    Yields:
        number of the first window, (windows, window_length), and the sample up to which they hold sound; at least once,
        unless there is no sample.
    """
    hop = hop or window_length
    held, n_windows = np.empty(0, "float32"), 0
    for block in blocks:
        held = np.concatenate([held, block])
        windows = cut_audio(held, window_length, hop)
        if len(windows):
            yield n_windows, windows, (n_windows + len(windows) - 1) * hop + window_length
            n_windows, held = n_windows + len(windows), held[len(windows) * hop :]
    if len(held) > (window_length - hop if n_windows else 0):
        yield n_windows, cut_audio_pad_last(held, window_length, hop), n_windows * hop + len(held)
