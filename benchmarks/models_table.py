"""Weights, file size and speed of every model; writes benchmarks/results/models.csv.

    python -m benchmarks.models_table && make docs

Builds every model at three labels, converts it and times LiteRT on one thread. `make docs` turns the file into
docs/reference/models.md.
"""

import csv
import tempfile
import time
from pathlib import Path

import numpy as np

from classifier.core import arguments, atomic_files, console, registry
from classifier.inference import litert
from classifier.records.config import audio_format_of

RESULTS = Path(__file__).resolve().parent / "results" / "models.csv"
N_LABELS = 3
REPEATS = 15


def main(argv=None):
    arguments.ArgumentParser(description=__doc__.splitlines()[0]).parse_args(argv)
    console.import_tensorflow()
    rows = [_measured(name) for name in console.progress(registry.names("models"), "models")]
    with atomic_files.new_file(RESULTS) as fresh, fresh.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"wrote {len(rows)} models into {RESULTS}; next: make docs")


def _measured(name):
    """A row of the file: features with their shape, number of weights, KB of the float32 file, ms per window."""
    from classifier.export import convert
    from classifier.models import assemble

    module, audio_format = registry.load("models", name), audio_format_of(name)
    features = assemble.features_of(module, audio_format)
    model = assemble.build(module, features, audio_format, N_LABELS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        convert.export(model, path, litert.probes(audio_format))
        size, milliseconds = path.stat().st_size / 1000, 1000 * _seconds(path, audio_format)
    return {
        "model": name,
        "features": f"{type(features).__name__}, {' x '.join(map(str, features.output.shape[1:]))}",
        "weights": model.get_layer("body").count_params() + features.count_params(),
        "kilobytes": round(size),
        "milliseconds": round(milliseconds, 1),
    }


def _seconds(path, audio_format):
    """Median time of a window in LiteRT, on one thread."""
    model, window = litert.LiteRT(path), np.random.default_rng(0).normal(0, 0.1, (1, audio_format.window_length))
    seconds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        model.run(window.astype("float32"))
        seconds.append(time.perf_counter() - started)
    return np.median(seconds)


if __name__ == "__main__":
    console.run(main)
