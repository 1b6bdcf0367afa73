"""Read recordings of any format as mono float32.

The only module that imports soundfile, PyAV and soxr: preparation, training, testing and serving all decode through
`blocks`. Files that soundfile cannot read (m4a, webm, wma ...) PyAV decodes; it brings ffmpeg along.
"""

import contextlib
import os
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import soundfile
import soxr

from classifier.audio.windows import cut_blocks
from classifier.core.errors import InputError

CONTAINERS = "aac,aiff,amr,asf,caf,flac,matroska,mov,mp3,ogg,wav,w64"  # for PyAV: playlists may open other files
TELLS_ITS_LENGTH = ("matroska", "mov", "asf")  # containers whose header says how long they are
BLOCK = 1 << 20  # samples of all channels decoded at once: memory does not grow with the recording
RATES = (1_000, 768_000)  # Hz; headers that say otherwise are damaged, and would fill the memory when resampled
OPEN_ENDED = 0x7FFF0000  # bytes; recorders that cannot go back to the header write a data size this large, or 0
LAST_PAGE = 1 << 16  # bytes; an ogg page is never longer
TOLERANCE = 0.25  # seconds by which a header may be wrong: codecs pad


@dataclass(frozen=True)
class Properties:
    """What a recording's header says. rate: Hz. seconds: its length; None where the header does not say."""

    rate: int
    channels: int
    codec: str
    seconds: float | None


def read(path: Path | str, sample_rate: int) -> np.ndarray:
    """A recording as mono samples.

    Args:
        sample_rate: Hz of the result; other rates are resampled (soxr, high quality).

    Returns:
        (samples,) float32, nominally in [-1, 1]; channels are averaged.

    Raises:
        InputError: the file is missing, not audio, cut short, empty, or holds NaN or infinity; the message names it.
    """
    return np.concatenate(list(blocks(path, sample_rate)))


def read_part(path: Path | str, sample_rate: int, start: float, end: float) -> np.ndarray:
    """The part of a recording from start to end (seconds) as mono samples; what follows is not decoded.

    Returns:
        (samples,) float32; fewer than the part has where the recording ends in it.

    Raises:
        InputError: as of `read`, or the recording ends before start.
    """
    missing, held = round(end * sample_rate) - round(start * sample_rate), []
    with contextlib.closing(blocks(path, sample_rate, start, end)) as decoded:
        for block in decoded:
            held.append(block)
            missing -= len(block)
            if missing <= 0:
                break
    return np.concatenate(held)


def blocks(
    path: Path | str, sample_rate: int | None = None, start: float = 0.0, end: float | None = None
) -> Generator[np.ndarray]:
    """A recording block by block, so that a day of audio needs no more memory than a minute.

    Args:
        sample_rate: Hz; None for the recording's own.
        start, end: seconds, for a part of the recording; None is its end.

    Yields:
        (n,) float32, n > 0.

    Raises:
        InputError: as of `read`, at the end when the recording is cut short; or it ends before start.
    """
    path = Path(path)
    with _decoder(path) as (properties, decoded):
        rate = sample_rate or properties.rate
        first, last = round(start * rate), None if end is None else round(end * rate)
        position = samples = 0
        for block in _resampled(decoded, properties.rate, rate):
            if not np.isfinite(block).all():
                raise InputError(f"{path} holds NaN or infinite samples; export it again as 16-bit wav")
            inside = block[max(0, first - position) : None if last is None else max(0, last - position)]
            position, samples = position + len(block), samples + len(inside)
            if len(inside):
                yield inside
        if position == 0:
            raise InputError(f"{path} holds no samples; take it out or record it again")
        if samples == 0:
            raise InputError(f"{path} ends at {position / rate:.2f} s, before the part from {start:g} s on begins")


def windows(
    path: Path | str,
    sample_rate: int,
    length: int,
    hop: int | None = None,
    start: float = 0.0,
    end: float | None = None,
) -> Iterator[np.ndarray]:
    """A recording's windows one by one, as windows.cut_audio_pad_last cuts them.

    Args:
        sample_rate, start, end: as of `blocks`, whose errors apply.
        length, hop: samples, as of cut_audio_pad_last.

    Yields:
        (length,) float32.
    """
    for _, found, _ in cut_blocks(blocks(path, sample_rate, start, end), length, hop):
        yield from found


