"""Print a comparison of two models: what it rests on, both scores, the verdict; write where they differ as csv."""

import csv
from math import ceil
from pathlib import Path

from classifier.core import atomic_files, console
from classifier.data.labels import listed
from classifier.evaluation.comparison import ComparedModel, Comparison
from classifier.inference.writers.csv import cell
from classifier.reporting.warnings import between
from classifier.scoring import confidence
from classifier.scoring.paired import BETTER, UNKNOWN, WORSE

COLUMNS = ("recording", "label", "first", "second", "right")


def report(found: Comparison, differences: Path) -> None:
    """Print a comparison, what it rests on first, and write the recordings on which the models differ.

    Args:
        differences: path of the csv: a row per recording, its label, both answers, and which of them is right.
    """
    for line in [*_few(found), *_rests_on(found)]:
        print(line)
    _scores(found)
    for line in [*_paired(found), verdict(found)]:
        print(line)
    _write(found, differences)
    first, second = (one.model for one in found.models)
    rows = [
        f"{one.recording} is {one.label}: {one.answers[0]} for {first}, {one.answers[1]} for {second}"
        for one in found.differences
    ]
    console.notes({"recordings on which they differ": rows})


def verdict(found: Comparison) -> str:
    """Whether the second model is better or worse than the first, or what would tell."""
    (first, second), paired = (one.model for one in found.models), found.paired
    points = f"{_points(paired.difference)} points of balanced accuracy"
    if paired.verdict in (BETTER, WORSE):
        return f"verdict: {second} is {paired.verdict} than {first} ({points})"
    start = f"verdict: {UNKNOWN} whether {second} is better or worse than {first} ({points}); "
    if paired.groups == 1:
        return f"{start}all recordings are of one group, which says nothing about others: add recordings of others"
    if paired.more is None:
        return f"{start}no number of recordings like these would tell: they differ as often one way as the other"
    groups = ceil(paired.more * paired.groups / paired.recordings)
    more = f"about {paired.more} more recordings of {groups} other groups"
    if paired.more_for is None:
        return f"{start}{more} would tell, if the models go on to differ as in these"
    return f"{start}{more} would show a difference of {100 * paired.more_for:.0f} points, if there is one"


def _few(found):
    few = [f"{label} {n} group{'s' * (n != 1)}" for label, n in found.groups.items() if n < confidence.FEW]
    if not few:
        return []
    return [
        f"Few recordings to compare with: {listed(few)}; with fewer than {confidence.FEW} groups of a label, only "
        "large differences can be told from chance"
    ]


def _rests_on(found):
    paired = found.paired
    models = [one.model + (f" (refitted: {one.tested} is tested)" if one.tested else "") for one in found.models]
    yield (
        f"{models[0]} and {models[1]} on {paired.recordings} recordings of {paired.groups} groups that neither has "
        f"heard; a recording is decided by the {found.recordings_by} of its windows, whatever the thresholds"
    )
    yield from (f"{one.model}: {note}" for one in found.models for note in one.notes)
    heard = [line for one in found.models for line in _heard(one)]
    if heard:
        yield f"left out, of {found.n_data} recordings, because a model has heard them: {'; '.join(heard)}"
    if found.unheard:
        yield f"left out, because nothing is heard in them (digital silence): {found.unheard} recordings"
    for one, lacking in zip(found.models, found.matched.lacking, strict=True):
        if lacking:
            yield f"not tested: {listed(lacking)} of {one.model}, of which there are no recordings that both can know"
        if one.answers_untested:
            yield f"{one.model} takes {one.answers_untested} recordings for a label that is not tested: these are wrong"
    if missing := [label for label, n in found.recordings.items() if not n]:
        yield f"not tested: {listed(missing)}, of which no recording is left"
    if sum(map(bool, found.recordings.values())) == 1:
        yield "only one label is tested: a model that always answers it would be right each time"


def _heard(model):
    of = model.heard
    parts = ((of.learned, "to learn from"), (of.validated, "to validate"), (of.of_groups, "others of these groups"))
    words = ", ".join(f"{n} {what}" for n, what in parts if n)
    return [f"{model.tested or model.model} {words}"] if words else []


def _scores(found):
    rows = []
    for label, n in found.recordings.items():
        if n:
            n_groups, recalls = found.groups[label], [one.recall[label] for one in found.models]
            cells = [of for recall in recalls for of in _share(recall, confidence.interval(recall, n_groups))]
            rows.append([label, n, n_groups, *cells, _points(recalls[1] - recalls[0])])
    cells = [of for one in found.models for of in _share(one.balanced_accuracy, _interval(one, found))]
    paired = found.paired
    total = [paired.recordings, paired.groups]
    rows.append(["balanced accuracy", *total, *cells, _points(paired.difference)])
    names = [cell for one in found.models for cell in (f"recall, {one.model}", "95 %")]
    console.table(["label", "recordings", "groups", *names, "points"], rows)
    guesses = dict.fromkeys(f"{one.chance:.1%}" for one in found.models)
    print(f"guessing {' and '.join(guesses)}; the intervals of each model are over groups")


def _points(difference: float) -> str:
    """Percentage points with their sign; nothing has none."""
    return f"{100 * difference:+.1f}" if round(100 * difference, 1) else "0.0"


def _share(share: float, interval: tuple[float, float]) -> list[str]:
    return [f"{share:.1%}", between(*interval)]


def _interval(model: ComparedModel, found: Comparison) -> tuple[float, float]:
    return confidence.balanced_interval(model.recall, found.groups)


def _paired(found):
    paired = found.paired
    (first, second) = (one.model for one in found.models)
    groups = (
        f", of the signs of {paired.groups} groups {paired.p_groups:.2g}" if paired.groups < paired.recordings else ""
    )
    yield (
        f"right: both {paired.both}, only {first} {paired.first_only}, only {second} {paired.second_only}, neither "
        f"{paired.neither}; p of McNemar's exact test {paired.p:.2g}{groups}"
    )
    if paired.first_only + paired.second_only == 0:
        yield "no recording is right for one alone: drawing them again can find no difference, nor how large it may be"
    elif paired.interval:
        lowest, highest = map(_points, paired.interval)
        yield (
            f"balanced accuracy of {second} less that of {first}: {_points(paired.difference)} points, 95 % interval "
            f"{lowest} to {highest}, drawn from {paired.groups} groups"
        )


def _write(found, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_files.new_file(path) as fresh, fresh.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for one in found.differences:
            names = [name for name, answer in zip(COLUMNS[2:4], one.answers, strict=True) if answer == one.label]
            writer.writerow([*map(cell, (one.recording, one.label, *one.answers)), *(names or ["neither"])])
