from pathlib import Path

import pytest

from classifier.core.errors import InputError
from classifier.evaluation.config import EvaluationConfig
from classifier.records.config import RunConfig


def config(model, **chosen):
    return EvaluationConfig(model, Path("data"), **chosen)


@pytest.mark.parametrize(
    ("model", "is_trained"),
    [("mel", False), ("mel,signal", False), ("all", False), ("trained/mel", True), ("mel.tflite", True)],
)
def test_a_path_is_a_trained_model_and_a_name_an_architecture(model, is_trained):
    assert config(model).tests_trained_models is is_trained


def test_all_folds_share_what_decides_on_the_weights(tmp_path):
    (tmp_path / "noise.wav").touch()
    shared = config("mel", epochs=3, background_noise=tmp_path).run_config()
    assert shared == RunConfig(data="data", epochs=3, background_noise=str(tmp_path), refit="without-test")


@pytest.mark.parametrize(
    ("chosen", "complaint"),
    [
        ({"model": "mell"}, "'mell' is none of the models"),
        ({"model": "trained/mel", "overlap": 1.0}, "--overlap 1: give a share of a window"),
        ({"model": "mel", "overlap": 0.5, "crops": 10}, "--overlap and --crops both say where windows begin"),
        ({"model": "trained/mel", "search": 2}, "leave out --search"),
        ({"model": "mel", "crops": 0}, "--crops 0: give how many windows"),
        ({"model": "mel", "negatives_label": "rest"}, "name their folder with --negatives"),
        ({"model": "a/mel", "negatives": "x", "negatives_as": "threshold"}, "leave out --negatives-as"),
        ({"model": "trained/mel", "seed": 0, "epochs": 2, "paper": True}, "leave out --epochs, --paper"),
        ({"model": "a/mel,b/mel"}, "have one name"),
        ({"model": "mel", "folds": "0-2"}, "--folds '0-2': give numbers with commas, such as 0,2, or all"),
        ({"model": "mel", "jobs": 2, "scheduler": "tcp://host:1"}, "--jobs is for this machine"),
    ],
)
def test_a_choice_that_cannot_be_is_explained(chosen, complaint):
    with pytest.raises(InputError, match=complaint):
        config(**chosen)


def test_folds_are_numbers_or_all():
    assert config("mel", folds="7, 2").fold_numbers() == [2, 7]
    assert config("mel", folds="all").fold_numbers() is config("mel").fold_numbers() is None


@pytest.mark.parametrize(
    ("chosen", "complaint"),
    [
        ({"search": 2, "teacher": "mel"}, "--search tries recipes: leave out --teacher"),
        ({"search": 2, "learning_curve": True}, "--search tries recipes: leave out --learning-curve"),
        ({"search": 2, "out": "s3://bucket/out"}, "give --out a path"),
        ({"search": 2, "model": "yamnet_transfer"}, "for --search, give --fine-tune 2 too"),
        ({"inner_folds": 2}, "--inner-folds are those of a search: give --search too"),
    ],
)
def test_a_search_that_cannot_be_is_explained(chosen, complaint):
    with pytest.raises(InputError, match=complaint):
        config(**{"model": "mel", **chosen}).check()


def test_a_search_without_optuna_says_what_to_install(monkeypatch):
    monkeypatch.setattr("classifier.evaluation.config.find_spec", lambda name: None)
    with pytest.raises(InputError, match="python -m pip install -r .*requirements-tuning.txt"):
        config("mel", search=2).check()
