"""Search for a recipe, by a nested cross-validation.

Of each fold, recipes are tried on inner folds of what it leaves to learn from; the best is trained on the fold, and its
test split, which the search never heard, scores it. The same search on all recordings gives the recipe to take home.
"""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from classifier.core import atomic_files, registry
from classifier.core.console import import_keras, say
from classifier.core.errors import InputError
from classifier.core.journal import Journal
from classifier.data import negatives_split, splits
from classifier.evaluation import cross_validation, proposals, search_space
from classifier.evaluation.cross_validation import FoldTraining
from classifier.evaluation.folds import Folds
from classifier.evaluation.proposals import Trial
from classifier.evaluation.results import EvaluationResult, SearchRecord
from classifier.evaluation.search_space import Numbers, Options
from classifier.records import artifact, recipe
from classifier.records.refit import NONE
from classifier.scoring import metrics


@dataclass(frozen=True)
class Study:
    """One search for a model's recipe.

    Attributes:
        outside: the fold that it may not hear the test split of; None: it hears all recordings.
        inner: {fold: (clips,) array of splits}, that each recipe is trained and tested on.
        space: what is tried.
    """

    task: Folds
    model: str
    outside: int | None
    inner: dict[int, np.ndarray]
    space: dict[str, Numbers | Options]

    @property
    def name(self) -> str:
        """Of its files."""
        return f"search_{'all' if self.outside is None else self.outside}"

    @property
    def journal(self) -> Path:
        """The file of its finished trials."""
        return self.task.out / f"{self.model}_{self.name}.jsonl"

    def recipe(self, trial: Trial) -> dict[str, Any]:
        """{value of a recipe: JSON value} of a trial, with those that the person gives."""
        return {**recipe.values(self.task.run.recipe), **proposals.recipe_values(self.space, trial.choices)}

    def trials(self, n: int) -> list[Trial]:
        """The finished ones of the first n trials, up to the first that is not."""
        found = []
        if self.journal.is_file():
            with Journal(self.journal) as journal:
                while len(found) < n and (key := self._key(len(found))) in journal:
                    item = journal.read(key)
                    found.append(Trial(item["choices"], item["score"], item["failed"]))
        return found

    def next(self, done: Sequence[Trial]) -> Trial:
        """What is tried after some trials; it has no score yet."""
        seed = self.task.config.seed, 0 if self.outside is None else 1 + self.outside
        return Trial(proposals.propose(self.space, done, seed), 0.0)

    def trainings(self, number: int, trial: Trial) -> list[FoldTraining]:
        """The trainings of a trial: one on each inner fold."""
        run = replace(self.task.run, refit=NONE, outside_fold=self.outside, recipe=_json(self.recipe(trial)))
        store, out = self.task.store(self.model), self.task.out
        planned = cross_validation.plan([self.model], self.inner, store, run, out)
        return [replace(one, out=out / f"{self.name}_{number}_{one.fold}") for one in planned]

    def finish(self, number: int, trial: Trial, trainings: Sequence[FoldTraining], failed: bool) -> None:
        """Keep the score of a trial, and delete what was trained for it."""
        score = 0.0 if failed else _score(trainings, self.task)
        self.journal.parent.mkdir(parents=True, exist_ok=True)
        with Journal(self.journal) as journal:
            item = {"number": number, "recipe": self.recipe(trial), "score": score}
            journal.write(self._key(number), {**item, "choices": trial.choices, "failed": failed})
        for training in trainings:
            shutil.rmtree(training.folder, ignore_errors=True)
            if training.out.is_dir() and not any(training.out.iterdir()):
                training.out.rmdir()

    def _key(self, number: int) -> str:
        """Of a trial in the journal: the same where data, labels, settings, space and inner folds are."""
        about = {
            "model": self.model,
            "fingerprint": self.task.store(self.model).fingerprint,
            "labels": self.task.labels,
            "run": asdict(replace(self.task.run, refit=NONE, recipe=None)),
            "recipe": asdict(recipe.recipe_for(self.model, self.task.run)),
            "space": repr(self.space),
            "inner": {fold: hashlib.sha256("\n".join(of).encode()).hexdigest() for fold, of in self.inner.items()},
            "number": number,
        }
        return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


def search(task: Folds) -> dict[str, EvaluationResult]:
    """Search for a recipe of each model of an evaluation; write those for all recordings as JSON.

    Returns:
        {stem: result}, as of `evaluate`, with what was found.

    Raises:
        InputError: there are too few groups for inner folds, or the model's own recipe cannot be trained.
    """
    n = task.config.search or 0
    inner = {outside: _inner_folds(task, outside) for outside in (*task.splits, None)}
    spaces = {model: search_space.of(task.run, _has_bands(task, model)) for model in task.models}
    studies = [Study(task, model, outside, inner[outside], spaces[model]) for outside in inner for model in spaces]
    _tell(task, studies, n)
    for number in range(n):
        _try(task, [study for study in studies if len(study.trials(n)) == number], number, n)
    found = {(study.model, study.outside): study for study in studies}
    chosen = {key: _best(study, n) for key, study in found.items()}
    trainings = []
    for one in task.plan():
        values = _json(chosen[one.model, one.fold][1])
        out = one.out.with_name(f"{one.out.name}_searched")
        trainings.append(replace(one, config=replace(one.config, recipe=values), out=out))
    task.train(trainings, "trainings with the recipes that were found")
    results: dict[str, EvaluationResult] = {}
    for model in task.models:
        record = _record(task, [study for study in studies if study.model == model], n)
        of_model = [one for one in trainings if one.model == model]
        for refitted in (False, True) if not task.config.no_refit else (False,):
            about = task.store(model), task.config.vote, task.config.seed, refitted, task.config.cut
            result = cross_validation.gather(of_model, *about)
            settings = {**result.settings, "recipe": task.run.recipe}
            result = replace(result, settings=settings, search=record)
            results[result.stem] = result
    return results


