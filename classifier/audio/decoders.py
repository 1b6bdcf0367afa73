"""Decode a recording with soundfile or PyAV, in stretches of one rate and one number of channels.

Files that soundfile cannot read (m4a, webm, wma ...) PyAV decodes; it brings ffmpeg
along.
"""

import contextlib
import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from classifier.audio import containers, streams
from classifier.audio.parts import Part, find_parts
from classifier.core.errors import InputError
from classifier.core.text import readable

CONTAINERS = (  # for PyAV: playlists may open other files
    "aac,ac3,aea,aiff,amr,amrnb,amrwb,ape,asf,au,avi,avr,caf,dsf,dss,dts,dtshd,eac3,flac,flv,gsm,iff,ircam,loas,"
    "matroska,mlp,mov,mp3,mpc,mpc8,mpeg,mpegts,nistsphere,ogg,oma,paf,pvf,qcp,qoa,rm,shn,sox,tak,truehd,tta,voc,vqf,"
    "w64,wav,wsd,wv,xwma"
)
TELLS_ITS_LENGTH = ("matroska", "mov", "asf")  # containers whose header says how long they are
BLOCK = 1 << 20  # samples of all channels decoded at once: memory does not grow with the recording
RATES = (1_000, 768_000)  # Hz; headers that say otherwise are damaged, and would fill the memory when resampled
LAST_PAGE = 1 << 16  # bytes; an ogg page is never longer
LARGEST_TAG = 1 << 24  # bytes; pictures lie in the tags before an mp3
TOLERANCE = 0.25  # seconds by which a header may be wrong: codecs pad
DAMAGE = (ValueError, TypeError, OverflowError, MemoryError)  # what libraries raise of headers that make no sense
PROBED = "4096"  # bytes that FFmpeg looks at before it is sure: the words of a header need no sound
MOST_FRAMES = 1 << 62  # what libsndfile says of a file that does not know its length

Decoded = Iterator[tuple[int, np.ndarray]]  # rate in Hz, (n, channels) float32


@dataclass(frozen=True)
class Properties:
    """What a recording's header says. rate: Hz. seconds: its length; None where the header does not say.

    tracks: sounds beside each other, of which one is read.
    """

    rate: int
    channels: int
    codec: str
    seconds: float | None
    tracks: int = 1


@contextlib.contextmanager
def opened(path: Path, track: int = 0) -> Generator[tuple[Properties, Decoded]]:
    """The properties of a recording's first part, and the samples of all parts.

    Args:
        track: which sound track is read, from 0; where it is not there, as `Properties.tracks` tells, the last.

    Raises:
        InputError: the file is missing, not audio, or not whole; also while it is decoded.
    """
    import av

    if not path.is_file():
        raise InputError(f"{path}: there is no such recording" if not path.exists() else f"{path} is not a file")
    try:
        parts = find_parts(path)
        with contextlib.ExitStack() as first:
            properties, decoded = first.enter_context(_opened(parts[0], path, track))
            if len(parts) > 1:
                properties = replace(properties, seconds=None)
            yield properties, _all(parts, decoded, path, track)
    except (soundfile.LibsndfileError, av.FFmpegError, *DAMAGE) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "error_string", None) or getattr(error, "strerror", None) or str(error)
        reason = reason.strip().rstrip(".")
        raise InputError(f"{path} cannot be read ({reason}); is it a recording, and is it whole?") from None


def _all(parts, first, path, track) -> Decoded:
    yield from first
    for part in parts[1:]:
        with _opened(part, path, track) as (_, decoded):
            yield from decoded


@contextlib.contextmanager
def _opened(part: Part, path, track) -> Generator[tuple[Properties, Decoded]]:
    import av

    source = part.file if isinstance(part.file, Path) else part.file()
    with source if isinstance(source, BufferedReader) else contextlib.nullcontext():
        file = None
        if not part.by_pyav:
            with contextlib.suppress(*(() if part.raw else (soundfile.LibsndfileError, TypeError))):
                file = soundfile.SoundFile(_by_bytes(source), **(part.raw or {}))
        if file is not None and not 0 <= file.frames < MOST_FRAMES:  # flac without a length
            file.close()
            file = None
        if file is None:
            with source.open("rb") if isinstance(source, Path) else contextlib.nullcontext(source) as chunks:
                containers.check_sizes(chunks)
                chunks.seek(0)
            options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
            file = av.open(_by_text(source), options=options, metadata_errors="ignore")
            found, decoded = _by_pyav(file, path, part, track)
        else:
            found, decoded = _by_soundfile(file, source, path, part)
        with file:
            if not RATES[0] <= found.rate <= RATES[1]:
                raise ValueError(f"its header says {found.rate} Hz")
            yield found, decoded


