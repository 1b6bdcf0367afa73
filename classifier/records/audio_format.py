"""The audio format: the numbers that training, every later step and the phone must agree on."""

import math
from dataclasses import dataclass

from classifier.core.bounds import check_range
from Constants import AUDIO_PIECE_LENGTH, HOP_LENGTH, N_FFT, N_MELS, SAMPLE_RATE

LOWEST, HIGHEST = 8_000, 384_000  # Hz: from a telephone to a detector of bats
SHORTEST, LONGEST = 0.05, 30.0  # seconds of a window
LEAST_FFTS, MOST_FFTS = 16, 256  # that a window has room for, side by side: outside of it, the FFT follows the window
LINES = 8  # of the FFT, at least so many for each mel band


@dataclass(frozen=True)
class AudioFormat:
    """The numbers above as one value, so that a single run may use others (`--window`, `--sample-rate`)."""

    sample_rate: int = SAMPLE_RATE
    window_length: int = AUDIO_PIECE_LENGTH
    n_fft: int = N_FFT
    hop_length: int = HOP_LENGTH
    n_mels: int = N_MELS

    @property
    def n_frames(self) -> int:
        """Columns of a spectrogram of one window, windows centred on every hop."""
        return 1 + self.window_length // self.hop_length

    @property
    def seconds(self) -> float:
        """The length of a window."""
        return self.window_length / self.sample_rate

    @property
    def words(self) -> str:
        """What a person must know of it."""
        return (
            f"windows of {self.seconds:g} s at {self.sample_rate} Hz, an FFT of {self.n_fft} samples every "
            f"{self.hop_length}, {self.n_mels} mel bands"
        )


def make_audio_format(
    seconds: float | None = None, sample_rate: int | None = None, base: AudioFormat | None = None
) -> AudioFormat:
    """The audio format of Constants.py, or one with another window length or sample rate.

    The FFT follows. At a lower rate it is as long in seconds. A short window gets a shorter one, so that there is
    something to see over time, a very long window a longer one. The hop stays the same share of it. There are no more
    mel bands than the lines of the FFT can tell apart.

    Args:
        seconds: of a window, SHORTEST to LONGEST; None: the base's.
        sample_rate: Hz, LOWEST to HIGHEST; None: the base's.
        base: whose numbers hold where nothing else is said; None: Constants.py's.

    Raises:
        InputError: the window or the rate is out of range.
    """
    base = base or AudioFormat()
    if (seconds is None or seconds == base.seconds) and (sample_rate is None or sample_rate == base.sample_rate):
        return base
    rate, seconds = sample_rate or base.sample_rate, seconds or base.seconds
    check_range("--sample-rate", rate, "Hz", LOWEST, HIGHEST)
    check_range("--window", seconds, "seconds", SHORTEST, LONGEST)
    window_length = round(seconds * rate)
    longest = min(base.n_fft, base.n_fft * rate / base.sample_rate, window_length / LEAST_FFTS)
    n_fft = _power_of_2(max(longest, window_length / MOST_FFTS))
    return AudioFormat(
        sample_rate=rate,
        window_length=window_length,
        n_fft=n_fft,
        hop_length=round(base.hop_length * n_fft / base.n_fft),
        n_mels=min(base.n_mels, n_fft // LINES),
    )


def _power_of_2(number: float) -> int:
    """The nearest one, on a scale of octaves."""
    return 2 ** round(math.log2(number))
