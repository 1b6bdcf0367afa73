"""The teacher of each fold: trained on that fold first, or one of an earlier evaluation."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from classifier.core import registry
from classifier.core.errors import InputError
from classifier.evaluation.cross_validation import FoldTraining
from classifier.records import artifact
from classifier.records.config import RunConfig
from classifier.records.teachers import check_audio_format

FOLD = re.compile(r"(fold|source)_\d+")  # no teacher's, nor a smaller share's


def is_model(teacher: str) -> bool:
    """Whether --teacher is the name of a model, to be trained on each fold, and not a folder of evaluated folds."""
    return teacher in registry.names("models") and not Path(teacher).is_dir()


def check(teacher: str, run: RunConfig, models: Sequence[str]) -> str:
    """Make sure that there is a teacher, and that it can teach some models; returns the file of classifier/models.

    Raises:
        InputError: there is none, it cannot be trained as the run says, or it hears other windows than a student.
    """
    model = name(teacher)
    if is_model(teacher):
        replace(run, **_own(model)).check_model(model)
    for student in models:
        check_audio_format(f"--teacher {teacher}", run.audio_format(model), student, run.audio_format(student))
    return model


def by_name(trainings: Sequence[FoldTraining], teacher: str) -> tuple[list[FoldTraining], list[FoldTraining]]:
    """The teachers of some trainings, each to be trained on the same split first; and the trainings, taught by them.

    A teacher learns by its own recipe from the recordings as they are, or with the same noise and negatives behind them
    where it learns from altered windows, too. It lies in `<fold>_teacher/`.

    Args:
        teacher: a file of classifier/models.
    """
    teachers: dict[Path, FoldTraining] = {}
    taught = []
    for training in trainings:
        out = training.out.resolve().with_name(f"{training.out.name}_teacher")
        of_fold = FoldTraining(teacher, replace(training.config, **_own(teacher)), out, training.split)
        teachers[out] = of_fold
        taught.append(_taught(training, of_fold.folder))
    return list(teachers.values()), taught


def by_folder(trainings: Sequence[FoldTraining], folder: Path, model: str) -> list[FoldTraining]:
    """Trainings, each taught by the model of an earlier evaluation of the same fold; arguments are those of `found`.

    Raises:
        InputError: a fold was not evaluated.
    """
    missing = [training.out.name for training in trainings if not (folder / training.out.name / model).is_dir()]
    if missing:
        raise InputError(
            f"--teacher {folder}: there is no {missing[0]}/{model}: evaluate {model} on the same folds with "
            f"EvaluateModel.py --out {folder}, or name the model alone (--teacher {model}), which is then trained first"
        )
    return [_taught(training, folder.resolve() / training.out.name / model) for training in trainings]


def found(teacher: str) -> tuple[Path, str]:
    """The folder of an evaluation, and the model of its folds, that a path names: `evaluated`, or `evaluated/mel`.

    Raises:
        InputError: it holds no folds, or those of several models.
    """
    path = Path(teacher)
    models = _models(path)
    if len(models) == 1:
        return path, models.pop()
    if not models and path.name in _models(path.parent):
        return path.parent, path.name
    if models:
        named = ", ".join(str(path / model) for model in sorted(models))
        raise InputError(f"--teacher {teacher} holds folds of several models: give one of {named}")
    raise InputError(
        f"--teacher {teacher}: name a model to train on each fold first (a file of classifier/models), or a folder "
        "that EvaluateModel.py wrote, with the folds of one model in it"
    )


def name(teacher: str) -> str:
    """The file of classifier/models that --teacher means."""
    return teacher if is_model(teacher) else found(teacher)[1]


def _models(folder: Path) -> set[str]:
    """The models of which a folder holds trained folds."""
    outs = [path for path in folder.glob("*_*") if FOLD.fullmatch(path.name)]
    return {path.parent.name for out in outs for path in out.glob(f"[!.]*/{artifact.RUN}")}


def _own(teacher):
    """The settings of a run that a teacher has for itself."""
    is_head = registry.states("models", teacher, "FINE_TUNE")
    return {"teacher": None, "recipe": None, "fine_tune": None, **({"background_noise": None} if is_head else {})}


def _taught(training, folder):
    return replace(training, config=replace(training.config, teacher=str(folder)), teacher=training.config.teacher)
