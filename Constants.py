"""The contract: what training, every later step and the phone must agree on.

Change a number here and train again; the app must then be changed the same way. Every trained model carries these
numbers in its run.json, and a later step that finds others refuses to go on. Nothing assigns to them.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

SAMPLE_RATE = 16_000  # Hz; what the microphone of a phone delivers without resampling
AUDIO_PIECE_LENGTH = 2 * SAMPLE_RATE  # samples; the app classifies the last two seconds it heard
N_FFT = 2048  # samples; the phone's mel spectrogram (JLibrosa) uses the same window
HOP_LENGTH = 512  # samples; JLibrosa hops by the same: with another hop its mels are of another sound
N_MELS = 128  # mel bands from 0 Hz to half the sample rate

ROOT = Path(__file__).resolve().parent
LABELS_FILE = ROOT / "labels.txt"
SHIPPED_LABELS = ["silence", "song", "speech"]  # labels.txt as it comes: training may replace it by the user's folders
BACKGROUND = "background"
SILENT_LABELS = ("silence", BACKGROUND, "_background_noise_")  # labels of recordings in which nothing happens
DATA_RAW = ROOT / "data_raw"  # the user's recordings as they came, for PrepareData.py
DATA_LONG = ROOT / "data_long"  # the user's recordings
DATA_SHORT = ROOT / "data_short"  # small and synthetic, to try the scripts with
DATA_SETS = ROOT / "data_sets"  # what PrepareData.py downloads
TRAINED = ROOT / "trained"  # a folder per trained model
BOOSTED = ROOT / "boosted"  # a folder per trained boosting baseline
EVALUATED = ROOT / "evaluated"  # what EvaluateModel.py found
GALLERY = ROOT / "gallery"  # what PlotSignalMelSpec.py draws of features, data and layers
WEIGHTS = ROOT / "weights"  # of pretrained networks, as they were published: downloaded, or put there by hand
SERVED = ROOT / "served"  # what ServeModel.py keeps: trainings that it was asked for
CLASSIFIED = ROOT / "classified"  # what ClassifyRecordings.py found
STORES = ROOT / "cache"  # decoded recordings, for the next run; may be deleted at any time


class InputError(ValueError):
    """What a person gave can not be used; the message names it, says what is wrong and what to do."""


@dataclass(frozen=True)
class Contract:
    """The numbers above as one value, so that a single run may use others (`--seconds`, `--sample-rate`)."""

    sample_rate: int = SAMPLE_RATE
    piece_length: int = AUDIO_PIECE_LENGTH
    n_fft: int = N_FFT
    hop_length: int = HOP_LENGTH
    n_mels: int = N_MELS

    @property
    def n_frames(self):
        """Columns of a spectrogram of one piece, windows centred on every hop."""
        return 1 + self.piece_length // self.hop_length

    @property
    def seconds(self):
        return self.piece_length / self.sample_rate


def make_contract(seconds=None, sample_rate=None, base=None):
    """The contract of this file, or another one, with another piece length (seconds) or sample rate (Hz) if given."""
    base = base or Contract()
    rate = sample_rate or base.sample_rate
    seconds = seconds or base.seconds
    if rate < 1000 or not min(base.n_fft, base.piece_length) <= seconds * rate < 2**31:
        raise InputError(
            f"pieces of {seconds:g} s at {rate} Hz: at least one window of N_FFT = {base.n_fft} samples is needed"
        )
    return replace(base, sample_rate=rate, piece_length=round(seconds * rate))


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


def read_labels(path=LABELS_FILE):
    """The labels of a file, one a line, in the order of the model's outputs.

    Unix and Windows line ends, a byte order mark and blanks inside a label are all welcome.

    Raises:
        InputError: there is no such file, or it holds fewer than two labels, an empty line between labels, or a label
            twice.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8-sig").rstrip().splitlines()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; write one label a line into it") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text; save it again as UTF-8, one label a line") from None
    labels = [line.strip() for line in lines]
    for number, label in enumerate(labels, 1):
        if not label:
            raise InputError(f"{path}, line {number} is empty: take it out, every line is one output of the model")
        if label in labels[: number - 1]:
            first = labels.index(label) + 1
            raise InputError(f"{path}, line {number}: {label!r} stands on line {first} already; take one of them out")
    if len(labels) < 2:
        raise InputError(f"{path} holds {len(labels)} label(s); a classifier needs at least two")
    return labels
