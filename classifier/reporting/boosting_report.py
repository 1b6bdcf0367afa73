"""What a person sees of a gradient-boosting baseline: its scores, and its confusion matrices."""

from pathlib import Path

from classifier.evaluation.baselines.boosting import BoostingResult
from classifier.plotting import confusion_matrix
from classifier.records import artifact
from classifier.reporting.evaluation_tables import show_labels, warn_of_leaks


def report(result: BoostingResult, folder: Path) -> None:
    """Print the scores of a baseline, and draw its confusion matrices into the report of its folder."""
    (folder / artifact.REPORT).mkdir(exist_ok=True)
    confusion_matrix.draw_both(
        result.scores, result.labels, f"{result.model}: test", folder / artifact.REPORT / "confusion"
    )
    windows, recordings = result.scores.windows, result.scores.recordings
    right = f"{windows.right} of {windows.n} windows, {recordings.right} of {recordings.n} {result.split.units} right"
    print(f"{result.model}: {right}; a {result.split.units[:-1]} is decided by the mean of its windows")
    warn_of_leaks(result.config["fold"], len(result.split.groups_in_two_splits))
    show_labels(result.labels, result.scores, result.split.units)
    print(f"balanced accuracy {windows.balanced_accuracy:.1%}, guessing {result.scores.chance:.1%}; ", end="")
    print(f"mean PR-AUC {windows.macro_pr_auc:.1%}, guessing a label's share of the windows: ", end="")
    shares = zip(result.labels, windows.confusion, strict=True)
    print(", ".join(f"{label} {sum(row) / windows.n:.1%}" for label, row in shares))
    best = ", ".join(f"{name} {value}" for name, value in result.recipe.items())
    print(f"{best}: the best of {len(result.grid['tried'])} settings; {result.training_seconds:.0f} s")