def _resampled(decoded, rate, wanted):
    """Mono blocks at the wanted rate, of (n, channels) blocks."""
    resample = resampler(rate, wanted)
    for block in decoded:
        n = block.shape[1]
        mono = block[:, 0] if n == 1 else block @ np.full(n, 1 / n, "float32")  # numpy's mean takes 30 times as long
        yield resample(mono)
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
    with _decoder(Path(path)) as (found, _):
        return found


def write(path: Path | str | BinaryIO, signal: np.ndarray, sample_rate: int) -> None:
    """Write (samples,) in [-1, 1] as 16-bit wav to a path or an open file, whatever the path's suffix."""
    soundfile.write(path, signal, sample_rate, format="WAV", subtype="PCM_16")


@contextlib.contextmanager
def _decoder(path):
    """(Properties, iterator of (n, channels) float32); what the libraries raise becomes an InputError."""
    import av

    if not path.is_file():
        raise InputError(f"{path}: there is no such recording" if not path.exists() else f"{path} is not a file")
    try:
        try:
            name: Any = os.fsencode(path) if os.name == "posix" else path  # soundfile takes bytes, and says only str
            file = soundfile.SoundFile(name)
        except soundfile.LibsndfileError:
            options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
            file = av.open(str(path), options=options, metadata_errors="ignore")
            found, decoded = _by_pyav(file, path)
        else:
            found, decoded = _by_soundfile(file, path)
        with file:
            if not RATES[0] <= found.rate <= RATES[1]:
                raise ValueError(f"its header says {found.rate} Hz")
            yield found, decoded
    except (soundfile.LibsndfileError, av.FFmpegError, ValueError, MemoryError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "error_string", None) or getattr(error, "strerror", None) or str(error)
        reason = reason.strip().rstrip(".")
        raise InputError(f"{path} cannot be read ({reason}); is it a recording, and is it whole?") from None


def _by_soundfile(file, path):
    promised = _promised_frames(file) / max(1, file.samplerate)

    def decoded():
        frames = 0
        while len(block := file.read(max(1, BLOCK // file.channels), dtype="float32", always_2d=True)):
            frames += len(block)
            yield block
        _check_length(path, frames / file.samplerate, promised)
        if file.format == "OGG" and not _ends_with_last_page(path):
            raise ValueError("its end is missing")

    return Properties(file.samplerate, file.channels, f"{file.format} {file.subtype}", promised), decoded()


def _check_length(path, held, promised):
    if held < promised:
        raise InputError(f"{path} is cut short: it promises {promised:.2f} s and holds {held:.2f} s; copy it again")


def _promised_frames(file):
    """Frames the header speaks of. For wav and aiff libsndfile corrects that number to what is there, and logs it."""
    logged = re.search(r"^ ?(?:data|SSND) : (\d+) \(should be (\d+)\)", file.extra_info, re.MULTILINE)
    if not logged or not 0 < int(logged[1]) < OPEN_ENDED:
        return file.frames
    return max(file.frames, round(file.frames * int(logged[1]) / max(1, int(logged[2]))))


def _ends_with_last_page(path):
    """Whether an ogg file's last page says that it is the last."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LAST_PAGE))
        end = file.read()
    page = end.rfind(b"OggS")
    return page >= 0 and len(end) > page + 5 and bool(end[page + 5] & 4)


def _by_pyav(container, path):
    import av

    stream = next(iter(container.streams.audio), None)
    if stream is None or stream.codec_context is None:
        raise ValueError("it holds no sound in a known format")
    rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
    if not rate or not channels:
        raise ValueError("its header is damaged")

    name = container.format.name.partition(",")[0]
    promised = container.duration / 1e6 if container.duration and name in TELLS_ITS_LENGTH else None

    def decoded():
        to_float = av.AudioResampler(format="flt", layout=stream.codec_context.layout, rate=rate)
        waiting, samples = [], 0
        for frame in container.decode(stream):
            waiting += [same.to_ndarray().reshape(-1, channels) for same in to_float.resample(frame)]
            if sum(map(len, waiting)) * channels >= BLOCK:
                samples += sum(map(len, waiting))
                yield np.concatenate(waiting)
                waiting = []
        samples += sum(map(len, waiting))
        if waiting:
            yield np.concatenate(waiting)
        if promised:
            _check_length(path, samples / rate + TOLERANCE, promised)

    return Properties(rate, channels, f"{name} {stream.codec_context.name}", promised), decoded()
