"""What a search tries next."""

import pytest

pytest.importorskip("optuna", reason="pip install -r requirements-tuning.txt")
from classifier.evaluation.proposals import Trial, propose, recipe_values  # noqa: E402
from classifier.evaluation.search_space import Numbers, Options  # noqa: E402

SPACE = {"learning_rate": Numbers(1e-4, 1e-2, is_logarithmic=True), "noise_snr_db": Options((None, (10, 40), (0, 30)))}


def tried(n, seed=(0, 1)):
    """n trials of a recipe that is the better the more it learns, and best with the last option."""
    trials = []
    for _ in range(n):
        choices = propose(SPACE, trials, seed)
        score = choices.get("learning_rate", 1e-4) * 50 + choices.get("noise_snr_db", 0) / 5
        trials.append(Trial(choices, score))
    return trials


def test_the_first_is_the_models_own_recipe_and_others_are_within_the_space():
    trials = tried(6)
    assert trials[0].choices == {} and recipe_values(SPACE, {}) == {}
    for trial in trials[1:]:
        assert set(trial.choices) == set(SPACE)
        assert 1e-4 <= trial.choices["learning_rate"] <= 1e-2 and trial.choices["noise_snr_db"] in (0, 1, 2)


def test_a_proposal_follows_from_the_trials_before_and_the_seed():
    assert tried(5) == tried(5)
    assert tried(5)[1:] != tried(5, seed=(0, 2))[1:]
    assert propose(SPACE, tried(5)[:3], (0, 1)) == tried(5)[3].choices


def test_what_did_well_is_tried_more_often():
    late = [trial.choices for trial in tried(40)[25:]]
    assert sum(choices["noise_snr_db"] == 2 for choices in late) > len(late) / 2


def test_choices_become_values_of_json():
    assert recipe_values(SPACE, {"learning_rate": 0.002, "noise_snr_db": 1}) == {
        "learning_rate": 0.002,
        "noise_snr_db": [10, 40],
    }
    assert recipe_values(SPACE, {"noise_snr_db": 0}) == {"noise_snr_db": None}
