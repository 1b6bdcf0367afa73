"""Train on a data set of Studio, and hold the new model against the one in use."""

from dataclasses import replace
from pathlib import Path

from classifier.core import registry
from classifier.core.errors import InputError
from classifier.data.unlabelled import IGNORE
from classifier.records import artifact
from classifier.service.jobs.queue import TrainingQueue
from classifier.service.jobs.request import TrainingRequest
from classifier.service.jobs.runs import Run
from classifier.service.settings import Conflict, NotFound
from classifier.service.studio import schemas
from classifier.service.studio.data_sets import DataSet

LAYOUT = "annotations"
COMPARED = "studio_comparison.json"  # in a model's folder, as studio.comparing writes it


def train(of: DataSet, queue: TrainingQueue, architecture: str, epochs: int | None, unlabelled: str = IGNORE) -> Run:
    """Put a training on a data set into the queue. Errors are those of TrainingQueue.submit.

    Args:
        unlabelled: of data.unlabelled.WAYS, what becomes of the rest of recordings of which parts are labelled.

    It starts from the model in use where that can be, so that all recordings keep their split; and ends with the
    comparison with it.

    Raises:
        Conflict: one waits or is trained already; or nothing is labelled.
    """
    if any(run.status in ("waiting", "running") for run in runs(of, queue)):
        raise Conflict(f"a training on {of.name} is under way: wait for it, or cancel it")
    if not any(one.track.is_file() for one in of.recordings()):
        raise Conflict(f"nothing is labelled in {of.name} yet: label at least two sounds, in three recordings each")
    before = in_use(of, queue)
    start = before if before and _can_start(of.models / before, architecture) else None
    name = queue.datasets.name(of.folder)
    request = TrainingRequest(name, LAYOUT, epochs, start=start, compare=before, unlabelled=unlabelled)
    return queue.submit(architecture, request)


def runs(of: DataSet, queue: TrainingQueue) -> list[Run]:
    """The trainings on a data set, the newest first."""
    return [run for run in queue.runs.all() if Path(run.data) == of.folder]


def in_use(of: DataSet, queue: TrainingQueue) -> str | None:
    """The name of the model in use: the one that was chosen, else the first that was trained; None: there is none."""
    trained = [run.modelname for run in reversed(runs(of, queue)) if run.status == "done"]
    for name in (of.record.model, *trained):
        if name and (of.models / name / artifact.RUN).is_file():
            return name
    return None


def use(of: DataSet, queue: TrainingQueue, name: str) -> None:
    """Use a model from now on.

    Raises:
        NotFound: no training on the data set made it, or it is gone.
    """
    made = {run.modelname for run in runs(of, queue) if run.status == "done"}
    if name not in made or not (of.models / name).is_dir():
        raise NotFound(f"no training on {of.name} has made a model {name[:80]!r} that is still there")
    with of.lock:
        of.remember(replace(of.record, model=name))


def comparison(of: DataSet, run: Run) -> schemas.Comparison | None:
    """The new model of a training beside the one before; None where there was none."""
    file = of.models / str(run.modelname) / COMPARED
    if run.status != "done" or not file.is_file():
        return None
    return schemas.Comparison.model_validate_json(file.read_text(encoding="utf-8"))


def _can_start(model: Path, architecture: str) -> bool:
    """Whether a training may start from a model: of the same architecture, and no head on a published network."""
    try:
        same = artifact.load(model).record.model == architecture
    except InputError:
        return False
    return same and not registry.states("models", architecture, "FINE_TUNE")