def tags_of_wav(path: Path | str) -> dict[str, str]:
    """What the header of a wav says in words, by FFmpeg's names; {} where it is no wav, or cannot be read."""
    import av

    options = {"format_whitelist": "wav", "protocol_whitelist": "file", "probesize": PROBED}
    try:
        with av.open(_by_text(Path(path)), options=options, metadata_errors="ignore") as file:
            return dict(file.metadata)
    except (OSError, ValueError):  # PyAV's errors are of these
        return {}


def _by_bytes(source) -> Any:
    """A path as bytes, whatever they are: soundfile takes them, though its type hints do not say so."""
    return os.fsencode(source) if isinstance(source, Path) and os.name == "posix" else source


def _by_text(source) -> Any:
    """A path as text, which PyAV wants; a file where its name is not UTF-8."""
    if isinstance(source, Path) and readable(str(source)) == str(source):
        return str(source)
    return source.open("rb") if isinstance(source, Path) else source


def _by_soundfile(file, source, path, part):
    promised = file.frames / max(1, file.samplerate) * part.whole

    def decoded():
        frames = 0
        while len(block := file.read(max(1, BLOCK // file.channels), dtype="float32", always_2d=True)):
            frames += len(block)
            yield file.samplerate, block
        if file.format != "MP3" or frames >= file.frames or streams.tells_its_length(_begin(source)):
            _check_length(path, frames / file.samplerate, promised)
        if file.format == "OGG" and not streams.ends_with_whole_page(_end(source)):
            raise ValueError("its end is missing")

    return Properties(
        file.samplerate, file.channels, f"{part.container or file.format} {file.subtype}", promised
    ), decoded()


def _check_length(path, held, promised):
    if held < promised:
        raise InputError(f"{path} is cut short: it promises {promised:.2f} s and holds {held:.2f} s; copy it again")


def _begin(source):
    """The first bytes of a file."""
    with source.open("rb") if isinstance(source, Path) else contextlib.nullcontext(source) as file:
        file.seek(0)
        return file.read(LARGEST_TAG)


def _end(source):
    """The last bytes of a file."""
    with source.open("rb") if isinstance(source, Path) else contextlib.nullcontext(source) as file:
        file.seek(max(0, file.seek(0, 2) - LAST_PAGE))
        return file.read()


def _by_pyav(container, path, part, track):
    stream = next(iter(container.streams.audio[track:] or container.streams.audio[-1:]), None)
    if stream is None or stream.codec_context is None:
        raise ValueError("it holds no sound in a known format")
    rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
    if not rate or not channels:
        raise ValueError("its header is damaged")

    name = container.format.name.partition(",")[0]
    promised = container.duration / 1e6 if container.duration and name in TELLS_ITS_LENGTH else None

    def decoded():
        seconds = 0.0
        for of_one, block in _joined(_as_float(_frames(container.demux(stream), part.is_open))):
            seconds += len(block) / of_one
            yield of_one, block
        if part.whole > 1:
            _check_length(path, seconds, seconds * part.whole)
        if promised:
            _check_length(path, seconds + TOLERANCE, promised)

    codec = f"{name} {stream.codec_context.name}"
    return Properties(rate, channels, codec, promised, len(container.streams.audio)), decoded()


def _frames(packets, is_open):
    """Frames of packets. Where the end of the sound is not known, the last packet may be damaged."""
    import av

    failed = None
    for packet in packets:
        if failed and packet.size:
            raise failed
        try:
            yield from packet.decode()
        except av.InvalidDataError as error:
            if not is_open:
                raise
            failed = error


def _as_float(decoded) -> Decoded:
    """Frames as float; rate and channels may change from one to the next."""
    import av

    known, to_float = None, lambda frame: [frame]
    for frame in decoded:
        if (settings := (frame.format.name, frame.layout.name, frame.sample_rate)) != known:
            known = settings
            to_float = av.AudioResampler(format="flt", layout=frame.layout, rate=frame.sample_rate).resample
        for same in to_float(frame):
            yield frame.sample_rate, same.to_ndarray().reshape(-1, frame.layout.nb_channels)


def _joined(frames: Decoded) -> Decoded:
    """Blocks of frames that have one rate and one number of channels."""
    waiting, n, known = [], 0, (0, 0)
    for rate, frame in frames:
        if waiting and ((rate, frame.shape[1]) != known or n >= BLOCK):
            yield known[0], np.concatenate(waiting)
            waiting, n = [], 0
        known = rate, frame.shape[1]
        waiting.append(frame)
        n += frame.size
    if waiting:
        yield known[0], np.concatenate(waiting)
