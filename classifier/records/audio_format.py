"""The audio format: the numbers that training, every later step and the phone must agree on."""

from dataclasses import dataclass, replace

from classifier.core.errors import InputError
from Constants import AUDIO_PIECE_LENGTH, HOP_LENGTH, N_FFT, N_MELS, SAMPLE_RATE


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


def make_audio_format(
    seconds: float | None = None, sample_rate: int | None = None, base: AudioFormat | None = None
) -> AudioFormat:
    """The audio format of Constants.py, or one with another window length (seconds) or sample rate (Hz)."""
    base = base or AudioFormat()
    rate = sample_rate or base.sample_rate
    seconds = seconds or base.seconds
    if rate < 1000 or not min(base.n_fft, base.window_length) <= seconds * rate < 2**31:
        raise InputError(
            f"windows of {seconds:g} s at {rate} Hz: at least one window of N_FFT = {base.n_fft} samples is needed"
        )
    return replace(base, sample_rate=rate, window_length=round(seconds * rate))
