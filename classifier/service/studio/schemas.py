"""The responses of Studio, as /docs shows them."""

from typing import Literal

from pydantic import BaseModel

from classifier.service.schemas import Run
from classifier.service.studio.edits import Edit, in_force
from classifier.service.studio.recording_labels import EditConflictError, Labels, RecordingLabels


class Stretch(BaseModel):
    """start, end: seconds. label: null where none of the labels is heard."""

    start: float
    end: float
    label: str | None


class MadeEdit(Stretch):
    """number: the revision that it made. undoes: the edit that it took back. when: ISO 8601, UTC."""

    number: int
    undoes: int | None
    when: str


class Recording(BaseModel):
    """seconds: its length. revision: edits so far, for the next one. undo: what undoing takes back."""

    name: str
    seconds: float
    revision: int
    stretches: list[Stretch]
    undo: MadeEdit | None


class EditConflict(BaseModel):
    """mine: the edit that was refused. theirs: what was there first. now: the recording as it is."""

    status: Literal["error"]
    message: str
    mine: MadeEdit
    theirs: list[MadeEdit]
    now: Recording


class Label(BaseModel):
    """recordings: in which it is heard. seconds: of all stretches."""

    name: str
    recordings: int
    stretches: int
    seconds: float


class Summary(BaseModel):
    """labels: in the order of their keys."""

    name: str
    labels: list[Label]
    recordings: int
    seconds: float


class Summaries(BaseModel):
    """By name."""

    sets: list[Summary]


class DataSet(BaseModel):
    """A data set with its recordings."""

    about: Summary
    recordings: list[Recording]


class Warning(BaseModel):
    """what: is wrong, and what to do. names: of what."""

    what: str
    names: list[str] = []


class Warnings(BaseModel):
    """What the audit of the labelled stretches found. current: it is of what is there now; if not, ask again."""

    warnings: list[Warning]
    current: bool


class Suggestion(BaseModel):
    """A stretch to listen to next. label: what the model takes it for, with this probability."""

    recording: str
    start: float
    end: float
    label: str
    probability: float


class Suggested(BaseModel):
    """The most useful first."""

    suggestions: list[Suggestion]


class Model(BaseModel):
    """right: stretches that it took for the right label."""

    right: int
    balanced_accuracy: float


class Difference(BaseModel):
    """A stretch that two models take for different labels."""

    recording: str
    label: str
    before: str | None
    now: str | None


class Comparison(BaseModel):
    """A new model beside the one before, on stretches of recordings that neither has heard.

    verdict: better, worse, or cannot tell yet. why: they could not be compared. recordings: stretches. groups:
    recordings that they are of. difference, interval: of the balanced accuracy. more: stretches that would tell.
    """

    verdict: str
    why: str | None = None
    before: Model | None = None
    now: Model | None = None
    recordings: int = 0
    groups: int = 0
    difference: float | None = None
    interval: tuple[float, float] | None = None
    more: int | None = None
    differences: list[Difference] = []


class Training(BaseModel):
    """run: the newest training. before, now: names of models. in_use: the one with which the next is compared."""

    run: Run | None = None
    before: str | None = None
    now: str | None = None
    in_use: str | None = None
    comparison: Comparison | None = None


def recording(of: RecordingLabels, labels: Labels | None = None) -> Recording:
    """A recording as clients see it."""
    labels = labels or of.read()
    found = [Stretch(start=one.start, end=one.end, label=one.label) for one in labels.stretches]
    last = in_force(labels.edits)[-1:]
    undo = made(last[0]) if last else None
    return Recording(name=of.path.name, seconds=labels.seconds, revision=labels.revision, stretches=found, undo=undo)


def made(edit: Edit) -> MadeEdit:
    """An edit as clients see it."""
    return MadeEdit(
        start=edit.start, end=edit.end, label=edit.label, number=edit.number, undoes=edit.undoes, when=edit.when
    )


def conflict(error: EditConflictError, of: RecordingLabels) -> EditConflict:
    """Both sides of a conflict."""
    theirs = [made(edit) for edit in error.theirs]
    return EditConflict(status="error", message=str(error), mine=made(error.mine), theirs=theirs, now=recording(of))


def summary(name: str, labels: tuple[str, ...], recordings: list[Recording]) -> Summary:
    """What a data set holds."""
    used = {one.label for of in recordings for one in of.stretches if one.label is not None}
    names = [*labels, *sorted(used - set(labels))]
    return Summary(
        name=name,
        labels=[_label(label, recordings) for label in names],
        recordings=len(recordings),
        seconds=sum(of.seconds for of in recordings),
    )


def _label(name, recordings):
    of_each = [[one for one in of.stretches if one.label == name] for of in recordings]
    found = [one for of in of_each for one in of]
    return Label(
        name=name,
        recordings=sum(map(bool, of_each)),
        stretches=len(found),
        seconds=sum(one.end - one.start for one in found),
    )
