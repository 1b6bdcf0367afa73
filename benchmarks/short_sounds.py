"""Whether clicks of 10 to 50 ms are learned for what they are, when nothing but the click tells the labels.

    python -m benchmarks.short_sounds

Both labels have the same places, backgrounds and lengths: a click, or the same place without one. Half of the data are
marks of 10 to 50 ms in long recordings, in a table with start and end; half are recordings shorter than a window.
Clicks are then looked for in recordings of places that the training did not hear, long and short.
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import ClassifyRecordings
import TrainModel
from classifier.audio import recording
from classifier.core import arguments, console

RATE = 16_000
LONG, APART = 42, 3  # seconds of a long recording, and between what is marked in it
NEW_APART = 6  # seconds between clicks that are looked for: three windows
SHORT = (0.3, 1.9)  # seconds of a short recording
CLICK = (0.01, 0.05)  # seconds
NOISE = (0.002, 0.02)  # RMS of a background
LOUDER = 25  # times the background's RMS, a click's peak
NEW = 14  # clicks that are looked for in a long recording, and short recordings of each label


@dataclass(frozen=True)
class Found:
    """How many clicks of long and of short recordings were found, of how many; false: where there is none."""

    long: int
    short: int
    n: int
    false_long: int
    false_short: int


def background(random: np.random.Generator, seconds: float) -> np.ndarray:
    """(samples,) noise of a place: its colour and its level are drawn."""
    noise = np.convolve(random.normal(size=round(seconds * RATE) + 7), random.normal(size=8), "valid")
    return noise * random.uniform(*NOISE) / noise.std()


def add_click(random: np.random.Generator, signal: np.ndarray, start: float) -> float:
    """Add a click to (samples,) from a second on; returns its length in seconds."""
    seconds = random.uniform(*CLICK)
    t = np.arange(round(seconds * RATE)) / RATE
    click = np.sin(2 * np.pi * random.uniform(1500, 5000) * t) * np.exp(-5 * t / seconds)
    place = round(start * RATE)
    signal[place : place + len(t)] += LOUDER * signal.std() * click
    return seconds


def make(folder: Path, places: int, random: np.random.Generator) -> Path:
    """Write recordings and the table that marks them; returns the table."""
    rows = ["path,label,start,end,group"]
    for place in range(places):
        signal, name = background(random, LONG), f"long{place}.wav"
        starts = np.arange(1, LONG - 1, APART) + random.uniform(0, 0.9, len(range(1, LONG - 1, APART)))
        labels = random.permutation(np.resize(["click", "other"], len(starts)))
        for start, label in zip(starts, labels, strict=True):
            seconds = add_click(random, signal, start) if label == "click" else random.uniform(*CLICK)
            rows.append(f"{name},{label},{start:.3f},{start + seconds:.3f},place{place}")
        recording.write(folder / name, signal, RATE)
        for i, label in enumerate(labels):
            name = f"short{place}_{i}.wav"
            _write_short(folder / name, random, label == "click")
            rows.append(f"{name},{label},,,short{place}_{i}")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder / "labels.csv"


def make_new(folder: Path, random: np.random.Generator) -> list[tuple[float, float]]:
    """Write recordings of new places: one long, and short ones; returns (start, end) of the clicks in the long one."""
    signal = background(random, NEW * NEW_APART)
    starts = (np.arange(NEW) + 0.5) * NEW_APART + random.uniform(-1, 1, NEW)
    clicks = [(start, start + add_click(random, signal, start)) for start in starts]
    recording.write(folder / "long.wav", signal, RATE)
    recording.write(folder / "long_without.wav", background(random, NEW * NEW_APART), RATE)
    for i in range(NEW):
        for name, has_click in (("click", True), ("other", False)):
            _write_short(folder / f"{name}{i}.wav", random, has_click)
    return clicks


def _write_short(path, random, has_click):
    seconds = random.uniform(*SHORT)
    signal = background(random, seconds)
    if has_click:
        add_click(random, signal, random.uniform(0, seconds - CLICK[1]))
    recording.write(path, signal, RATE)


def find(model: str, epochs: int, places: int, seed: int, folder: Path) -> Found:
    """Train a model, and look for clicks with it."""
    data, new = folder / "data", folder / "new"
    data.mkdir()
    new.mkdir()
    random = np.random.default_rng(seed)
    table, clicks = make(data, places, random), make_new(new, random)
    trained = folder / "trained"
    given = ["--model", model, "--data", str(table), "--epochs", str(epochs), "--seed", str(seed)]
    TrainModel.main([*given, "--no-cache", "--trained", str(trained)])
    out = ["--out", str(folder / "out"), "--writers", "jsonl", "--overlap", "0.5"]
    ClassifyRecordings.main([str(new), "--model", str(trained / model), "--threshold", "0.5", *out])
    lines = (folder / "out" / "recordings.jsonl").read_text(encoding="utf-8").splitlines()
    segments = {
        Path(row["recording"]).stem: [s for s in row["segments"] if s["label"] == "click"]
        for row in map(json.loads, lines)
    }

    def heard(start, end):
        return any(segment["start"] < end and start < segment["end"] for segment in segments["long"])

    return Found(
        long=sum(heard(*click) for click in clicks),
        short=sum(bool(segments[f"click{i}"]) for i in range(NEW)),
        n=NEW,
        false_long=len(segments["long_without"]),
        false_short=sum(bool(segments[f"other{i}"]) for i in range(NEW)),
    )


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="residual", help="default: %(default)s")
    parser.add_argument("--epochs", type=int, default=20, help="default: %(default)s")
    parser.add_argument("--places", type=int, default=20, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        found = find(args.model, args.epochs, args.places, args.seed, Path(folder))
    print(f"{args.model}, {args.epochs} epochs, {args.places} places; clicks of 10 to 50 ms that were found:")
    console.table(
        ["", "found", "of", "false alarms"],
        [
            [f"in a recording of {NEW * NEW_APART} s", found.long, found.n, found.false_long],
            ["in recordings shorter than a window", found.short, found.n, found.false_short],
        ],
    )
    print(f"false alarms: segments in another {NEW * NEW_APART} s, and of {found.n} short recordings, without clicks")


if __name__ == "__main__":
    console.run(main)
