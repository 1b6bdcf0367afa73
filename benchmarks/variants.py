"""What each variant loses against Keras, over the folds that EvaluateModel.py has trained and tested.

    python EvaluateModel.py --model residual --data ../shared/data/esc10
    python -m benchmarks.variants evaluated

Converts every trained fold below the folders that is not converted yet, and adds up the results on the test splits:
each recording is tested once, by a model that was not trained on it. A change is in percentage points of windows.
"""

from pathlib import Path

from classifier.core import arguments, console
from classifier.core.errors import InputError
from classifier.records import artifact
from classifier.records.conversion import VARIANTS
from Constants import EVALUATED


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, default=[EVALUATED], help="default: evaluated")
    args = parser.parse_args(argv)
    runs = (run.parent for folder in args.folders for run in folder.rglob(artifact.RUN))
    folders = sorted(folder for folder in runs if folder.name != artifact.HELD_OUT)
    if not folders:
        raise InputError(f"{args.folders[0]} holds no trained folds; run EvaluateModel.py first")
    console.import_tensorflow()
    from classifier.export import variants

    found = {}
    for folder in folders:
        trained = artifact.load(folder)
        files = (trained.variants or variants.write(trained)).files
        key = (trained.name, Path(trained.record.config.data).name)
        right = trained.record.scores.windows.right
        found.setdefault(key, []).append((right, {variant: of.test for variant, of in files.items()}))
    rows = [row for key, folds in found.items() for row in _rows(key, folds)]
    header = ["model", "data", "folds", "variant", "windows right", "than Keras", "worst fold", "other label"]
    console.table([*header, "a probability by", "recordings right"], rows)


def _rows(key, folds):
    """A row per variant that all folds have."""
    for variant in VARIANTS:
        tests = [files.get(variant) for _, files in folds]
        if all(tests):
            n = sum(test.windows.n for test in tests)
            right = sum(test.windows.right for test in tests)
            change = 100 * (right - sum(by_keras for by_keras, _ in folds)) / n
            worst = min(-100 * test.accuracy_lost for test in tests)
            recordings = [sum(getattr(test.recordings, what) for test in tests) for what in ("right", "n")]
            row = [*key, len(folds), variant, f"{right} of {n}", f"{change + 0:+.2f}", f"{worst + 0:+.2f}"]
            row += [sum(test.changed for test in tests), f"{max(test.largest_change for test in tests):.1e}"]
            yield [*row, f"{recordings[0]} of {recordings[1]}"]


if __name__ == "__main__":
    console.run(main)
