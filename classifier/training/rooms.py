"""Put training windows into generated rooms, so that a model cannot learn the rooms of its recordings.

Source: Polack, Applied Acoustics 38 (1993), doi:10.1016/0003-682X(93)90054-A: late reverberation is Gaussian noise that
    decays exponentially.
Differs: no early reflections, and all frequencies decay alike.
"""

import numpy as np

ROOM_SHARE = 0.5  # of the windows; the others stay in the room they were recorded in
DIRECT_DB = (-3.0, 18.0)  # direct sound to reverberation: from across a large room to an arm's length
DECAY = np.log(1000)  # by which amplitudes fall in the reverberation time: 60 dB


def reverberate(
    windows: np.ndarray, rt60_seconds: tuple[float, float], sample_rate: int, random: np.random.Generator
) -> np.ndarray:
    """Some of (windows, n) in a room each, at the level they had; what exceeds full scale is clipped.

    Args:
        rt60_seconds: (least, most) time in which the reverberation falls by 60 dB; more than 0.
    """
    from scipy.signal import oaconvolve  # takes a second, and only few recipes put windows into rooms

    chosen = np.flatnonzero(random.random(len(windows)) < ROOM_SHARE)
    altered = windows.copy()
    times, ratios_db = random.uniform(*rt60_seconds, len(chosen)), random.uniform(*DIRECT_DB, len(chosen))
    for row, rt60, ratio_db in zip(chosen, times, ratios_db, strict=True):
        response = impulse_response(rt60, ratio_db, sample_rate, random)
        heard = oaconvolve(windows[row], response)[: windows.shape[1]]
        loud, louder = (np.sqrt(np.mean(np.square(samples))) for samples in (windows[row], heard))
        altered[row] = heard * (loud / max(louder, 1e-9))
    return np.clip(altered, -1, 1)


def impulse_response(
    rt60_seconds: float, direct_db: float, sample_rate: int, random: np.random.Generator
) -> np.ndarray:
    """A room's response, (rt60_seconds * sample_rate,) float32: the direct sound, 1, and decaying noise after it.

    Args:
        direct_db: energy of the direct sound to that of all after it, in dB.
    """
    time = np.arange(1, max(2, round(rt60_seconds * sample_rate))) / sample_rate
    tail = random.standard_normal(len(time)) * np.exp(-DECAY * time / rt60_seconds)
    tail *= 10 ** (-direct_db / 20) / np.sqrt(np.sum(np.square(tail)))
    return np.concatenate([[1.0], tail]).astype("float32")
