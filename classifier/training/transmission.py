"""Send training windows through other devices, telephones and codecs, so that a model cannot learn its own.

Each function takes and returns (windows, samples) float32 in [-1, 1] and draws from the generator it is given.
"""

import numpy as np
from scipy import fft

from classifier.audio import codecs

DEVICE_SHARE = 0.5
LOW_CUT_HZ, HIGH_CUT_HZ = (20.0, 300.0), (3400.0, 16_000.0)  # from a studio microphone to a telephone
CUT_ORDER = 2  # of the Butterworth responses at both ends: 12 dB an octave
PEAKS = 3  # resonances of a case
PEAK_HZ, PEAK_OCTAVES = (200.0, 8000.0), (0.1, 0.7)  # where they are, and their standard deviation
TELEPHONE_HZ = (300.0, 3400.0)  # ITU-T G.712
DROPPED_SHARE = 0.5
DROPPED_FROM = 50.0  # Hz added before the logarithm, so that 0 Hz has one
COMPRESSION = (0.5, 0.99)  # of mp3 and Vorbis, as libsndfile counts; Opus takes ten times as long


def filtered(windows: np.ndarray, responses: np.ndarray) -> np.ndarray:
    """(windows, n) with the amplitude of each frequency multiplied: responses (windows, n // 2 + 1), 1 leaves it."""
    return fft.irfft(fft.rfft(windows) * responses.astype("float32"), n=windows.shape[1]).astype("float32")


def through_devices(windows: np.ndarray, peaks_db: float, sample_rate: int, random: np.random.Generator) -> np.ndarray:
    """Some of (windows, n) through a device each: a random band, and resonances of up to peaks_db in it."""
    chosen = np.flatnonzero(random.random(len(windows)) < DEVICE_SHARE)
    hertz = fft.rfftfreq(windows.shape[1], 1 / sample_rate)
    altered = windows.copy()
    altered[chosen] = filtered(windows[chosen], device_responses(len(chosen), hertz, peaks_db, random))
    return np.clip(altered, -1, 1)


def device_responses(n: int, hertz: np.ndarray, peaks_db: float, random: np.random.Generator) -> np.ndarray:
    """(n, frequencies) amplitudes of n random devices at (frequencies,) Hz."""

    def drawn(ends, *shape):
        return np.exp(random.uniform(*np.log(ends), (n, *shape, 1)))

    low, high = drawn(LOW_CUT_HZ), drawn(HIGH_CUT_HZ)
    with np.errstate(divide="ignore"):
        band = 1 / np.sqrt((1 + (low / hertz) ** (2 * CUT_ORDER)) * (1 + (hertz / high) ** (2 * CUT_ORDER)))
    octaves = np.log2(np.maximum(hertz, 1e-3) / drawn(PEAK_HZ, PEAKS)) / drawn(PEAK_OCTAVES, PEAKS)
    peaks = random.uniform(-peaks_db, peaks_db, (n, PEAKS, 1)) * np.exp(-(octaves**2) / 2)
    return band * 10 ** (peaks.sum(axis=1) / 20)


def over_telephone(windows: np.ndarray, share: float, sample_rate: int, random: np.random.Generator) -> np.ndarray:
    """This share of (windows, n) without all that a telephone does not carry: below 300 Hz, above 3400 Hz."""
    chosen = np.flatnonzero(random.random(len(windows)) < share)
    hertz = fft.rfftfreq(windows.shape[1], 1 / sample_rate)
    carried = (hertz >= TELEPHONE_HZ[0]) & (hertz <= TELEPHONE_HZ[1])
    altered = windows.copy()
    altered[chosen] = filtered(windows[chosen], carried)
    return np.clip(altered, -1, 1)


def drop_bands(windows: np.ndarray, strength: float, sample_rate: int, random: np.random.Generator) -> np.ndarray:
    """Some of (windows, n) without a band of frequencies: up to this share of the logarithmic axis of them."""
    chosen = np.flatnonzero(random.random(len(windows)) < DROPPED_SHARE)
    places = np.log(fft.rfftfreq(windows.shape[1], 1 / sample_rate) + DROPPED_FROM)
    places = (places - places[0]) / (places[-1] - places[0])
    widths = random.uniform(0, strength, (len(chosen), 1))
    starts = random.uniform(0, 1, (len(chosen), 1)) * (1 - widths)
    altered = windows.copy()
    altered[chosen] = filtered(windows[chosen], (places < starts) | (places > starts + widths))
    return np.clip(altered, -1, 1)


def through_codecs(windows: np.ndarray, share: float, sample_rate: int, random: np.random.Generator) -> np.ndarray:
    """This share of (windows, n) encoded and decoded: by mu-law, mp3 (at the rates it knows) or Vorbis."""
    chosen = np.flatnonzero(random.random(len(windows)) < share)
    kinds = 3 if sample_rate in codecs.MP3_RATES else 2
    which, compression = random.integers(kinds, size=len(chosen)), random.uniform(*COMPRESSION, len(chosen))
    altered = windows.copy()
    for row, kind, level in zip(chosen, which, compression, strict=True):
        decoded = _coded(windows[row], kind, sample_rate, level)[: windows.shape[1]]
        altered[row] = 0
        altered[row, : len(decoded)] = decoded
    return np.clip(altered, -1, 1)


def _coded(samples, kind, sample_rate, compression):
    if kind == 0:
        return codecs.mu_law(samples)
    return (codecs.vorbis if kind == 1 else codecs.mp3)(samples, sample_rate, compression)
