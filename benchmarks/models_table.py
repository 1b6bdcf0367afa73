"""The README's table of models, made from their files, their exports and the trainings of benchmarks.equal_budget.

    python -m benchmarks.models_table

Builds every model at three labels, converts it, times LiteRT on one thread and rewrites the table between the two marks
in README.md. The columns of recall are those of benchmarks/results/equal_budget_*.csv, as far as they are there.
"""

import csv
import re
import tempfile
import time
from pathlib import Path

import numpy as np

from classifier.core import arguments, atomic_files, console, registry
from classifier.inference import litert
from classifier.records import recipe
from Constants import ROOT

BEGIN, END = "<!-- models: python -m benchmarks.models_table -->", "<!-- end of models -->"
MEASURED = {"voices": "equal_budget_voices.csv", "ESC-10": "equal_budget_esc10.csv"}
RESULTS = Path(__file__).resolve().parent / "results"
LINKS = [  # how a docstring's Source names a work, and where that is
    (r"arXiv (\d{4}\.\d{5})", "https://arxiv.org/abs/{}"),
    (r"doi:(10\.\S+\w)", "https://doi.org/{}"),
    (r"(github\.com/[\w-]+/[\w-]+)", "https://{}"),
]
REPEATS = 15


def main(argv=None):
    arguments.ArgumentParser(description=__doc__.splitlines()[0]).parse_args(argv)
    console.import_tensorflow()
    measured = {name: _recalls(RESULTS / file) for name, file in MEASURED.items() if (RESULTS / file).is_file()}
    header = ["name", "what it is", "source", "looks at", "weights", ".tflite, KB", "ms per window", *measured]
    rows = []
    for name in console.progress(registry.names("models"), "models"):
        rows.append([*_row(name), *(recalls.get(name, "") for recalls in measured.values())])
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in [header, ["---"] * len(header), *rows]]
    readme = ROOT / "README.md"
    before, _, after = readme.read_text().partition(BEGIN)
    _, _, after = after.partition(END)
    with atomic_files.new_file(readme) as fresh:
        fresh.write_text(before + "\n".join([BEGIN, "", *lines, "", END]) + after)
    print(f"wrote the table of {len(rows)} models into {readme}")


def _row(name):
    from classifier.export import convert
    from classifier.models import assemble

    module, audio_format = registry.load("models", name), recipe.audio_format_of(name)
    features = assemble.features_of(module, audio_format)
    model = assemble.build(module, features, audio_format, 3)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        convert.export(model, path, litert.probes(audio_format))
        size, milliseconds = path.stat().st_size / 1000, 1000 * _seconds(path, audio_format)
    looks_at = f"{type(features).__name__}, {' x '.join(map(str, features.output.shape[1:]))}"
    weights = model.get_layer("body").count_params() + features.count_params()
    what = module.__doc__.splitlines()[0].rstrip(".")
    return [f"`{name}`", what, _source(module.__doc__), looks_at, f"{weights:,}", f"{size:,.0f}", f"{milliseconds:.1f}"]


def _seconds(path, audio_format):
    """Median time of a window in LiteRT, on one thread."""
    model, window = litert.LiteRT(path), np.random.default_rng(0).normal(0, 0.1, (1, audio_format.window_length))
    seconds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        model.run(window.astype("float32"))
        seconds.append(time.perf_counter() - started)
    return np.median(seconds)


def _source(text):
    """A link to the first work that a docstring's Source names, by its first author and year."""
    source = " ".join(re.search(r"^Source: (.*?)(?:^\w+:|\Z)", text, re.M | re.S)[1].split())
    found = [(match.start(), match[1], address) for pattern, address in LINKS if (match := re.search(pattern, source))]
    place, named, address = min(found)
    author, year = re.match(r"([\w-]+),", source), re.search(r"\b(?:19|20)\d\d\b", source[: place + len(named)])
    words = f"{author[1]} {year[0]}" if author and year else named.rpartition("/")[2]
    return f"[{words}]({address.format(named)})"


def _recalls(path):
    """{model: balanced accuracy of windows, as words}."""
    with path.open() as file:
        return {row["model"]: f"{float(row['windows']):.1%}" for row in csv.DictReader(file)}


if __name__ == "__main__":
    console.run(main)
