"""The audio format: the numbers that training, every later step and the phone must agree on."""

from dataclasses import dataclass, replace

from classifier.core.errors import InputError
from Constants import AUDIO_PIECE_LENGTH, HOP_LENGTH, N_FFT, N_MELS, SAMPLE_RATE


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
