"""Read a recording: any rate, any channels, as mono float32 at the rate the model wants.

The one door to soundfile and soxr: training, testing, plotting and serving all hear a recording through `read`.
"""

import re
from pathlib import Path

import numpy as np
import soundfile
import soxr

from Constants import InputError

SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")
OPEN_ENDED = 0x7FFF0000  # bytes; recorders that can not go back to the header write a data size this large, or 0


def read(path, sample_rate):
    """One recording as mono samples.

    Args:
        path: a wav, flac, ogg or mp3 file.
        sample_rate: Hz of the result; other rates are resampled (soxr, high quality).

    Returns:
        (samples,) float32, nominally in [-1, 1]; channels are averaged.

    Raises:
        InputError: the file is missing, not audio, cut short, empty, or holds NaN or infinity; the message names it.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: there is no such recording" if not path.exists() else f"{path} is not a file")
    try:
        with soundfile.SoundFile(path) as file:
            promised = _promised_frames(file)
            rate = file.samplerate
            samples = file.read(dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        reason = error.error_string.strip().rstrip(".")
        raise InputError(f"{path} can not be read ({reason}); is it a recording, and is it whole?") from None
    if len(samples) == 0:
        raise InputError(f"{path} holds no samples; take it out or record it again")
    if len(samples) < promised:
        held, meant = len(samples) / rate, promised / rate
        raise InputError(f"{path} is cut short: it promises {meant:.2f} s and holds {held:.2f} s; copy it again")
    mono = samples.mean(axis=1)
    if not np.isfinite(mono).all():
        raise InputError(f"{path} holds NaN or infinite samples; export it again as 16-bit wav")
    return mono if rate == sample_rate else soxr.resample(mono, rate, sample_rate)


def _promised_frames(file):
    """Frames the header speaks of. For wav, libsndfile corrects that number to what is there, and logs the other."""
    logged = re.search(r"^data : (\d+) \(should be \d+\)", file.extra_info, re.MULTILINE)
    if not logged or not 0 < int(logged[1]) < OPEN_ENDED:
        return file.frames
    held = re.search(r"^data : \d+ \(should be (\d+)\)", file.extra_info, re.MULTILINE)
    return max(file.frames, round(file.frames * int(logged[1]) / max(1, int(held[1]))))


def find(folder):
    """The recordings in a folder and in its folders, in the order of their names; hidden ones are left out."""
    folder = Path(folder)
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