def _has_bands(task, model):
    """Whether the features of a model have bands and frames; imports Keras."""
    import_keras()
    from classifier.models import assemble

    audio_format = task.run.audio_format(model)
    features = assemble.features_of(registry.load("models", model), audio_format)
    return len(assemble.heard(features, audio_format.window_length).output_shape) == 4


def _inner_folds(task, outside):
    """{fold: (clips,) array of splits} of the first folds that can be trained, as many as the config says.

    Raises:
        InputError: there is none.
    """
    store, found, reason = task.store(task.models[0]), {}, None
    dealt = task.config.seed, task.run.negatives_chosen
    for fold in range(len(store.clips)):
        try:
            found[fold] = negatives_split.outside(store.clips, store.contents, outside, fold, *dealt)
        except splits.NoFoldError:
            break
        except InputError as error:
            reason = reason or error
            if splits.how(store.clips) not in (splits.BY_SOURCE, splits.OWN_FOLDS):  # of these others may do
                break
        if len(found) == task.config.inner_folds:
            break
    tests = {fold: tuple(np.flatnonzero(of == "test")) for fold, of in found.items()}
    found = {fold: of for fold, of in found.items() if fold == min(k for k in tests if tests[k] == tests[fold])}
    if not found:
        where = "all recordings" if outside is None else f"what fold {outside} learns from"
        raise InputError(f"--search: {where} cannot be dealt into inner folds: {reason}")
    return found


def _tell(task, studies, n):
    inner = [len(study.inner) for study in studies]
    done = sum(len(study.trials(n)) for study in studies)
    counts = f"{min(inner)}" if min(inner) == max(inner) else f"{min(inner)} to {max(inner)}"
    n_found = len(task.splits) * len(task.models)
    say(
        f"search: {n} recipes of {', '.join(task.models)} for each of {len(task.splits)} fold(s), and {n} for all "
        f"recordings, each on {counts} inner fold(s): {n * sum(inner)} trainings, then {n_found} with what was found; "
        f"{done} of {n * len(studies)} recipes were tried before"
    )


def _try(task, studies, number, n):
    """Try one recipe of each study; they are independent, so all are trained at once."""
    trials = [study.next(study.trials(number)) for study in studies]
    trainings = [study.trainings(number, trial) for study, trial in zip(studies, trials, strict=True)]
    together = [one for of_trial in trainings for one in of_trial]
    if not together:
        return
    may_fail = together if number else ()  # the model's own recipe must not
    failed = {one.folder for one in task.train(together, f"trainings of recipe {number + 1} of {n}", may_fail)}
    for study, trial, of_trial in zip(studies, trials, trainings, strict=True):
        study.finish(number, trial, of_trial, failed=any(one.folder in failed for one in of_trial))


def _score(trainings, task):
    """The balanced accuracy of windows, mean over inner folds; of sources, which may lack labels, of all at once."""
    if not task.run.folds_by:
        scores = [artifact.load(training.folder).record.scores for training in trainings]
        return float(np.mean([of.windows.balanced_accuracy for of in scores]))
    together = cross_validation.predictions_of(trainings, task.store(trainings[0].model))
    scored = metrics.score(together["probabilities"], together["targets"], together["recordings"], task.labels)
    return float(scored.windows.balanced_accuracy)


def _best(study, n):
    """(trial, its recipe) with the best score; of equals the first, which may be the model's own."""
    trial = max(study.trials(n), key=lambda trial: trial.score)
    return trial, study.recipe(trial)


def _record(task, studies, n):
    """What a search found of a model; the recipe for all recordings is written."""
    of_all = next(study for study in studies if study.outside is None)
    trials, (best, values) = of_all.trials(n), _best(of_all, n)
    path = task.out / f"{of_all.model}_recipe.json"
    with atomic_files.new_file(path) as fresh:
        fresh.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    return SearchRecord(
        recipes=n,
        trainings=n * sum(len(study.inner) for study in studies),
        failed=sum(trial.failed for study in studies for trial in study.trials(n)),
        of_folds={str(study.outside): _best(study, n)[1] for study in studies if study.outside is not None},
        chosen=values,
        file=path.name,
        score_inside=best.score,
        own_score_inside=trials[0].score,
    )


def _json(values):
    return json.dumps(values) if values else None
