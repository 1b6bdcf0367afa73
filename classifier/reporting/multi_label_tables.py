"""How good a model is that may report several labels at once: on the screen, and as rows."""

from dataclasses import dataclass

from classifier.core import console
from classifier.core.errors import InputError
from classifier.plotting import precision_recall
from classifier.records import artifact
from classifier.reporting import report_media, warnings
from classifier.scoring import precision_recall as of_labels
from classifier.scoring import thresholds
from classifier.scoring.multi_label import LabelScores, MultiLabelScores

PRECISION_RECALL = "precision_recall.png"
HEADER = ["label", "windows", "average precision", "guessing", "threshold", "precision", "recall", "F1"]
LEFT_OUT = (
    "left out, because they are of one label at a time: the confusion matrix, false alarms per hour, timelines for a "
    "decision rule, and the table of altered windows"
)


@dataclass(frozen=True)
class Several:
    """What the report shows.

    Attributes:
        headline: of the page.
        mean, chance: mean average precision, and that of guessing, 0 to 1; interval: of the former, in words.
        lines: sentences.
        header, rows: a table with a row per label.
        curves: precision by recall; None where the predictions are gone.
    """

    headline: str
    mean: float
    interval: str
    chance: float
    lines: list[str]
    header: list[str]
    rows: list[list[str]]
    curves: report_media.Media | None


def gather(trained: artifact.Artifact) -> Several:
    """The values for the report of a model that may report several labels at once; draws its curves."""
    scores = trained.record.multi_label_scores
    assert scores is not None  # of such a model
    interval = f"({scores.interval[0]:.0%} to {scores.interval[1]:.0%})" if scores.interval else ""
    return Several(
        headline=f"mean average precision {scores.mean_average_precision:.1%}",
        mean=scores.mean_average_precision,
        interval=interval,
        chance=scores.chance,
        lines=lines(trained, scores),
        header=HEADER,
        rows=rows(trained, scores),
        curves=_curves(trained),
    )


def _curves(trained):
    """The precision-recall curves of the test split, drawn into the report's folder."""
    try:
        test = trained.predictions("test")
    except InputError:
        return None
    path = trained.folder / artifact.REPORT / PRECISION_RECALL
    of_windows = test["probabilities"], test["targets"]
    chosen = of_labels.operating_points(*of_windows, trained.labels, trained.record.thresholds)
    curves = of_labels.curves(*of_windows, trained.labels)
    precision_recall.draw(curves, chosen, f"{trained.name}: test windows", path)
    alt = "Precision by recall of each label in windows of the test split; a dot where its threshold is"
    return report_media.embedded(path, "image/png", alt)


def lines(trained: artifact.Artifact, scores: MultiLabelScores) -> list[str]:
    """What the test split says, in sentences."""
    record = trained.record
    windows = record.scores.windows
    ranking = "-" if scores.lwlrap is None else f"{scores.lwlrap:.1%}"
    found = [
        f"several labels at once: mean average precision {of_mean(scores)} of {scores.windows} held-out windows of "
        f"{scores.groups} groups; guessing {scores.chance:.1%}",
        f"lwlrap {ranking}; at the thresholds: macro F1 {scores.macro_f1:.1%}, micro F1 {scores.micro_f1:.1%}, every "
        f"label right in {windows.right} of {windows.n} windows",
        *_answered(trained),
        f"split by {record.split.rule}; leak check: {warnings.leak_check(record.split)}",
        *(f"WARNING: {line}" for line in warnings.leaks(record.split)),
    ]
    untested = [label for label, of in scores.labels.items() if of.average_precision is None]
    found += [f"not tested, without windows in the test split: {', '.join(untested)}"] if untested else []
    refit = [line] if (line := warnings.refit(record)) else []
    return [*found, *refit, *warnings.time_limit(record), LEFT_OUT]


def _answered(trained):
    """One line on how many test recordings get a label; none where the predictions are gone."""
    try:
        test = trained.predictions("test")
    except InputError:
        return []
    labelled, have, n = thresholds.answered_by_several(test, trained.record.thresholds, trained.labels)
    return [f"with its thresholds {labelled} of {n} recordings get a label; {have} have one"]


def rows(trained: artifact.Artifact, scores: MultiLabelScores) -> list[list[str]]:
    """The rows of HEADER."""
    chosen = trained.record.thresholds
    return [
        [label, str(of.windows), precision(of), f"{of.chance:.1%}", f"{chosen[label]:.4f}"]
        + [f"{rate:.1%}" for rate in (of.precision, of.recall, of.f1)]
        for label, of in scores.labels.items()
    ]


def show(trained: artifact.Artifact) -> None:
    """Print both."""
    scores = trained.record.multi_label_scores
    if scores is None:
        return
    first, *others = lines(trained, scores)
    print(f"{trained.name}: {first}")
    for line in others:
        print(f"  {line}")
    console.table(HEADER, rows(trained, scores))


def of_mean(scores: MultiLabelScores) -> str:
    """The mean average precision, with its interval."""
    return _with_interval(scores.mean_average_precision, scores.interval)


def precision(of: LabelScores) -> str:
    """The average precision of a label, with its interval; "-" where it was not tested."""
    return "-" if of.average_precision is None else _with_interval(of.average_precision, of.interval)


def _with_interval(value, interval):
    return f"{value:.1%}" + (f" ({interval[0]:.0%} to {interval[1]:.0%})" if interval else "")
