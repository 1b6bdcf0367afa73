"""Cut recordings into windows.

A window is one model input; where windows overlap, the hop is shorter than a window. No window holds padding: a
recording that is shorter than a window goes on with its own background (`filled`), and the last window of a longer one
ends with the recording, so that it may repeat some of the window before.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from classifier.core.bounds import check_range
from classifier.core.errors import InputError
from Constants import AUDIO_PIECE_LENGTH

BACKGROUND = 4  # a recording's background is the quietest quarter of it


@dataclass(frozen=True)
class Cut:
    """How recordings are cut into windows to be tested; windows touch where nothing else is said.

    Attributes:
        overlap: share of a window that the next one repeats, in [0, 1).
        crops: so many windows of each recording, spread evenly over it; None: as the overlap says.

    Raises:
        InputError: a value is out of range, or both are given.
    """

    overlap: float = 0.0
    crops: int | None = None

    def __post_init__(self):
        check_range("--overlap", self.overlap, "a share of a window", 0, below=1)
        if self.crops is not None:
            check_range("--crops", self.crops, "how many windows of each recording are tested", 1)
            if self.overlap:
                raise InputError("--overlap and --crops both say where windows begin: leave one out")

    def __str__(self):
        if self.crops:
            return f"{self.crops} crops"
        return f"overlap {self.overlap:g}" if self.overlap else ""


def hop_length(window_length: int, overlap: float) -> int:
    """Samples from the start of a window to the start of the next.

    Args:
        window_length: samples of a window.
        overlap: share of a window that the next one repeats, in [0, 1).

    Returns:
        at least 1.

    Raises:
        InputError: the overlap is out of range.
    """
    check_range("--overlap", overlap, "a share of a window", 0, below=1)
    return max(1, round(window_length * (1 - overlap)))


def window_starts(n_samples: int, window_length: int, hop: int | None = None) -> np.ndarray:
    """Where the windows of a recording start.

    Args:
        n_samples: of the recording, at least 1.
        window_length, hop: samples, as of cut_audio.

    Returns:
        (windows,) samples; the last one is moved back to where its window ends with the recording.
    """
    latest = max(0, n_samples - window_length)
    return np.minimum(np.arange(1 + -(-latest // (hop or window_length))) * (hop or window_length), latest)


def cut_audio(signal: np.ndarray, window_length: int = AUDIO_PIECE_LENGTH, hop: int | None = None) -> np.ndarray:
    """Cut a recording into full windows; a remainder is dropped.

    Args:
        signal: (samples,) one channel.
        window_length: samples of a window.
        hop: samples from one start to the next; window_length where not given, so that windows do not overlap.

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


def filled(signal: np.ndarray, window_length: int = AUDIO_PIECE_LENGTH) -> np.ndarray:
    """A recording that is shorter than a window, made as long as one with its own background: zeros would tell labels.

    Its quietest quarter follows, played backwards and forwards in turn. Training, tests and inference all fill so.

    Args:
        signal: (samples,) of any type; as it is where it is long enough, or empty.
    """
    missing = window_length - len(signal)
    if missing <= 0 or not len(signal):
        return signal
    n = max(1, len(signal) // BACKGROUND)
    starts = range(0, len(signal) - n + 1, max(1, n // 2))
    samples = signal.astype("float32")
    powers = [float(np.dot(samples[start : start + n], samples[start : start + n])) for start in starts]
    quietest = starts[int(np.argmin(powers))]
    background = signal[quietest : quietest + n]
    return np.concatenate([signal, np.resize(np.concatenate([background[::-1], background]), missing)])


def cut_audio_pad_last(
    signal: np.ndarray, window_length: int = AUDIO_PIECE_LENGTH, hop: int | None = None
) -> np.ndarray:
    """Cut a recording into windows, the last one moved back to end with it, so that no sample is lost.

    A recording shorter than a window is `filled`. Arguments and errors are cut_audio's.

    Returns:
        (windows, window_length); an empty signal has no window.
    """
    signal = np.asarray(signal)
    if signal.ndim == 1:
        signal = filled(signal, window_length)
    windows = cut_audio(signal, window_length, hop)
    is_whole = not len(windows) or (len(signal) - window_length) % (hop or window_length) == 0
    return windows if is_whole else np.concatenate([windows, signal[None, -window_length:]])


def cut_crops(signal: np.ndarray, window_length: int, crops: int) -> np.ndarray:
    """Windows spread evenly over a recording, the first at its start and the last at its end.

    Args:
        signal: (samples,) one channel; one that is shorter than a window is `filled`.
        crops: how many; more where so many would leave samples out, fewer where there are fewer samples to begin at.

    Returns:
        (windows, window_length); one window of a signal that is no longer than that.
    """
    windows = np.lib.stride_tricks.sliding_window_view(filled(np.asarray(signal), window_length), window_length)
    n = max(crops, -(-len(signal) // window_length))
    return windows[np.unique(np.linspace(0, len(windows) - 1, n).round().astype(int))]


def cut_blocks(
    blocks: Iterable[np.ndarray], window_length: int = AUDIO_PIECE_LENGTH, hop: int | None = None
) -> Iterator[tuple[int, np.ndarray, int]]:
    """cut_audio_pad_last for a recording that comes block by block; memory holds a block and a window.

    Args:
        blocks: iterable of (n,) samples.

    Yields:
        index of the first window, (windows, window_length) float32, and the sample at which their audio ends; at least
        once, unless there is no sample.
    """
    hop = hop or window_length
    before = held = np.empty(0, "float32")
    n_windows = 0
    for block in blocks:
        held = np.concatenate([held, block])
        windows = cut_audio(held, window_length, hop)
        if len(windows):
            yield n_windows, windows, (n_windows + len(windows) - 1) * hop + window_length
            n_windows, used = n_windows + len(windows), len(windows) * hop
            before, held = held[:used][-window_length:], held[used:]
    if len(held) > (window_length - hop if n_windows else 0):
        end = n_windows * hop + len(held)
        if n_windows:  # the end of a longer recording
            held = np.concatenate([before, held])[-window_length:]
        yield n_windows, filled(held, window_length)[None], end
