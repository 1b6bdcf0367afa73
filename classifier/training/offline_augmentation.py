"""Copies of recordings at another pitch and another tempo, made once before a training: a phase vocoder is too slow for
every batch. They lie in a file that is gone with the process; memory holds a block of each recording.
"""

import mmap
import tempfile
from dataclasses import replace

import librosa
import numpy as np

from classifier.core import parallel
from classifier.core.console import progress
from classifier.data.audio_cache import AudioCache, to_float, to_int16
from classifier.training import augmentation

N_COPIES = 2  # of a recording; each window of each epoch is from the recording or from one of them
WINDOW = 2048  # samples of the vocoder
BLOCK = 30  # seconds that go through the vocoder at a time


def make(
    store: AudioCache, recordings: np.ndarray, pitch: float, stretch: float, sample_rate: int, seed: int
) -> list[AudioCache]:
    """Stores like the one given, each recording in it at a pitch and a tempo of its own.

    Args:
        store: the decoded recordings.
        recordings: (n,) which of them; the others are not in the copies.
        pitch: semitones up or down, at most; the tempo stays.
        stretch: share by which they are faster or slower, at most; the pitch stays.
        seed: same seed, same copies.

    Returns:
        list of N_COPIES Store; what is not among the recordings has no samples there.
    """
    pitches, tempos = _drawn((N_COPIES, len(recordings)), pitch, stretch, seed)
    calls = (
        (store.samples(i).copy(), pitches[copy, row], tempos[copy, row], sample_rate)
        for copy in range(N_COPIES)
        for row, i in enumerate(recordings)
    )
    altered = parallel.results(_altered, calls, in_order=True)
    lengths = []
    with tempfile.TemporaryFile() as file:
        for samples in progress(altered, "changing pitch and tempo", N_COPIES * len(recordings)):
            file.write(samples)
            lengths.append(len(samples))
        file.flush()
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    ends = np.cumsum(lengths).reshape(N_COPIES, -1)
    starts = ends - np.reshape(lengths, ends.shape)
    found = []
    for first, last in zip(starts, ends, strict=True):
        of_all = np.zeros((2, len(store.clips)), int)
        of_all[:, recordings] = first, last
        found.append(replace(store, mapped=mapped, starts=of_all[0], ends=of_all[1]))
    return found


def _drawn(shape, pitch, stretch, seed):
    """(copies, recordings) how many times higher, and how many times faster."""
    random = np.random.default_rng(seed)
    return 2 ** (random.uniform(-pitch, pitch, shape) / 12), 1 + random.uniform(-stretch, stretch, shape)


def _altered(samples, higher, faster, sample_rate):
    """(n,) int16 that sound `higher` times higher and `faster` times faster: about (n / faster,)."""
    higher = augmentation.nearest_speed(higher)
    blocks = (to_float(samples[i : i + BLOCK * sample_rate]) for i in range(0, len(samples), BLOCK * sample_rate))
    parts = [
        augmentation.at_speed(librosa.effects.time_stretch(block, rate=faster / higher), higher)
        for block in blocks
        if len(block) >= WINDOW  # less than that at a recording's end is left away
    ]
    return to_int16(np.concatenate(parts)) if parts else samples
