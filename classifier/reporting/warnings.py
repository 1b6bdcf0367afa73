"""What a score rests on, in sentences: few groups, leaks, and what was not checked.

The console and the report say the same.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from classifier.data.provenance import SplitRecord
from classifier.data.splits import FOLDS
from classifier.records.artifact import HELD_OUT, Artifact
from classifier.records.run_record import RunRecord
from classifier.scoring import confidence, robustness, thresholds
from classifier.scoring.metrics import Scores
from Constants import SILENT_LABELS

NAMED = 5  # names in a sentence
FEW_NAMED = 3  # labels


def between(lowest: float, highest: float) -> str:
    """An interval of shares: "71 to 100 %"."""
    return f"{100 * lowest:.0f} to {100 * highest:.0f} %"


def right_of(right: int, n: int, n_groups: Mapping[str, int]) -> str:
    """ "9 of 9 (66 to 100 %)": the interval counts groups, not windows, because windows of one group are alike.

    Args:
        right, n: how many are right, of how many windows or recordings.
        n_groups: {label: groups of the test split}.
    """
    interval = confidence.interval(right / n, min(n, sum(n_groups.values())))
    return f"{right} of {n} ({between(*interval)})"


def few_groups(recall: Mapping[str, float], n_groups: Mapping[str, int], times: int = FOLDS) -> list[str]:
    """One line where the recall of a label rests on few groups, how far it can be off, and what would help; or none.

    Args:
        recall: {label: share of recordings}.
        n_groups: {label: groups of the test split}.
        times: how many recordings it takes to have one more to test with: where all are tested, 1.
    """
    few = confidence.few_groups(recall, n_groups)
    if not few:
        return []
    named = [
        f"{label} {recall[label]:.0%} of {n_groups[label]} group{'s' * (n_groups[label] != 1)}, may be off by "
        f"{100 * off:.0f} points ({times * more} more groups of it would bring that to 10)"
        for label, (off, more) in list(few.items())[:FEW_NAMED]
    ]
    others = f"; and {len(few) - FEW_NAMED} more labels" if len(few) > FEW_NAMED else ""
    return [f"Few recordings to test with: {'; '.join(named)}{others}"]


def not_tested(labels: Sequence[str], recall: Mapping[str, float]) -> list[str]:
    """One line where the test split has no recording of some labels, or none.

    Args:
        labels: that the model knows.
        recall: {label: share}, of the labels that were tested.
    """
    missing = [label for label in labels if label not in recall]
    if not missing:
        return []
    named = ", ".join(missing[:NAMED]) + (f" and {len(missing) - NAMED} more" if len(missing) > NAMED else "")
    return [f"Not tested: {named}; recall and balanced accuracy are over the other {len(recall)} labels"]


def time_limit(record: RunRecord) -> list[str]:
    """What --max-minutes did to a training, and how it goes on; none where it was over before."""
    limit = record.time_limit
    if not limit:
        return []
    of = f"--max-minutes {limit.minutes:g}"
    cut = (
        f"Stopped by {of} after epoch {limit.epochs} of at most {limit.most_epochs}, epoch {record.best_epoch} kept: "
        "--resume with more minutes goes on from there"
    )
    refit = f"Not refitted, for want of time ({of}): the model that ships learned from the training split alone" + (
        "" if limit.is_cut else "; --resume with more minutes makes up for it"
    )
    return [*([cut] if limit.is_cut else []), *([refit] if limit.refit_left_out else [])]


def refit(record: RunRecord) -> str:
    """What the model that ships has learned from, and whose scores these are; "" where it was not refitted."""
    if not record.refit:
        return ""
    of, held_out = record.refit, len(record.split.train)
    return (
        f"Refitted: the model that ships learned from {of.recordings} recordings ({of.windows} windows), the held-out "
        f"one from {held_out}; {of.steps} steps, {of.seconds:.0f} s. Scores, thresholds and calibration are those of "
        f"the held-out model, which is in {HELD_OUT}/"
    )


def taught(record: RunRecord) -> str:
    """Who taught the model whose scores these are, and why they count all the same; "" where nobody did."""
    if not record.teacher:
        return ""
    return (
        f"Taught by {record.teacher.model}, which by its record has heard none of the recordings of the test split "
        f"(weight {record.recipe.teacher_weight:g}, temperature {record.recipe.teacher_temperature:g})"
    )


def fragile(conditions: Sequence[robustness.Condition]) -> list[str]:
    """One line where a model loses much of what it recognises in windows that are altered, or none."""
    found = [
        f"{condition.what} {100 * condition.balanced_accuracy:.0f} %"
        for condition in sorted(robustness.falls(conditions), key=lambda condition: condition.balanced_accuracy)
    ]
    if not found:
        return []
    more = f" and {len(found) - FEW_NAMED} more, see the report" if len(found) > FEW_NAMED else ""
    whole = 100 * conditions[0].balanced_accuracy
    return [
        f"Balanced accuracy falls from {whole:.0f} % where windows are altered: {', '.join(found[:FEW_NAMED])}{more}"
    ]


def answered(trained: Artifact) -> list[str]:
    """One line where the thresholds leave test recordings without a label, or none."""
    labelled, right, n = thresholds.answered(trained.predictions("test"), trained.rule.thresholds, trained.labels)
    if labelled == n:
        return []
    units = trained.record.split.units
    return [
        f"With its thresholds the model gives {labelled} of {n} {units} a label, {right} of them the right one; the "
        "others get none"
    ]


def unheard(scores: Scores) -> list[str]:
    """One line where test windows are digital silence that no label means, or none."""
    n = scores.windows.unheard
    if not n:
        return []
    return [f"Not scored: {n} test window{'s' * (n != 1)} of digital silence, in which there is nothing to hear"]


def silence_and_negatives(
    labels: Sequence[str], confusion: Sequence[Sequence[int]], negatives: str | None
) -> list[str]:
    """One line where windows of silence were taken for negatives or the other way round: no errors to worry about.

    Args:
        labels: in the order of the rows.
        confusion: (labels, labels) windows; a row is a true label, a column a predicted one.
        negatives: the label of the output that learned them; None where none did.
    """
    silent = [i for i, label in enumerate(labels) if label in SILENT_LABELS and label != negatives]
    if negatives not in labels or not silent:
        return []
    counts, other = np.array(confusion), labels.index(negatives)
    n = int(counts[silent, other].sum() + counts[other, silent].sum())
    if not n:
        return []
    wrong = int(counts.sum() - counts.trace())
    names = " or ".join(labels[i] for i in silent)
    return [
        f"Of the {wrong} errors, {n} window{'s are' if n > 1 else ' is'} {names} taken for {negatives} or the other "
        f"way round, where nothing is missed; without these, {1 - (wrong - n) / counts.sum():.1%} of windows are right"
    ]


def leak_check(split: SplitRecord) -> str:
    """What was checked of the splits, and what came of it."""
    same = f"{len(split.recordings_in_two_splits) or 'no'} recording in two splits, compared by sound"
    if split.groups_known:
        return f"{split.groups} groups, {len(split.groups_in_two_splits) or 'none'} in two splits; {same}"
    return f"groups not checked, each file is taken as independent{_proposal(split)}; {same}"


def leaks(split: SplitRecord) -> list[str]:
    """A sentence for the groups, one for the recordings, and one for blocks of time, that are in two splits."""
    found = {
        "groups are in two splits, so the scores flatter": split.groups_in_two_splits,
        "recordings are in two splits, so the scores flatter": split.recordings_in_two_splits,
        "recordings are split by blocks of time, so the scores are of the same places and days": split.split_by_time,
    }
    return [
        f"these {what}: {', '.join(names[:NAMED])}" + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
        for what, names in found.items()
        if names
    ]


def _proposal(split):
    if not split.proposal:
        return ""
    return f"; {split.proposal.sentence()}"
