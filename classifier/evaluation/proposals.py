"""Recipes that a search tries next: Optuna proposes them from the scores of those before.

A proposal follows from the trials before it and the seed alone, so that a killed search goes on as if it never stopped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna

from classifier.evaluation.search_space import Numbers, Options

DIGITS = 3  # of a number: more make no other training


@dataclass(frozen=True)
class Trial:
    """A recipe that was tried.

    Attributes:
        choices: {value of a recipe: the number, or the position among its options}; {} is the model's own recipe.
        score: balanced accuracy, over the inner folds; 0 where a training failed.
        failed: whether one did.
    """

    choices: dict[str, float | int]
    score: float
    failed: bool = False


def propose(
    space: Mapping[str, Numbers | Options], trials: Sequence[Trial], seed: Sequence[int]
) -> dict[str, float | int]:
    """The choices of the next trial. The first is the model's own recipe; Optuna's TPE proposes the others."""
    if not trials:
        return {}
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    distributions = {name: _distribution(tried) for name, tried in space.items()}
    mixed = int(np.random.SeedSequence([*seed, len(trials)]).generate_state(1)[0])
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=mixed))
    for trial in trials:
        known = {name: distributions[name] for name in trial.choices}
        study.add_trial(optuna.trial.create_trial(params=trial.choices, distributions=known, value=trial.score))
    asked = study.ask(distributions).params
    return {name: float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value for name, value in asked.items()}


def recipe_values(space: Mapping[str, Numbers | Options], choices: Mapping[str, float | int]) -> dict[str, Any]:
    """{value of a recipe: JSON value} of the choices of a trial."""
    found: dict[str, Any] = {}
    for name, choice in choices.items():
        tried = space[name]
        value = tried.values[int(choice)] if isinstance(tried, Options) else choice
        found[name] = list(value) if isinstance(value, tuple) else value
    return found


def _distribution(tried: Numbers | Options) -> optuna.distributions.BaseDistribution:
    if isinstance(tried, Numbers):
        return optuna.distributions.FloatDistribution(tried.low, tried.high, log=tried.is_logarithmic)
    return optuna.distributions.CategoricalDistribution(range(len(tried.values)))
