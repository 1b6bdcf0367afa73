"""A thousand damaged recordings: each is read or refused by name, and nothing crashes or hangs.

Recordings of data_short in eight formats are cut short, overwritten with noise somewhere, given a header of noise, or
replaced by noise; `PrepareData.py --check` then looks at them in a process of its own. Same seed, same damage.

    python -m benchmarks.damaged_files
"""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import av
import numpy as np
import soundfile

from classifier.audio import recording
from classifier.core import arguments, console
from classifier.data.layouts import class_folders
from Constants import DATA_SHORT, ROOT

BY_SOUNDFILE = ("wav", "flac", "ogg", "mp3", "aiff")
BY_PYAV = {"m4a": "aac", "webm": "libopus", "wma": "wmav2"}  # suffix: codec
KINDS = ("cut short", "200 bytes overwritten", "header overwritten", "all overwritten")
MOST_SECONDS = 600


def encode(path, codec, signal, rate=48_000, layout="mono", container=None, options=None):
    """Write (samples,) float32 at a rate that the codec takes, on one channel or on two.

    Args:
        container: ffmpeg's name of the format; by the suffix of the path where not given.
        options: {name: value} of ffmpeg's writer of that format.
    """
    with av.open(str(path), "w", format=container, options=options or {}) as container:
        settings = {} if "amr" in codec else {"bit_rate": 64_000}
        stream = container.add_stream(codec, rate=rate, layout=layout, **settings)
        context = stream.codec_context
        to_codec = av.AudioResampler(context.format, layout, rate, frame_size=context.frame_size or 1024)
        channels = np.tile(signal, (2 if layout == "stereo" else 1, 1))
        whole = av.AudioFrame.from_ndarray(channels, format="fltp", layout=layout)
        whole.sample_rate = rate
        for frame in [*to_codec.resample(whole), *to_codec.resample(None), None]:
            container.mux(stream.encode(frame))
    return path


def damage(content, kind, random):
    content = bytearray(content)
    if kind == "cut short":
        return content[: random.integers(1, len(content))]
    first, n = {
        "200 bytes overwritten": (random.integers(len(content)), 200),
        "header overwritten": (0, 64),
        "all overwritten": (0, len(content)),
    }[kind]
    n = min(n, len(content) - first)
    content[first : first + n] = random.bytes(n)
    return content


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=1000, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    args = parser.parse_args(argv)
    random = np.random.default_rng(args.seed)
    signals = [recording.read(clip.path, 48_000)[:240_000] for clip in class_folders.clips(DATA_SHORT)[:10]]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "data"
        suffixes = [*BY_SOUNDFILE, *BY_PYAV]
        kind_of = {}
        for i in console.progress(range(args.n), "damaging recordings"):
            suffix, kind = suffixes[i % len(suffixes)], KINDS[(i // len(suffixes)) % len(KINDS)]
            path = folder / "ab"[i % 2] / f"{i}.{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            if suffix in BY_PYAV:
                encode(path, BY_PYAV[suffix], signals[i % len(signals)])
            else:
                soundfile.write(path, signals[i % len(signals)], 48_000)
            path.write_bytes(damage(path.read_bytes(), kind, random))
            kind_of[path.relative_to(folder).as_posix()] = (suffix, kind)
        command = [sys.executable, str(ROOT / "PrepareData.py"), "--check", str(folder), "--json"]
        started = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, timeout=MOST_SECONDS)
        seconds = time.monotonic() - started
        if done.returncode or "Traceback" in done.stderr:
            raise SystemExit(f"PrepareData.py ended with {done.returncode}\n{done.stderr}")
        found = json.loads(done.stdout)
        refused = {name for name in kind_of if any(f"{folder / name}" in reason for reason in found["unreadable"])}
        read = {row["name"] for row in found["recordings"]}
    assert refused | read == set(kind_of) and not refused & read and len(found["unreadable"]) == len(refused)
    print(f"{args.n} damaged files, {seconds:.1f} s, no crash: {len(refused)} refused by name, {len(read)} read")
    rows = []
    for suffix in suffixes:
        of = Counter((kind, name in refused) for name, (s, kind) in kind_of.items() if s == suffix)
        rows.append([suffix, *(f"{of[kind, True]} of {of[kind, True] + of[kind, False]}" for kind in KINDS)])
    console.table(["refused", *KINDS], rows)


if __name__ == "__main__":
    console.run(main)
