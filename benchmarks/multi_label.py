"""Several labels at once: one model of all labels, beside one-versus-rest: a single-label model for each.

    python -m benchmarks.multi_label

Mixtures of no to three synthetic sounds of one second in noise, each in a frequency of its own. All models have the
same clips, the same splits and the same epochs in all: a model of one label has a third of those of the model of three.
Average precision is of the test split; the interval of the difference is over mixtures that are drawn with replacement.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from benchmarks import trainings
from classifier.core import arguments
from classifier.scoring.metrics import INTERVAL
from classifier.scoring.multi_label import average_precisions

RATE = 16_000
SPLITS = ("train", "train", "train", "validation", "test")  # of mixtures, in turn
DRAWS = 1000


def siren(times, random):
    return np.sin(2 * np.pi * (600 + 200 * np.sin(2 * np.pi * random.uniform(1, 3) * times)) * times)


def hum(times, random):
    return sum(np.sin(2 * np.pi * random.uniform(90, 110) * n * times) / n for n in (1, 2, 3, 4))


def clicks(times, random):
    return (np.sin(2 * np.pi * random.uniform(5, 15) * times) > 0.98) * random.normal(size=len(times)) * 3


SOUNDS = {"clicks": clicks, "hum": hum, "siren": siren}


def main(argv: list[str] | None = None) -> None:
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mixtures", type=arguments.at_least(50), default=300, help="default: %(default)s")
    parser.add_argument("--epochs", type=arguments.at_least(3), default=30, help="of the model of all labels")
    parser.add_argument("--model", default="stft_mean_mlp", help="default: %(default)s")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        found = compare(Path(folder), args)
    print(json.dumps(found, indent=2))


def compare(folder: Path, args: argparse.Namespace) -> dict:
    """The figures of both ways."""
    rows, how = _mix(folder, args.mixtures), ("--model", args.model, "--window", "1")
    of_all = [(name, ";".join(labels), split) for name, labels, split in rows]
    together = trainings.by_script(folder, "all", of_all, args.epochs, *how, "--multi-label")
    test, alone = together.predictions("test"), []
    for label in SOUNDS:
        of_one = [(name, label if label in has else "rest", split) for name, has, split in rows]
        trained = trainings.by_script(folder, label, of_one, max(1, args.epochs // len(SOUNDS)), *how)
        alone.append(trained.predictions("test")["probabilities"][:, trained.labels.index(label)])
    targets = test["targets"]
    ways = {"multi_label": test["probabilities"], "one_versus_rest": np.stack(alone, axis=1)}
    precisions = {name: float(np.mean(average_precisions(of, targets))) for name, of in ways.items()}
    random, differences = np.random.default_rng(0), []
    for _ in range(DRAWS):
        drawn = random.integers(len(targets), size=len(targets))
        one, other = (np.nanmean(average_precisions(of[drawn], targets[drawn])) for of in ways.values())
        differences.append(one - other)
    return {
        "windows": len(targets),
        "guessing": float(targets.mean()),
        "mean_average_precision": precisions,
        "difference": precisions["multi_label"] - precisions["one_versus_rest"],
        "interval": np.percentile(differences, INTERVAL).tolist(),
    }


def _mix(folder, n):
    times, rows = np.arange(RATE) / RATE, []
    for i in range(n):
        random = np.random.default_rng(i)
        labels = [label for label in SOUNDS if random.random() < 0.4]
        parts = [random.uniform(0.02, 0.2) * SOUNDS[label](times, random) for label in labels]
        audio = sum(parts, start=0.1 * random.normal(size=RATE))
        soundfile.write(folder / f"{i}.wav", np.clip(audio, -1, 1), RATE)
        rows.append((f"{i}.wav", labels, SPLITS[i % len(SPLITS)]))
    return rows


if __name__ == "__main__":
    main()
