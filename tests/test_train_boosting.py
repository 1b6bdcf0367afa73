"""The boosting baseline as users run it."""

import json

import joblib
import numpy as np
import pytest

from classifier.records import window_predictions
from classifier.records.audio_format import AudioFormat
from tests.conftest import call_script, next_command, run_script, write_data

LABELS = ["high tone", "low tone"]


def boost(folder, *args, expect=0, by=call_script):
    settings = ["--data", "data", "--out", "boosted", "--no-cache"]
    return by("TrainBoosting.py", *settings, *args, cwd=folder, expect=expect)


@pytest.fixture(scope="module")
def boosted(tmp_path_factory):
    """Five recordings a label, windows that overlap by three quarters; what was printed."""
    folder = tmp_path_factory.mktemp("boosting")
    write_data(folder / "data")
    printed, said = boost(folder, "--features", "mel", "--overlap", "0.9", by=run_script)
    return folder / "boosted" / "boosting", printed, said


def test_the_folder_holds_what_a_report_needs(boosted):
    folder, _, _ = boosted
    assert (folder / "model.joblib").stat().st_size
    for what in ("windows", "recordings"):
        assert (folder / "report" / f"confusion_{what}.png").read_bytes().startswith(b"\x89PNG")
    run = json.loads((folder / "run.json").read_text())
    assert run["labels"] == LABELS
    assert (run["config"]["features"], run["config"]["overlap"]) == ("mel", 0.9)
    assert run["windows"] == {"train": 36, "validation": 4, "test": 4}
    assert run["features"] == 60 * AudioFormat().n_frames
    assert run["split"]["groups_in_two_splits"] == []
    assert run["audio_format"]["window_length"] == 32_000
    assert set(run["scores"]["windows"]["pr_auc"]) == set(LABELS)
    assert run["grid"]["tried"][0]["components"] == run["recipe"]["components"]
    assert run["versions"]["scikit-learn"]
    assert run["scores"]["windows"]["balanced_accuracy"] == 1  # of two tones


def test_its_answers_are_kept_as_those_of_networks(boosted):
    folder, _, _ = boosted
    run = json.loads((folder / "run.json").read_text())
    for split_name in ("validation", "test"):
        predictions = window_predictions.read(folder, split_name)
        names = run["split"][split_name]
        for number, label in zip(predictions["recordings"], predictions["targets"], strict=True):
            assert names[number].startswith(LABELS[label])
        assert predictions["probabilities"].sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_the_model_can_be_loaded_again(boosted):
    folder, _, _ = boosted
    model = joblib.load(folder / "model.joblib")
    values = np.zeros((2, 60 * AudioFormat().n_frames), "float32")
    assert model.predict_proba(values).shape == (2, len(LABELS))
    assert list(model.named_steps) == ["scale", "pca", "trees"]


def test_it_says_recall_pr_auc_chance_and_what_comes_next(boosted):
    folder, printed, said = boosted
    assert "boosting: 4 of 4 windows, 2 of 2 recordings right" in printed
    assert "PR-AUC" in printed
    assert "balanced accuracy 100.0%, guessing 50.0%" in printed
    assert "guessing a label's share of the windows: high tone 50.0%, low tone 50.0%" in printed
    assert "wrote boosted/boosting; " in printed and next_command(printed)[:2] == ["TrainModel.py", "--data"]
    assert "windows 36 to learn from, 4 to validate, 4 to test" in said
    assert "4 settings on 3 folds each" in said  # 50 and 200 components are both more than windows


def test_same_seed_same_answers(boosted, tmp_path):
    folder, _, _ = boosted
    write_data(tmp_path / "data")
    boost(tmp_path, "--features", "mel", "--overlap", "0.9")
    with (
        np.load(folder / "predictions.npz") as first,
        np.load(tmp_path / "boosted" / "boosting" / "predictions.npz") as second,
    ):
        assert {name: first[name].tolist() for name in first} == {name: second[name].tolist() for name in second}


@pytest.mark.parametrize(
    ("n", "args", "complaint"),
    [
        (2, [], "'high tone' has 2 recording(s) or group(s); it needs at least 3"),
        (3, [], "'high tone' has 1 recording(s) or group(s) on the training split; the grid search needs at least 2"),
        (5, ["--overlap", "1"], "--overlap 1: give a share of a window: from 0 to 0.9"),
        (5, ["--fold", "7"], "--fold 7: there are folds 0 to 4"),
    ],
)
def test_what_can_not_be_used_is_explained_and_nothing_is_written(tmp_path, n, args, complaint):
    write_data(tmp_path / "data", n=n)
    _, said = boost(tmp_path, *args, expect=1)
    assert complaint in said
    assert not (tmp_path / "boosted").exists()


def test_features_that_there_are_not_are_refused(tmp_path):
    _, said = boost(tmp_path, "--features", "chroma", expect=1)
    assert "--features chroma: give one of summary, mel" in said


def test_without_flags_windows_are_summed_up_and_touch(tmp_path):
    write_data(tmp_path / "data")
    boost(tmp_path)
    run = json.loads((tmp_path / "boosted" / "boosting" / "run.json").read_text())
    assert (run["config"]["features"], run["windows"]["train"]) == ("summary", 12)
    assert {row["components"] for row in run["grid"]["tried"]} == {None, 8}  # a fold has 8 windows to learn from
    assert run["scores"]["recordings"]["right"] == 2
