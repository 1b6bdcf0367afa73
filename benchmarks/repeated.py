"""Hours of recordings for the other benchmarks: those of data_short again and again, each copy another sound."""

import itertools
from pathlib import Path

import numpy as np
import soundfile
import soxr

from classifier.audio import recording
from classifier.core import console
from classifier.data.layouts import class_folders
from Constants import DATA_SHORT

SECONDS = 20  # of each recording


def write(folder, hours, kinds=((16_000, 1),), suffix=".wav"):
    """Recordings of 20 s in <folder>/<label>/, as many of each label.

    Args:
        kinds: (rate in Hz, channels), taken in turn.
    """
    sounds = {}
    for clip in class_folders.clips(DATA_SHORT):
        sounds.setdefault(clip.label, []).append(recording.read(clip.path, 16_000))
    n = round(hours * 3600 / SECONDS)
    labels, kinds = itertools.cycle(sounds), itertools.cycle(kinds)
    for i in console.progress(range(n), "writing recordings", n):
        label, (rate, channels) = next(labels), next(kinds)
        rolled = np.roll(np.concatenate(sounds[label]), -i * 12_345)  # so that no two recordings are the same
        signal = soxr.resample(np.resize(rolled, SECONDS * 16_000), 16_000, rate)
        path = Path(folder) / label / f"{i}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, np.tile(signal[:, None], (1, channels)), rate)
