"""Read recordings of any format as mono float32.

Preparation, training, testing and serving all read through `blocks`.
"""

import contextlib
import io
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
import soxr

from classifier.audio import channels, decoders, scale
from classifier.audio.channels import MIX, ChannelLevels
from classifier.audio.decoders import RATES, Properties
from classifier.audio.windows import cut_blocks
from classifier.core.arguments import EACH
from classifier.core.errors import InputError

__all__ = ["RATES", "Properties", "blocks", "properties", "read", "read_part", "resampler", "windows", "write"]


def read(path: Path | str, sample_rate: int, channel: str = MIX) -> np.ndarray:
    """A recording as mono samples.

    Args:
        sample_rate: Hz of the result; other rates are resampled (soxr, high quality).
        channel: of channels.CHANNELS.

    Returns:
        (samples,) float32, nominally in [-1, 1], at most a little beyond.

    Raises:
        InputError: the file is missing, not audio, cut short, empty, of another scale, holds NaN or infinity, or lacks
            the channel; the message names it.
    """
    return np.concatenate(list(blocks(path, sample_rate, 0.0, None, channel)))


def read_part(path: Path | str, sample_rate: int, start: float, end: float, channel: str | int = MIX) -> np.ndarray:
    """The part of a recording from start to end (seconds) as mono samples; what follows is not decoded.

    Returns:
        (samples,) float32; fewer than the part has where the recording ends in it.

    Raises:
        InputError: as of `read`, or the recording ends before start.
    """
    missing, held = round(end * sample_rate) - round(start * sample_rate), []
    with contextlib.closing(blocks(path, sample_rate, start, end, channel)) as decoded:
        for block in decoded:
            held.append(block)
            missing -= len(block)
            if missing <= 0:
                break
    return np.concatenate(held)


def blocks(
    path: Path | str,
    sample_rate: int | None = None,
    start: float = 0.0,
    end: float | None = None,
    channel: str | int = MIX,
    levels: ChannelLevels | None = None,
) -> Generator[np.ndarray]:
    """A recording block by block, so that a day of audio needs no more memory than a minute.

    Args:
        sample_rate: Hz; None for the recording's own.
        start, end: seconds, for a part of the recording; None is its end.
        channel: of channels.CHANNELS, a track (channels.track), or a number from 0; "loudest" reads the recording
            twice. EACH, which a model was trained with, means the loudest here: that is one of those it learned from.
        levels: takes the channels before they become one.

    Yields:
        (n,) float32, n > 0.

    Raises:
        InputError: as of `read`, at the end when the recording is cut short; or it ends before start.
    """
    path = Path(path)
    loudest = _loudest(path) if channel in (channels.LOUDEST, EACH) else None
    track = channels.track(channel)
    with decoders.opened(path, track or 0) as (properties, decoded):
        if track is not None and track >= properties.tracks:
            raise InputError(
                f"{path} has {properties.tracks} sound track(s), and --channel {channel} was asked for; use mix"
            )
        if levels is not None:
            levels.tracks = properties.tracks
        chosen = channels.number(channel, properties.channels, path) if loudest is None else loudest
        rate = sample_rate or properties.rate
        first, last = round(start * rate), None if end is None else round(end * rate)
        position = samples = 0
        for block in _resampled(_mono(decoded, chosen, levels, path), rate):
            if not np.isfinite(block).all():
                raise InputError(f"{path} holds NaN or infinite samples; export it again as 16-bit wav")
            inside = block[max(0, first - position) : None if last is None else max(0, last - position)]
            position, samples = position + len(block), samples + len(inside)
            if len(inside):
                yield inside
        if position == 0:
            raise InputError(f"{path} holds no samples; take it out or record it again")
        if samples == 0:
            raise InputError(why_empty(path, start, end, position, rate))


def why_empty(path: Path | str, start: float, end: float | None, samples: int, sample_rate: int) -> str:
    """Why no sample of a recording lies between start and end (seconds).

    Args:
        samples: of the recording.
    """
    if round(start * sample_rate) >= samples:
        ends = f"{path} ends at {samples / sample_rate:.2f} s"
        return f"{ends}, before the part from {start:g} s on begins; correct its start, or leave the part out"
    return (
        f"{path}: the part from {start:.6g} to {end:.6g} s is shorter than one sample ({1000 / sample_rate:.2g} ms at "
        f"{sample_rate} Hz); are its times in seconds?"
    )


def windows(
    path: Path | str,
    sample_rate: int,
    length: int,
    hop: int | None = None,
    start: float = 0.0,
    end: float | None = None,
    channel: str = MIX,
) -> Iterator[np.ndarray]:
    """A recording's windows one by one, as windows.cut_audio_pad_last cuts them.

    Args:
        sample_rate, start, end, channel: as of `blocks`, whose errors apply.
        length, hop: samples, as of cut_audio_pad_last.

    Yields:
        (length,) float32.
    """
    for _, found, _ in cut_blocks(blocks(path, sample_rate, start, end, channel), length, hop):
        yield from found


def _loudest(path) -> int:
    """The channel with the most power, from 0."""
    levels = ChannelLevels()
    with decoders.opened(path) as (properties, decoded):
        if properties.channels > 1:
            for _, block in decoded:
                levels.add(block)
    return levels.loudest


def _mono(decoded, chosen, levels, path):
    """(rate, (n,) block) of (rate, (n, channels) block).

    Raises:
        InputError: the samples have another scale than [-1, 1].
    """
    for rate, block in decoded:
        peak = max(block.max(initial=0), -block.min(initial=0))
        if scale.HIGHEST < peak < np.inf:
            rest = (float(np.abs(of_rest).max(initial=0)) for _, of_rest in decoded)
            scale.clip(np.array([max([peak, *rest])]), path)
        if levels is not None:
            levels.add(block, rate)
        yield rate, channels.to_mono(block, chosen)


def _resampled(decoded, wanted):
    """Blocks at the wanted rate, of (rate, (n,) block); each stretch of one rate is resampled alone."""
    known, resample = None, resampler(wanted, wanted)
    for rate, block in decoded:
        if rate != known:
            yield resample(np.empty(0, "float32"), last=True)
            known, resample = rate, resampler(rate, wanted)
        yield resample(block)
    yield resample(np.empty(0, "float32"), last=True)


def resampler(rate: int, wanted: int) -> Callable[..., np.ndarray]:
    """A function that resamples a stream block by block: (block, last=False) -> block.

    Args:
        rate, wanted: Hz of the blocks that come, and of those that are returned; each (n,) float32.
    """
    if rate == wanted:
        return lambda block, last=False: block
    return soxr.ResampleStream(rate, wanted, 1, dtype="float32").resample_chunk


def properties(path: Path | str) -> Properties:
    """Properties of a recording, read from its header.

    Raises:
        InputError: the file is missing or not audio.
    """
    with decoders.opened(Path(path)) as (found, _):
        return found


def write(path: Path | str | BinaryIO, signal: np.ndarray, sample_rate: int) -> None:
    """Write (samples,) in [-1, 1] as 16-bit wav to a path or an open file, whatever the path's suffix."""
    if isinstance(path, Path | str):
        held = io.BytesIO()  # libsndfile does not say that a disk is full
        write(held, signal, sample_rate)
        Path(path).write_bytes(held.getbuffer())
    else:
        soundfile.write(path, signal, sample_rate, format="WAV", subtype="PCM_16")
