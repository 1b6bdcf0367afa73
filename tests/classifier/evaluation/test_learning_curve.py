"""Learning curves over trained folders that nobody trained: only their predictions and records are read."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.data.layouts import Clip
from classifier.data.provenance import SplitRecord
from classifier.evaluation import cross_validation, learning_curve
from classifier.records import window_predictions
from classifier.records.config import RunConfig
from tests.trained_folder import write_trained


def make_store(n=20):
    clips = [Clip(Path(f"data/{label}/{i}.wav"), label, f"{label}{i}") for label in "ab" for i in range(n)]
    return SimpleNamespace(clips=clips, contents=[str(clip.path) for clip in clips])


@pytest.fixture
def config(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    return RunConfig(data="data", window=1.5)  # as the records of write_trained


def plans(store, config, out):
    folds = cross_validation.choose_folds(None, store.clips, store.contents, config.seed)
    whole = cross_validation.plan(["mel"], folds, store, config, out)
    return whole, learning_curve.plan(["mel"], folds, store, config, out)


def test_smaller_parts_are_nested_and_tested_on_the_same(config, tmp_path):
    whole, smaller = plans(make_store(), config, tmp_path)
    assert len(smaller) == 3 * len(whole) == 15
    for training in whole:
        of_fold = sorted(
            (one for one in smaller if one.fold == training.fold), key=lambda one: one.config.train_share
        ) + [training]
        learned = [set(one.split["train"]) for one in of_fold]
        assert [len(names) for names in learned] == [4, 6, 12, 24]
        assert all(few < more for few, more in zip(learned, learned[1:], strict=False))
        assert all(one.split["test"] == training.split["test"] for one in of_fold)
        assert all(one.split["validation"] == training.split["validation"] for one in of_fold)
    folders = {training.folder for training in whole + smaller}
    assert len(folders) == 20 and tmp_path / "fold_1_share_0.25" / "mel" in folders
    assert "mel, fold 1, 25.0% of the groups" in {training.title for training in smaller}


def test_sizes_that_would_be_the_same_are_trained_once_and_too_few_groups_explained(config, tmp_path):
    _, smaller = plans(make_store(n=5), config, tmp_path)  # three to learn from: one, one, two
    assert {training.config.train_share for training in smaller} == {0.25, 0.5}
    with pytest.raises(InputError, match="too few groups to learn from fewer of them"):
        plans(make_store(n=3), config, tmp_path)


def test_windows_in_which_nothing_is_heard_are_not_counted_as_in_the_leaderboard():
    predictions = {
        "probabilities": np.array([[0.9, 0.1], [0.0, 0.0], [0.2, 0.8], [0.0, 0.0], [0.7, 0.3]]),
        "targets": np.array([0, 0, 1, 1, 1]),
        "folds": np.zeros(5, int),
        "groups": np.array(["x", "x", "y", "y", "y"]),
    }
    right, n = learning_curve._counted(predictions, {(0, "x"): 0, (0, "y"): 1}, 2)
    assert (right.tolist(), n.tolist()) == ([[1, 0], [0, 1]], [[1, 0], [0, 2]])


def test_a_curve_is_gathered_from_what_the_folds_predicted(config, tmp_path):
    """Of each label a part of the test windows is right: all of a, of b as many quarters as the size's place."""
    store = make_store()
    whole, smaller = plans(store, config, tmp_path)
    shares = [0.125, 0.25, 0.5, None]
    for training in whole + smaller:
        names = training.split["test"]
        targets = np.repeat([int("/b/" in f"/{name}") for name in names], 4)
        place = shares.index(training.config.train_share)
        right = (targets == 0) | (np.arange(len(targets)) % 4 <= place)
        predictions = {
            "probabilities": np.eye(2)[np.where(right, targets, 1 - targets)],
            "targets": targets,
            "recordings": np.repeat(np.arange(len(names)), 4),
            "starts": np.zeros(len(targets)),
        }
        known = {"groups": 40, "groups_in_two_splits": [], "recordings_in_two_splits": []}
        split = SplitRecord(by="group", **known, **training.split)
        write_trained(training.folder, config=training.config, split=split)
        window_predictions.write(training.folder, {"test": predictions})
    curve = learning_curve.gather(whole + smaller, store, ["a", "b"], seed=0)
    assert [point.share for point in curve.points] == [0.125, 0.25, 0.5, 1]
    assert [point.recordings for point in curve.points] == [{"a": n, "b": n} for n in (2, 3, 6, 12)]
    assert [point.recall for point in curve.points] == [{"a": 1, "b": n / 4} for n in (1, 2, 3, 4)]
    assert curve.points[1].balanced_accuracy == 0.75
    assert curve.forecasts["b"].why_not == "all is right already"
