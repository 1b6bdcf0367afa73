"""Divide a recording into parts that decoders read whole.

Decoders believe headers, and read the first stream of a file only.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from classifier.audio import containers, flac, other_formats, streams
from classifier.audio.chunks import Sound
from classifier.audio.slices import Span, open_slices
from classifier.core.errors import InputError

JUDGED = 1 << 15  # frames on both sides of where the declared sound ends
NOISE = 0.4  # RMS; bytes that are no samples look like white noise of 0.58
LOUDER = 8  # times, the most by which float samples may become louder where the declared sound ends


@dataclass(frozen=True)
class Part:
    """A part of a recording that a decoder reads by itself.

    file: a path, or what opens a file.
    raw: how soundfile must read it, where it has no header.
    container: of the file that it is of, where a decoder does not see that.
    is_open: nobody knows where its sound ends; its last bytes may be padding, or half a packet.
    whole: of what the header promises, and what is there; 1 where nothing is missing.
    """

    file: Path | Callable[[], BufferedReader]
    raw: dict[str, Any] | None = None
    container: str | None = None
    whole: float = 1.0
    by_pyav: bool = False
    is_open: bool = False


def find_parts(path: Path) -> list[Part]:
    """The parts of a file, each of which a decoder reads whole; one for most files.

    Raises:
        InputError: its header declares less than it holds, and what follows may be no sound; or a recording of another
            format follows.
    """
    sounds = containers.find(path)
    if len(sounds) == 1 and (sounds[0].is_plain or not sounds[0].is_ours) and not sounds[0].rest:
        return [Part(path, whole=_whole(sounds[0]), by_pyav=sounds[0].format.is_mpeg)]
    if sounds:
        return [_of_sound(sound, path) for sound in sounds]
    spans = streams.find(path)
    if spans and (other := other_formats.find(path, spans[0][0])):
        raise InputError(
            f"{path} holds a recording of another format, {other[0]}, from byte {other[1]} on; divide it into two files"
        )
    found = [_of_stream(path, span, alone=len(spans) == 1) for span in spans]
    return found or [Part(path)]


def _of_stream(path, span: Span, alone: bool) -> Part:
    """A part that has a stream; of a flac whose header declares too few samples, with another header."""
    first, n = span
    with path.open("rb") as file:
        file.seek(first)
        begin = file.read(flac.STREAMINFO)
        end = b""
        if begin.startswith(flac.MARK):
            held = min(n, flac.LONGEST_FRAME)
            file.seek(first + n - held)
            end = file.read(held)
    if corrected := flac.corrected_begin(begin, end):
        return Part(_slices(path, [(first + len(corrected), n - len(corrected))], corrected))
    return Part(path) if alone else Part(_slices(path, [span]))


def _whole(sound):
    return max(1.0, sound.declared / sound.held) if sound.held else 1.0


def _slices(path, spans: list[Span], head: bytes = b""):
    return lambda: open_slices(path, spans, head)


def _of_sound(sound: Sound, path) -> Part:
    """A part that has the samples of a sound, also of one whose header lies."""
    found = sound.format
    if sound.rest:
        sound = replace(sound, spans=(*sound.spans[:-1], _trusted(sound, path)))
    if found.frame:
        spans = [(first, n // found.frame * found.frame) for first, n in sound.spans]
        return Part(_slices(path, spans), _raw(found), sound.container, _whole(sound))
    if found.wav:  # a header of our own, which leaves the size open
        head = b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<I", len(found.wav)) + found.wav + b"data\xff\xff\xff\xff"
        return Part(_slices(path, list(sound.spans), head), container=sound.container, by_pyav=True, is_open=True)
    raise InputError(
        f"{path}: its header does not say how much sound it holds, and its codec does not tell; convert it to wav or "
        "flac with the program that recorded it"
    )


def _raw(found) -> dict[str, Any]:
    endian = "LITTLE" if found.byte_order == "<" else "BIG"
    return {
        "format": "RAW",
        "samplerate": found.rate,
        "channels": found.channels,
        "subtype": found.subtype,
        "endian": endian,
    }


def _trusted(sound: Sound, path) -> Span:
    """The last declared bytes and those behind, after making sure that these are sound as well.

    Raises:
        InputError: they may be something else.
    """
    found, (first, declared), (behind, n) = sound.format, sound.spans[-1], sound.rest or (0, 0)
    if found.frame:
        boundary = first + declared // found.frame * found.frame
        judged = JUDGED * found.frame
        start = max(first, boundary - judged)
        before = _samples(path, found, start, boundary - start)
        after = _samples(path, found, boundary, min(judged, behind + n - boundary))
        if _is_sound(before, after):
            return first, behind + n - first
    seconds = f"{sound.declared / found.frame / found.rate:.2f} s" if found.frame and found.rate else "its sound"
    raise InputError(
        f"{path}: its header declares {seconds}, and {n} bytes follow of which it says nothing: more sound, or "
        "something else? Open it in an audio editor and export it again"
    )


def _samples(path, found, first, n):
    """(frames, channels) float32 of some bytes."""
    slices = open_slices(path, [(first, n // found.frame * found.frame)])
    with slices, soundfile.SoundFile(slices, **_raw(found)) as file:
        return file.read(dtype="float32", always_2d=True)


def _is_sound(before, after):
    """Whether samples go on as they began: neither as white noise, which other bytes look like, nor as zeros."""
    if not len(after) or not np.isfinite(before).all() or not np.isfinite(after).all():
        return False
    before, after = (before if len(before) else after).astype("float64"), after.astype("float64")
    loud_before, loud = (np.sqrt(np.mean(np.square(samples))) for samples in (before, after))
    if np.abs(after).max() > LOUDER * max(1.0, np.abs(before).max()):
        return False
    zeros_before, zeros = (np.mean(samples == 0) for samples in (before, after))
    return bool(loud < max(NOISE, 1.5 * loud_before) and (zeros < 0.5 or zeros_before > 0.25))
