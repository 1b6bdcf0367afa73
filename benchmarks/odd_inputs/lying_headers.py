"""Recordings whose headers declare another size than the file has."""

import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.odd_inputs import headers
from benchmarks.odd_inputs.headers import CONTAINERS, chunk
from benchmarks.odd_inputs.kind import REFUSED, WHOLE, Kind
from classifier.audio import recording

RATE = 16_000
SECONDS = 2


def samples(rate: int, channels: int, bits: int) -> np.ndarray:
    """(n, channels) whole numbers: a tone with noise, the same on each channel."""
    n = SECONDS * rate
    signal = 0.3 * np.sin(2 * np.pi * 440 * np.arange(n) / rate) + np.random.default_rng(0).normal(0, 0.01, n)
    return np.tile(np.round(signal * (2 ** (bits - 1) - 1)).astype("int64")[:, None], channels)


def packed(found: np.ndarray, bits: int) -> bytes:
    """Little-endian samples; of 8 bits unsigned, as wav has them."""
    if bits == 8:
        return (found + 128).astype("u1").tobytes()
    whole = found.astype("<i4").view("u1").reshape(-1, 4)
    return whole[:, : bits // 8].tobytes()


def lying(container, declared, folder: Path, rate=RATE, channels=1, bits=16, behind=b"", held=1.0) -> str:
    """Write and read a recording whose header declares a share of its bytes, or below 0 or above 1 a number."""
    found = samples(rate, channels, bits)
    pcm = packed(found, bits)
    size = round(declared * len(pcm)) if 0 < declared <= 2 else declared
    path = folder / f"{folder.name}.{container}"
    content = CONTAINERS[container](pcm, size, rate, channels, bits, behind)
    path.write_bytes(content[: round(len(content) * held)])
    return compared(path, rate, found[:, 0] / 2 ** (bits - 1))


def compared(path: Path, rate: int, expected: np.ndarray) -> str:
    """What is wrong with the samples of a recording."""
    signal = recording.read(path, rate)
    if len(signal) != len(expected):
        return f"{len(signal)} of {len(expected)} samples were read"
    return "" if np.abs(signal - expected).max() < 1e-4 else "other samples were read"


def two_chunks(bits, channels, folder: Path) -> str:
    """A wav with two chunks of sound."""
    found = samples(RATE, channels, bits)
    pcm, half = packed(found, bits), len(found) // 3 * channels * bits // 8
    path = folder / f"{folder.name}.wav"
    form = headers.wav_format(RATE, channels, bits)
    path.write_bytes(headers.riff(form, chunk(b"data", pcm[:half]), chunk(b"data", pcm[half:])))
    return compared(path, RATE, found[:, 0] / 2 ** (bits - 1))


def with_behind(name, content, declared, folder: Path) -> str:
    """A wav with another chunk behind its sound."""
    return lying("wav", declared, folder, behind=chunk(name, content))


def each(what, outcome, declared, says="", **kwargs) -> Kind:
    """A kind with a member of each container."""
    return Kind("A 1, 2", what, outcome, {c: functools.partial(lying, c, declared, **kwargs) for c in CONTAINERS}, says)


def kinds() -> Iterator[Kind]:
    """What headers may say."""
    noise = np.random.default_rng(1).bytes(20_000)
    cd, studio = {"rate": 44_100, "channels": 2}, {"rate": 48_000, "channels": 2, "bits": 24}
    yield each("the truth", WHOLE, 1.0)
    yield each("size 0", WHOLE, 0)
    yield each("size 0, stereo", WHOLE, 0, **cd)
    yield each("size unknown", WHOLE, -1)
    yield each("size unknown, 24 bits", WHOLE, -1, **studio)
    yield each("a quarter declared", WHOLE, 0.25)
    yield each("half declared, stereo", WHOLE, 0.5, **cd)
    yield each("a third declared, 24 bits", WHOLE, 1 / 3, **studio)
    yield each("one buffer declared", WHOLE, 4096)
    yield each("one buffer declared, 8 kHz", WHOLE, 2048, rate=8_000)
    yield each("twice as much declared", REFUSED, 2.0, "cut short")
    yield each("cut in the middle", REFUSED, 1.0, "cut short", held=0.5)
    yield each("cut in the header", REFUSED, 1.0, held=0.0003)
    yield each("noise behind the sound", REFUSED, 1.0, "says nothing", behind=noise)
    layouts = {"8 bits": (8, 1), "16 bits": (16, 1), "24 bits": (24, 1), "32 bits": (32, 1), "stereo": (16, 2)}
    yield Kind(
        "A 1, 2", "two chunks of sound", WHOLE, {n: functools.partial(two_chunks, *of) for n, of in layouts.items()}
    )
    chunks = {
        "LIST": b"INFOISFT\6\0\0\0phone\0",
        "bext": bytes(602),
        "cue ": bytes(28),
        "iXML": b"<BWFXML/>" * 8,
        "id3 ": b"ID3\4\0\0\0\0\0\12" + bytes(10),
    }
    for what, declared in (("another chunk behind the sound", 1.0), ("the same, a quarter declared", 0.25)):
        members = {n: functools.partial(with_behind, n.encode(), of, declared) for n, of in chunks.items()}
        yield Kind("A 1, 2", what, WHOLE, members)
