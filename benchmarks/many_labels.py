"""What 160 labels cost: confusion matrices, the report's tables and those of the console, against 2 s and 300 MB
beside what the libraries take.

python -m benchmarks.many_labels
"""

import contextlib
import io
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from classifier.core import arguments
from classifier.plotting import confusion_matrix
from classifier.reporting import evaluation_tables
from classifier.scoring import metrics

MOST_SECONDS, MOST_MEGABYTES = 2, 300


def megabytes():
    """The most that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labels", type=arguments.at_least(2), default=160, help="default: %(default)s")
    args = parser.parse_args(argv)
    rng, labels = np.random.default_rng(0), [f"species number {i} of the wood" for i in range(args.labels)]
    targets = np.repeat(np.arange(args.labels), 20)
    probabilities = rng.dirichlet(np.full(args.labels, 0.1), len(targets)).astype("float32")
    probabilities[np.arange(len(targets)), targets] += rng.uniform(0, 1, len(targets))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    scores = metrics.score(probabilities, targets, np.arange(len(targets)) // 2, labels)
    confusion_matrix.pyplot()  # importing matplotlib is not what is measured
    before, started = megabytes(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as printed:
        confusion_matrix.draw_both(scores, labels, "a model:", Path(folder) / "confusion")
        evaluation_tables.show_labels(labels, scores)
        kilobytes = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e3
    seconds = time.perf_counter() - started
    longest = max(map(len, printed.getvalue().splitlines()))
    print(
        f"{args.labels} labels: {seconds:.1f} s of {MOST_SECONDS}, {megabytes() - before:.0f} MB of {MOST_MEGABYTES}; ",
        end="",
    )
    print(f"pictures of {kilobytes:.0f} KB, lines of {longest} characters")


if __name__ == "__main__":
    main()
