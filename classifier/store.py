"""Recordings decoded once, in parallel, into one array; pieces are cut from it when a batch needs them.

Training never holds the pieces: with overlap and random starts they would be many times the recordings.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from joblib import cpu_count

from classifier import recording
from classifier.console import progress
from Constants import InputError

FULL_SCALE = 32767  # int16 of 1.0; 16 bits halve the memory and lose nothing a microphone can give


@dataclass(frozen=True)
class Store:
    """Decoded recordings, end to end.

    audio: (samples,) int16; recording i is audio[ends[i - 1]:ends[i]].
    clips: the readable ones, in the order of the audio.
    skipped: (clip, reason) of the others.
    fingerprint: a hash over the names and the contents of the files read.
    """

    audio: np.ndarray
    ends: np.ndarray
    clips: list
    skipped: list
    fingerprint: str

    def bounds(self, i):
        """First sample of recording i and the one behind its last."""
        return (int(self.ends[i - 1]) if i else 0), int(self.ends[i])

    def signal(self, i):
        """(samples,) float32 of recording i."""
        start, end = self.bounds(i)
        return to_float(self.audio[start:end])


def to_float(samples):
    return samples.astype("float32") / FULL_SCALE


def read(clips, sample_rate):
    """Decode clips; the unreadable are skipped, and counted and named in the result.

    Raises:
        InputError: none of a label's recordings can be read; the message names the first.
    """

    def decode(clip):
        try:
            samples = recording.read(clip.path, sample_rate)
        except InputError as error:
            return None, str(error)
        digest = hashlib.sha256(clip.path.read_bytes()).hexdigest()
        return np.round(np.clip(samples, -1, 1) * FULL_SCALE).astype("int16"), digest

    with ThreadPoolExecutor(cpu_count()) as pool:  # soundfile and soxr let go of the interpreter while they work
        decoded = list(progress(pool.map(decode, clips), "reading recordings", len(clips)))
    good = [i for i, (samples, _) in enumerate(decoded) if samples is not None]
    skipped = [(clip, said) for clip, (samples, said) in zip(clips, decoded, strict=True) if samples is None]
    for label in sorted({clip.label for clip in clips} - {clips[i].label for i in good}):
        reasons = [reason for clip, reason in skipped if clip.label == label]
        raise InputError(f"none of the {len(reasons)} recording(s) of {label!r} can be read; the first: {reasons[0]}")
    fingerprint = hashlib.sha256(repr([(clips[i].path.name, decoded[i][1]) for i in good]).encode()).hexdigest()
    return Store(
        audio=np.concatenate([decoded[i][0] for i in good]),
        ends=np.cumsum([len(decoded[i][0]) for i in good]),
        clips=[clips[i] for i in good],
        skipped=skipped,
        fingerprint=fingerprint,
    )
