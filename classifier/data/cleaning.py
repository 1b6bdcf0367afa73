"""Clean a raw recording: remove silence and noise, measure levels.

Silence that is itself a label is left alone, for nothing would remain.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classifier.audio import denoise, levels, recording
from classifier.audio.channels import MIX
from classifier.core.arguments import EACH
from classifier.core.bounds import check_range
from classifier.data.layouts import Clip

PART_SECONDS = 600  # a longer recording becomes several outputs: memory stays flat, and all cores have work
NOISE_SOURCES = ("quietest", "whole")  # besides a recording of the noise


@dataclass(frozen=True)
class Cleaning:
    """What is done to a recording.

    sample_rate: Hz, at least 1000.
    top_db: audio so far below a recording's loudest moment is silence; at least 1.
    inner_silence: remove silence inside a recording too, not only at its ends.
    denoise: what the noise sounds like: "quietest" (moment), "whole" (recording), or the path of a recording of it;
        None removes no noise.
    join_seconds: shorter recordings of one label and group are joined until they are as long; 0 joins none.
    silent_labels: labels of silence: their recordings are neither trimmed nor denoised.
    channel: of audio.channels.CHANNELS, or EACH: each channel becomes a recording of its own.

    Raises:
        InputError: a number is out of range, or the recording of the noise cannot be read.
    """

    sample_rate: int
    top_db: float
    inner_silence: bool = False
    denoise: str | None = None
    join_seconds: float = 0
    silent_labels: tuple[str, ...] = ()
    channel: str = MIX

    def __post_init__(self) -> None:
        check_range("--sample-rate", self.sample_rate, "Hz", *recording.RATES)
        check_range("--top-db", self.top_db, "dB below the loudest moment", 1)
        check_range("--join-recordings", self.join_seconds, "seconds", 0)
        if self.denoise not in (None, *NOISE_SOURCES):
            recording.properties(self.denoise)
            object.__setattr__(self, "denoise", str(Path(self.denoise).resolve()))

    @classmethod
    def from_args(cls, args: argparse.Namespace) -> "Cleaning":
        """What PrepareData.py's arguments say of it."""
        return cls(
            sample_rate=args.sample_rate,
            top_db=args.top_db,
            inner_silence=args.split,
            denoise=args.denoise,
            join_seconds=args.join_recordings,
            silent_labels=tuple(label.strip() for label in args.silent.split(",")),
            channel=args.channel,
        )


def channels_of(path: Path, channel: str) -> list[str | int]:
    """What is read of a recording, one after the other: a name of audio.channels, or for EACH the numbers from 0."""
    return list(range(recording.properties(path).channels)) if channel == EACH else [channel]


def parts(clip: Clip, sample_rate: int, channel: str | int = MIX) -> Iterator[np.ndarray]:
    """A clip's audio in parts of at most PART_SECONDS, each (samples,) float32.

    Raises:
        InputError: as of recording.blocks.
    """
    most, waiting = PART_SECONDS * sample_rate, np.empty(0, "float32")
    for block in recording.blocks(clip.path, sample_rate, clip.start, clip.end, channel):
        waiting = np.concatenate([waiting, block])
        while len(waiting) > most:
            yield waiting[:most]
            waiting = waiting[most:]
    yield waiting


def clean(signal: np.ndarray, label: str, cleaning: Cleaning) -> np.ndarray:
    """(samples,) float32 -> (fewer samples,) float32 without noise and silence."""
    if label in cleaning.silent_labels:
        return signal
    if cleaning.denoise:
        signal = denoise.reduce_noise(signal, cleaning.sample_rate, _noise(signal, cleaning))
    cut = denoise.cut_silence if cleaning.inner_silence else denoise.trim
    return cut(signal, cleaning.sample_rate, cleaning.top_db)


def before_and_after(path: Path, cleaning: Cleaning) -> tuple[np.ndarray, np.ndarray]:
    """A recording (the first PART_SECONDS of a longer one) as it is and cleaned, each (samples,) float32.

    Raises:
        InputError: it cannot be read.
    """
    channel = channels_of(path, cleaning.channel)[0]
    before = next(parts(Clip(path, "", ""), cleaning.sample_rate, channel))
    return before, clean(before, "", cleaning)


def measure(signal: np.ndarray, sample_rate: int) -> dict[str, Any]:
    """Seconds, peak_db, rms_db (dB from full scale) and clipped (share of the samples) of (samples,)."""
    return {
        "seconds": round(len(signal) / sample_rate, 3),
        "peak_db": round(levels.decibels(np.abs(signal).max()), 1),
        "rms_db": round(levels.decibels(np.sqrt(np.mean(np.square(signal, dtype="float64")))), 1),
        "clipped": round(levels.count_clipped(signal) / len(signal), 6),
    }


def _noise(signal, cleaning):
    if cleaning.denoise == "whole":
        return None
    if cleaning.denoise == "quietest":
        return denoise.quietest(signal, cleaning.sample_rate)
    return recording.read(cleaning.denoise, cleaning.sample_rate)
