"""Whether two commits train, convert and classify to the same results on this machine.

    python -m benchmarks.same_results record FOLDER_OF_A_CLONE OUT.json [--voices ../shared/data/voices]
    python -m benchmarks.same_results compare BEFORE.json AFTER.json

`record` runs the clone's own scripts with its own .venv on data_short, and on one fold of the voices; it writes what
came of them. Weights depend on the number of cores: record both commits on one machine.
"""

import argparse
import csv
import hashlib
import json
import re
import subprocess
from pathlib import Path

from classifier.core import arguments

RENAMED = {  # what a later commit calls the same value
    "mean_recall": "balanced_accuracy",
    "pieces": "windows",
    "mean_precision": "macro_precision",
    "mean_f1": "macro_f1",
    "mean_roc_auc": "macro_roc_auc",
    "mean_pr_auc": "macro_pr_auc",
}
TFLITE = ("model", "model_float16", "model_dynamic", "model_int8", "model_dropin")


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("record", "compare"))
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("--voices", type=Path, help="a folder of recordings, label_folder/speaker_number.flac")
    parser.add_argument("--epochs", type=int, default=8, help="on the voices (default: %(default)s)")
    args = parser.parse_args(argv)
    if args.what == "record":
        args.second.write_text(json.dumps(record(args.first.resolve(), args.voices, args.epochs), indent=1))
    else:
        compare(json.loads(args.first.read_text()), json.loads(args.second.read_text()))


def record(clone, voices, epochs):
    """{what: value} of a clone: hashes, scores, sizes."""
    group = ["--group-by", "^([^_]+)_"]
    found = steps(clone, "data_short", ["--data", "data_short", *group])
    if voices:
        data = ["--data", str(voices.resolve()), *group, "--epochs", str(epochs)]
        found |= steps(clone, "voices", data)
    return found


def steps(clone, name, data):
    """Train, convert, write metadata, classify; {what: value}."""
    run(clone, "TrainModel.py", *data)
    run(clone, "ConvertModelToTFLite.py")
    run(clone, "WriteMetadataToModel.py")
    subprocess.run(["rm", "-rf", clone / "classified"], check=True)
    run(clone, "ClassifyRecordings.py", "data_short")
    found = {}
    for model in ("signal", "mel"):
        folder = clone / "trained" / model
        found[f"{name} {model} weights"] = weights(clone, folder / "model.keras")
        run_record = json.loads((folder / "run.json").read_text())
        for key, value in leaves({what: run_record[what] for what in ("scores", "thresholds", "calibration")}):
            found[f"{name} {model} {key}"] = value
        for file in TFLITE:
            if (folder / f"{file}.tflite").is_file():
                content = (folder / f"{file}.tflite").read_bytes()
                found[f"{name} {model} {file}.tflite, bytes"] = len(content)
                found[f"{name} {model} {file}.tflite, sha256"] = hashlib.sha256(content).hexdigest()[:16]
        found[f"{name} {model} report, words"] = len(words(folder / "report" / "index.html"))
    with open(clone / "classified" / "segments.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    found[f"{name} segments.csv, rows"] = len(rows)
    found[f"{name} segments.csv, sha256"] = hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]
    return found


def run(clone, script, *args):
    subprocess.run([clone / ".venv" / "bin" / "python", script, *args], cwd=clone, check=True)


def weights(clone, path):
    """A hash of the weights alone: the archive around them holds the time."""
    program = (
        "import sys, zipfile, io, h5py, hashlib\n"
        "held = h5py.File(io.BytesIO(zipfile.ZipFile(sys.argv[1]).read('model.weights.h5')))\n"
        "arrays = []\n"
        "held.visititems(lambda name, item: arrays.append(item[()].tobytes()) if hasattr(item, 'dtype') else None)\n"
        "print(hashlib.sha256(b''.join(sorted(arrays))).hexdigest()[:16])\n"
    )
    command = [clone / ".venv" / "bin" / "python", "-c", program, path]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def leaves(value, path=""):
    """(path, number) of everything in nested dicts, in today's words."""
    if not isinstance(value, dict):
        yield path, value
        return
    for key, inner in value.items():
        yield from leaves(inner, f"{path}.{RENAMED.get(key, key)}".lstrip("."))


def words(page):
    return re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8")).split()


def compare(before, after):
    """Print what differs, and how much is the same."""
    differ = [key for key in sorted(before.keys() | after.keys()) if before.get(key) != after.get(key)]
    for key in differ:
        print(f"{key}: {before.get(key, 'absent')} -> {after.get(key, 'absent')}")
    print(f"{len(before.keys() | after.keys()) - len(differ)} values are the same, {len(differ)} differ")


if __name__ == "__main__":
    main()
