"""What the benchmarks that train share: flags of the data set, its recordings, the settings of a run."""

import csv
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from classifier.core import arguments, registry
from classifier.data import audio_cache, clips
from classifier.records import artifact
from classifier.records.audio_format import AudioFormat
from classifier.records.refit import NONE
from classifier.records.training_config import TrainingConfig
from Constants import EVALUATED, ROOT


def parser(description, out, model):
    """Flags --data, --group-by, --model and --out.

    Args:
        description: the benchmark's docstring, of which the first line is shown.
        out: default of --out, below evaluated/.
        model: default of --model.
    """
    made = arguments.ArgumentParser(description=description.splitlines()[0])
    made.add_argument("--data", type=Path, required=True, help="a folder of recordings")
    made.add_argument("--group-by", metavar="REGEX")
    made.add_argument("--model", default=model, help="default: %(default)s")
    made.add_argument("--out", type=Path, default=EVALUATED / out, help="default: %(default)s")
    return made


def from_scratch(wanted: str) -> list[str]:
    """The models of --model that train from scratch: all but those on a pretrained network."""
    return [name for name in registry.choose("models", wanted) if not registry.stated("models", name, "NETWORK")]


def recordings(args):
    """The recordings of --data, decoded."""
    found = clips.read_clips(args.data, args.group_by)
    return audio_cache.read(found, args.data, AudioFormat().sample_rate)


def config_of(args, model, seed, epochs, trained, **more):
    """The TrainingConfig of these flags, for one model, with more of its values."""
    decided = {"data": str(args.data.resolve()), "group_by": args.group_by, "fold": args.fold, "seed": seed}
    return TrainingConfig(**{**decided, **more}, epochs=epochs, models=(model,), trained=trained, refit=NONE)


def by_script(
    folder: Path, name: str, recordings: Iterable[tuple[str, str, str]], epochs: int, *flags: str
) -> artifact.Artifact:
    """What TrainModel.py makes of a table, without a refit; a model that is there is taken as it is.

    Args:
        folder: gets the table, and the model in a folder called name.
        recordings: (path, label, split) of each.
        flags: of TrainModel.py.
    """
    table, trained = folder / f"{name}.csv", folder / name
    if not artifact.folders(trained):
        with table.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("path", "label", "split"), *recordings])
        how = ["--data", str(table), "--epochs", str(epochs), "--no-refit", "--trained", str(trained), *flags]
        subprocess.run(
            [sys.executable, str(ROOT / "TrainModel.py"), *how], check=True, cwd=folder, stdout=subprocess.DEVNULL
        )
    return artifact.trained(trained)[0]


def read_rows(path: Path, key: Sequence[str]) -> dict[tuple[str, ...], dict[str, str]]:
    """{values of the key's columns: row, {column: value}} of a csv of finished trainings; {} where there is none."""
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {tuple(row[name] for name in key): row for row in csv.DictReader(file)}


def append_row(path: Path, row: Mapping[str, object]) -> None:
    """Write a finished training, {column: value}, behind those that a csv holds."""
    is_new = not path.is_file()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(row), lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow(row)
