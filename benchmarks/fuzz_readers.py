"""Damaged recordings, tables and labels files: each is read or refused by name, in bounded memory.

Hypothesis writes other values into the headers of wav, rf64, w64, aiff, au, caf, flac, ogg, opus and mp3 files, cuts
them, and puts them behind each other; tables and labels files are those of fuzz_tables. What is found is made as small
as it can be, and shown.

    python -m benchmarks.fuzz_readers --minutes 10
"""

import contextlib
import resource
import struct
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import hypothesis
import numpy as np
import soundfile
from hypothesis import strategies

from benchmarks import fuzz_tables
from benchmarks.damaged_files import encode
from classifier.audio import recording
from classifier.core import arguments, console
from classifier.core.errors import InputError

RATE = 16_000
SECONDS = 0.5
LONGEST = 600  # seconds that are read of what a header makes of them
MOST_MEMORY = 512 << 20  # bytes more than before the first file
HEADER = 256  # bytes
EXAMPLES = 200  # of a round; each has a seed of its own
FORMATS = {  # name: suffix, libsndfile's format and subtype
    "wav": ("wav", "WAV", "PCM_16"),
    "wav of floats": ("wav", "WAV", "FLOAT"),
    "wav, extensible": ("wav", "WAVEX", "PCM_24"),
    "wav, adpcm": ("wav", "WAV", "IMA_ADPCM"),
    "rf64": ("rf64", "RF64", "PCM_16"),
    "w64": ("w64", "W64", "PCM_16"),
    "aiff": ("aiff", "AIFF", "PCM_16"),
    "aifc": ("aifc", "AIFF", "FLOAT"),
    "au": ("au", "AU", "PCM_16"),
    "caf": ("caf", "CAF", "PCM_16"),
    "flac": ("flac", "FLAC", "PCM_16"),
    "ogg": ("ogg", "OGG", "VORBIS"),
    "opus": ("opus", "OGG", "OPUS"),
    "mp3": ("mp3", "MP3", "MPEG_LAYER_III"),
}
NUMBERS = (0, 1, 2, 3, 4, 8, 255, 4095, 0x7FFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


def recordings(folder: Path) -> dict[str, tuple[str, bytes]]:
    """{name: (suffix, content)} of a whole recording of each format."""
    signal = 0.3 * np.sin(2 * np.pi * 440 * np.arange(round(SECONDS * RATE)) / RATE)
    made = {}
    for name, (suffix, form, subtype) in FORMATS.items():
        path = folder / f"whole.{suffix}"
        soundfile.write(path, signal, RATE, format=form, subtype=subtype)
        made[name] = suffix, path.read_bytes()
    path = encode(folder / "inside.wav", "libmp3lame", signal.astype("float32"), RATE)
    return made | {"wav, mp3": ("wav", path.read_bytes())}


def _damages():
    """(place, bytes that are written there) of a header, from its begin or, below 0, from the end of the file."""
    numbers = strategies.sampled_from(NUMBERS) | strategies.integers(0, 0xFFFFFFFF)
    packed = strategies.builds(struct.pack, strategies.sampled_from(["<I", ">I"]), numbers)
    places = strategies.integers(-HEADER, HEADER)
    return strategies.lists(strategies.tuples(places, packed | strategies.binary(min_size=1, max_size=8)), max_size=6)


def damaged(content: bytes, damages: list[tuple[int, bytes]], cut: int, behind: bytes) -> bytes:
    """A file with other bytes in it, without its last `cut` bytes, and with others behind."""
    held = bytearray(content)
    for place, written in damages:
        place %= len(held)
        held[place : place + len(written)] = written[: len(held) - place]
    return bytes(held[: max(0, len(held) - cut)]) + behind


def memory() -> int:
    """Bytes that this process held at most."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def read(path: Path) -> bool:
    """Read at most LONGEST seconds; whether the file is not refused.

    Raises:
        AssertionError: the reason does not name the file, or samples are no numbers.
    """
    try:
        recording.properties(path)
        samples = 0
        with contextlib.closing(recording.blocks(path, RATE)) as blocks:
            for block in blocks:
                assert np.isfinite(block).all()
                samples += len(block)
                if samples > LONGEST * RATE:
                    break
    except InputError as error:
        assert path.name in str(error)
        return False
    return True


def fuzz(folder: Path, seed: int, examples: int = EXAMPLES) -> Counter:
    """Read damaged files of one seed; {(name, whether it was read): number}.

    Raises:
        AssertionError, or what a reader raises: with the smallest example that hypothesis finds.
    """
    wholes, counts, before = recordings(folder), Counter(), memory()
    behind = strategies.sampled_from(["", *wholes]) | strategies.binary(max_size=2 * HEADER)

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    @hypothesis.given(
        strategies.sampled_from(sorted(wholes)), _damages(), strategies.just(0) | strategies.integers(0, 4096), behind
    )
    def each_is_read_or_refused(name, damages, cut, behind):
        suffix, content = wholes[name]
        path = folder / f"damaged.{suffix}"
        another = behind if isinstance(behind, bytes) else wholes[behind][1] if behind else b""
        path.write_bytes(damaged(content, damages, cut, another))
        counts[name, read(path)] += 1
        assert memory() - before < MOST_MEMORY, f"{(memory() - before) >> 20} MB"

    for name, (suffix, content) in wholes.items():  # each format at least once, whatever is drawn
        path = folder / f"undamaged.{suffix}"
        path.write_bytes(content)
        counts[name, read(path)] += 1
    each_is_read_or_refused()
    return counts


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="the first one (default: %(default)s)")
    args = parser.parse_args(argv)
    counts, seed, until, before = Counter(), args.seed, time.monotonic() + 60 * args.minutes, memory()
    with tempfile.TemporaryDirectory() as folder, console.quiet_libraries(also_python=False):
        while time.monotonic() < until:
            counts += fuzz(Path(folder), seed)
            counts += fuzz_tables.fuzz(Path(folder, "tables"), seed, EXAMPLES)
            seed += 1
    names = sorted({name for name, _ in counts})
    console.table(["file", "read", "refused"], [[name, counts[name, True], counts[name, False]] for name in names])
    mb = (memory() - before) >> 20
    print(
        f"{counts.total()} damaged files, seeds {args.seed} to {seed - 1}: no other error; {mb} MB more memory at most"
    )


if __name__ == "__main__":
    main()
