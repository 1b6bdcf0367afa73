"""Models of other scales: ultrasound at its own rate and at 16 kHz, and recordings at 8 kHz and at 16 kHz.

    python -m benchmarks.scales
    python -m benchmarks.scales --data ../shared/data/voices --group-by '^([^_]+)_' --fold 1 --epochs 12

Without --data, two kinds of calls above 40 kHz are made that differ in their sweep alone, each place with a background
of its own; five folds by place. With --data, one fold of the recordings at half the rate of Constants.py and at that
rate.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import soundfile

import EvaluateModel
from classifier.core import arguments, console
from Constants import SAMPLE_RATE

RATE = 250_000  # Hz, of a detector of bats
PLACES = 20
EACH = 3  # recordings of each call in a place
SECONDS = 1.5
CALL = 0.006  # seconds
CALLS = {"sweep": (80_000, 45_000), "steady": (60_000, 60_000)}  # Hz, from its start to its end


def call(random: np.random.Generator, start: float, end: float) -> np.ndarray:
    """(samples,) a call whose frequency goes from start to end (Hz), each moved by up to 3 kHz."""
    t = np.arange(round(CALL * random.uniform(0.7, 1.3) * RATE)) / RATE
    moved = random.uniform(-3000, 3000)
    hertz = np.linspace(start, end, len(t)) + moved
    return np.sin(2 * np.pi * np.cumsum(hertz) / RATE) * np.hanning(len(t))


def make(folder: Path, random: np.random.Generator) -> None:
    """Write recordings of each label, named by their place."""
    for place in range(PLACES):
        colour, level = random.normal(size=8), random.uniform(0.002, 0.02)
        for label, (start, end) in CALLS.items():
            (folder / label).mkdir(parents=True, exist_ok=True)
            for i in range(EACH):
                noise = np.convolve(random.normal(size=round(SECONDS * RATE) + len(colour) - 1), colour, "valid")
                signal = level * noise / noise.std()
                for first in np.arange(0.03, SECONDS - 0.03, 0.08):
                    sound, where = call(random, start, end), round((first + random.uniform(0, 0.03)) * RATE)
                    signal[where : where + len(sound)] += 4 * level * sound
                soundfile.write(folder / label / f"place{place}_{i}.wav", signal, RATE)


def evaluate(out: Path, *args: object) -> str:
    """The balanced accuracy of `residual` by windows, as the leaderboard would say it."""
    EvaluateModel.main([*map(str, args), "--model", "residual", "--no-refit", "--out", str(out)])
    result = json.loads((out / "residual.json").read_text(encoding="utf-8"))
    low, high = result["intervals"]["windows"]["balanced_accuracy"]
    return f"{result['scores']['windows']['balanced_accuracy']:.1%} ({low:.1%} to {high:.1%})"


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="recordings, in place of ultrasound that is made")
    parser.add_argument("--group-by", metavar="REGEX", default="^([^_]+)_")
    parser.add_argument("--fold", type=int, default=1, help="of --data (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=20, help="default: %(default)s")
    args = parser.parse_args(argv)

    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        if args.data:
            what, data, folds = f"fold {args.fold} of {args.data}", args.data, ["--folds", args.fold]
            settings = {"16 kHz": [], "8 kHz": ["--sample-rate", SAMPLE_RATE // 2]}
        else:
            what, data, folds = f"calls above 40 kHz in {PLACES} places", folder / "data", []
            make(data, np.random.default_rng(0))
            settings = {"16 kHz": [], "250 kHz, 0.1 s": ["--sample-rate", RATE, "--window", 0.1]}
        shared = ["--data", data, "--group-by", args.group_by, "--epochs", args.epochs, *folds]
        found = {name: evaluate(folder / f"out{i}", *shared, *more) for i, (name, more) in enumerate(settings.items())}
    print(f"residual, {args.epochs} epochs, {what}: balanced accuracy of windows, and its 95 % interval")
    console.table(["model", "balanced accuracy"], [[name, value] for name, value in found.items()])


if __name__ == "__main__":
    console.run(main)
