"""Cut recordings into windows."""

import numpy as np

from Constants import AUDIO_PIECE_LENGTH


def cut_audio(signal, piece_length=AUDIO_PIECE_LENGTH, hop=None):
    """Cut a recording into full pieces; a remainder is dropped.

    Args:
        signal: (samples,) one channel.
        piece_length: samples of a piece.
        hop: samples from one start to the next; a piece where not given, so that pieces touch and do not overlap.

    Returns:
        (pieces, piece_length) view of the signal; no piece when it is shorter than one.

    Raises:
        ValueError: the signal has more than one channel.
    """
    signal = np.asarray(signal)
    if signal.ndim != 1:
        raise ValueError(
            f"cut_audio takes one channel, shape (samples,); got {signal.shape}: read it with recording.read"
        )
    if len(signal) < piece_length:
        return np.empty((0, piece_length), signal.dtype)
    return np.lib.stride_tricks.sliding_window_view(signal, piece_length)[:: hop or piece_length]


def cut_audio_pad_last(signal, piece_length=AUDIO_PIECE_LENGTH, hop=None):
    """Cut a recording into pieces, the last one padded with silence so that no sample is lost.

    Arguments and errors are cut_audio's.

    Returns:
        (pieces, piece_length) copy; an empty signal has no piece.
    """
    signal = np.asarray(signal)
    hop = hop or piece_length
    if signal.ndim == 1 and len(signal):
        n_pieces = 1 + max(0, -(-(len(signal) - piece_length) // hop))
        signal = np.pad(signal, (0, (n_pieces - 1) * hop + piece_length - len(signal)))
    return cut_audio(signal, piece_length, hop)


def cut_blocks(blocks, piece_length=AUDIO_PIECE_LENGTH, hop=None):
    """What cut_audio_pad_last makes of a recording that comes block by block; memory holds a block and a piece.

    Args:
        blocks: iterable of (n,) samples.

    Yields:
        number of the first piece, (pieces, piece_length), and the sample up to which they hold sound; at least once,
        unless there is no sample.
    """
    hop = hop or piece_length
    held, n_pieces = np.empty(0, "float32"), 0
    for block in blocks:
        held = np.concatenate([held, block])
        pieces = cut_audio(held, piece_length, hop)
        if len(pieces):
            yield n_pieces, pieces, (n_pieces + len(pieces) - 1) * hop + piece_length
            n_pieces, held = n_pieces + len(pieces), held[len(pieces) * hop :]
    if len(held) > (piece_length - hop if n_pieces else 0):
        yield n_pieces, cut_audio_pad_last(held, piece_length, hop), n_pieces * hop + len(held)
