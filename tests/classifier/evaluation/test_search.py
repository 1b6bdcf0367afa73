"""A search: what it hears, what it keeps, and what it finds. The trainings are made, not trained: see test_guide.py."""

import json

import numpy as np
import pytest

pytest.importorskip("optuna", reason="pip install -r requirements-tuning.txt")
from classifier.core.errors import InputError  # noqa: E402
from classifier.data.provenance import DataRecord, SplitRecord  # noqa: E402
from classifier.evaluation import fold_processes, folds, search  # noqa: E402
from classifier.evaluation.config import EvaluationConfig  # noqa: E402
from classifier.records import recipe, window_predictions  # noqa: E402
from classifier.scoring import metrics  # noqa: E402
from tests.conftest import write_data  # noqa: E402
from tests.trained_folder import make_record, write_trained  # noqa: E402

LABELS = ["high tone", "low tone"]
N = 4


class Trainer:
    """Writes folders in place of trainings: a recipe is right in all windows where its gain is 6 dB, else in half."""

    def __init__(self, fingerprint, fails=None, stops_at=None):
        self.fingerprint, self.fails, self.stops_at, self.done = fingerprint, fails, stops_at, []

    def __call__(self, trainings, labels, jobs, scheduler=None, address=None, weights=(), may_fail=()):
        failed = set()
        for training in trainings:
            if len(self.done) == self.stops_at:
                raise KeyboardInterrupt
            self.done.append(training)
            if self.fails and self.fails(training):
                assert training in may_fail
                failed.add(training.folder.resolve())
            else:
                self.write(training, labels)
        return failed

    def write(self, training, labels):
        own = recipe.recipe_for(training.model, training.config)
        targets = np.array([labels.index(name.split("/")[0]) for name in training.split["test"]])
        said = targets if own.gain_db == 6 else np.zeros_like(targets)
        about = np.eye(len(labels), dtype="float32")[said], targets, np.arange(len(targets))
        names = {"by": "group", "groups": 5, "groups_in_two_splits": [], "recordings_in_two_splits": []}
        write_trained(
            training.folder,
            labels=labels,
            config=training.config,
            recipe=own,
            fine_tuning=None,
            audio_format=training.config.audio_format(training.model),
            data=DataRecord(fingerprint=self.fingerprint, recordings={}, skipped=[]),
            split=SplitRecord(**names, **training.split),
            scores=metrics.score(*about, labels),
            thresholds={label: 0.5 for label in labels},
        )
        predictions = dict(zip(window_predictions.OF_WINDOWS, (*about, np.zeros(len(targets))), strict=True))
        window_predictions.write(training.folder, {"test": predictions, "validation": predictions})


@pytest.fixture
def prepare(tmp_path, monkeypatch):
    """A function: a search of some recipes with a trainer; (its result, the trainer)."""
    monkeypatch.chdir(tmp_path)
    write_data(tmp_path / "data", n=5)

    def run(n=N, out="out", data="data", tested="0,3", **trainer):
        config = EvaluationConfig(
            model="signal",
            data=tmp_path / data,
            search=n,
            inner_folds=2,
            folds=tested,
            no_refit=True,
            out=tmp_path / out,
        )
        task = folds.load(config)
        trains = Trainer(task.store("signal").fingerprint, **trainer)
        monkeypatch.setattr(fold_processes, "train", trains)
        return search.search(task)["signal_searched"], trains

    return run


def journal(folder, name):
    lines = (folder / f"signal_search_{name}.jsonl").read_text().splitlines()
    return [{key: value for key, value in json.loads(line).items() if key != "key"} for line in lines]


def test_the_search_of_a_fold_never_hears_what_the_fold_tests(prepare, tmp_path, capsys):
    result, trainer = prepare()
    held = {
        training.fold: set(training.split["test"])
        for training in trainer.done
        if training.config.outside_fold is None and training.out.name.endswith("_searched")
    }
    inner = [training for training in trainer.done if training.config.outside_fold is not None]
    assert set(held) == {0, 3} and len(inner) == 2 * 2 * N
    for training in inner:
        heard = {name for names in training.split.values() for name in names}
        assert len(heard) == 8 and not heard & held[training.config.outside_fold]
    assert (
        "search: 4 recipes of signal for each of 2 fold(s), and 4 for all recordings, each on 2 inner fold(s): 24"
        in (said := capsys.readouterr().err)
    )
    assert "24 trainings, then 2 with what was found; 0 of 12 recipes were tried before" in said
    assert (result.search.recipes, result.search.trainings, result.n_folds) == (4, 24, 2)
    assert result.title == "signal, best of 4 recipes" and result.settings["recipe"] is None


def test_the_best_recipe_is_trained_on_the_fold_and_the_one_of_all_recordings_is_written(prepare, tmp_path):
    result, trainer = prepare(n=12)
    trials = journal(tmp_path / "out", "all")
    assert trials[0]["recipe"] == {} and trials[0]["score"] == 0.5
    right = [trial["recipe"] for trial in trials if trial["score"] == 1]
    assert right and all(values["gain_db"] == 6 for values in right)
    written = json.loads((tmp_path / "out" / "signal_recipe.json").read_text())
    assert written == result.search.chosen == right[0]
    assert recipe.changed(recipe.FIELD, str(tmp_path / "out" / "signal_recipe.json")).gain_db == 6
    assert (result.search.score_inside, result.search.own_score_inside) == (1, 0.5)
    for fold, values in result.search.of_folds.items():
        (trained,) = (one for one in trainer.done if one.out.name == f"fold_{fold}_searched")
        assert json.loads(trained.config.recipe) == values
    left = {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()}
    assert left == {"fold_0_searched", "fold_3_searched"}  # what was tried is not kept


def test_a_killed_search_goes_on_and_tries_what_it_would_have_tried(prepare, tmp_path):
    prepare(out="whole")
    with pytest.raises(KeyboardInterrupt):
        prepare(out="killed", stops_at=15)  # in the third of four rounds of six
    _, again = prepare(out="killed")
    assert len(again.done) == 24 - 15 + 2
    for name in ("0", "3", "all"):
        assert journal(tmp_path / "killed", name) == journal(tmp_path / "whole", name)
    _, third = prepare(out="killed")
    assert not third.done
    _, more = prepare(out="killed", n=N + 1)
    assert len([one for one in more.done if not one.out.name.endswith("_searched")]) == 6


def test_a_recipe_that_cannot_be_trained_counts_as_zero(prepare, tmp_path):
    result, _ = prepare(fails=lambda training: "search_all_2" in training.out.name)
    assert [trial["score"] > 0 for trial in journal(tmp_path / "out", "all")] == [True, True, False, True]
    assert result.search.failed == 1


def test_too_few_groups_for_inner_folds_are_explained(prepare, tmp_path, monkeypatch):
    write_data(tmp_path / "few", n=3)
    asked, deal = [], search.negatives_split.outside
    monkeypatch.setattr(search.negatives_split, "outside", lambda *args: asked.append(args[2:4]) or deal(*args))
    with pytest.raises(InputError, match="--search: what fold 0 learns from cannot be dealt into inner folds"):
        prepare(data="few", tested="0")
    assert asked.count((0, 0)) == 1 and (0, 1) not in asked  # no other inner fold has more groups


def test_what_a_trial_was_made_of_is_told_by_its_record(prepare):
    _, trainer = prepare(n=2)
    assert make_record().config.outside_fold is None
    outside = {training.config.outside_fold for training in trainer.done}
    assert outside == {0, 3, None}
