"""Negatives from the flag to the last screen: learned as an output, or held against the thresholds."""

import json

import pytest

from classifier.export import variants
from classifier.inference.config import ClassificationConfig
from classifier.inference.settings import make_settings
from classifier.records import artifact
from tests.conftest import CHEAPEST, call_script, write_data, write_tone
from tests.test_train_model import train

LABELS = ["high tone", "low tone"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Data of three recordings a label, and five negatives, of which two are of one place."""
    folder = tmp_path_factory.mktemp("negatives")
    write_data(folder / "data", n=3)
    for i, place in enumerate(("road", "road", "wood", "mill", "yard")):
        write_tone(folder / "city" / "hum" / f"{place}_{i}.wav", hertz=2000 + 100 * i, seed=i)
    return folder


def trained_with(folder, out, *flags):
    flags = ("--group-by", "^([^_]+)_", "--negatives", "city", *flags)
    return train(folder / "data", folder / out, *flags, epochs=2), artifact.load(folder / out / CHEAPEST)


@pytest.fixture(scope="module")
def learned(folder):
    return trained_with(folder, "learned")


@pytest.fixture(scope="module")
def held(folder):
    return trained_with(folder, "held", "--negatives-as", "threshold")


def test_they_are_learned_as_the_last_output_and_split_by_group(folder, learned):
    (printed, said), trained = learned
    assert "negatives: 5 recordings of 4 groups in" in said and "learned as 'other'" in said
    assert trained.labels == [*LABELS, "other"]
    split = trained.record.split
    assert sum(split.negatives.values()) == 5 and all(split.negatives.values())
    assert f"(of these, {', '.join(map(str, split.negatives.values()))} are negatives)" in printed
    assert split.groups_in_two_splits == [] and trained.record.data.recordings["other"] == 5
    assert [name for name in split.test if name.startswith(str(folder / "city"))]
    assert "other" not in trained.record.thresholds and "other" in trained.record.background
    assert trained.record.recipe.negatives_snr_db == (0, 25)


def test_the_epoch_is_chosen_at_the_bound_on_false_alarms(learned):
    history = learned[1].history()
    values = zip(history["validation_recall_at_bound"], history["validation_balanced_accuracy"], strict=True)
    best = max(values)
    kept = learned[1].record.best_epoch - 1
    assert best == (history["validation_recall_at_bound"][kept], history["validation_balanced_accuracy"][kept])


def test_an_app_is_not_told_of_them(learned):
    trained = learned[1]
    settings, _ = make_settings(ClassificationConfig(inputs=(), model=str(trained.folder), threshold=0.7))
    assert settings.rule.thresholds == dict.fromkeys(LABELS, 0.7)


def test_as_thresholds_they_leave_the_outputs_as_they_are(held, learned):
    (_, said), trained = held
    assert "held against the thresholds, not learned" in said
    assert trained.labels == LABELS and trained.record.background == learned[1].record.background[:-1]
    test, apart = trained.predictions("test"), trained.negatives("test")
    assert set(test["targets"]) == {0, 1} and learned[1].negatives("test") is None
    assert len(set(apart["recordings"])) == trained.record.split.negatives["test"]
    seconds = trained.audio_format.seconds
    assert {of.hours for of in trained.record.alarms.values()} == {len(apart["targets"]) * seconds / 3600}
    assert trained.record.split.test[: len(test["recordings"]) // 2] == learned[1].record.split.test[:2]


def test_the_files_of_both_find_the_recordings_that_they_are_compared_on(held, learned):
    for (_, trained), with_negatives in ((held, 0), (learned, 1)):
        n_clips = len(set(trained.predictions("test")["recordings"]))
        audio, n = variants._recordings(trained, "test", n_clips)
        assert n == n_clips == 2 + with_negatives * trained.record.split.negatives["test"]
        assert {clip.label for clip in audio.clips} == set(trained.labels)


def test_false_alarms_in_negatives_that_were_learned_are_said_to_flatter(folder, learned):
    settings = ["--model", f"learned/{CHEAPEST}", "--data", "data", "--negatives", "city", "--out", "evaluated"]
    printed, _ = call_script("EvaluateModel.py", *settings, cwd=folder)
    _, after = printed.split("hours of negatives")
    n = learned[1].record.split.negatives
    known = f"({n['train']} to learn from, {n['validation']} to validate)"
    assert f"WARNING: these negatives were used to train it {known}" in after
    found = json.loads((folder / "evaluated" / f"{CHEAPEST}_on_data.json").read_text())["negatives"]
    assert set(found["labels"]) == set(LABELS)


def test_folds_train_with_them_and_are_not_trained_again(folder):
    settings = ["--model", CHEAPEST, "--data", "data", "--negatives", "city", "--epochs", 1, "--folds", 0]
    settings += ["--out", "folds", "--no-refit"]
    call_script("EvaluateModel.py", *settings, cwd=folder)
    _, said = call_script("EvaluateModel.py", *settings, cwd=folder)
    assert "1 trainings, 1 done before" in said
    _, said = call_script("EvaluateModel.py", *settings, "--negatives-label", "rest", cwd=folder)
    assert "1 trainings, 0 done before" in said
    trained = artifact.load(folder / "folds" / "fold_0" / CHEAPEST)
    assert "validation_recall_at_bound" in trained.history() and trained.labels == [*LABELS, "rest"]


def test_a_sound_that_has_a_label_too_is_named(folder, tmp_path):
    copy = tmp_path / "city" / "copy.wav"
    copy.parent.mkdir()
    copy.write_bytes((folder / "data" / "low tone" / "l0_take.wav").read_bytes())
    flags = ["--trained", tmp_path / "trained", "--model", CHEAPEST, "--negatives", copy.parent]
    _, said = call_script("TrainModel.py", "--data", "data", *flags, cwd=folder, expect=1)
    assert f"low tone/l0_take.wav (low tone) = {copy} (other)" in said


def test_a_check_counts_them(folder):
    printed, _ = call_script("PrepareData.py", "--check", "data", "--negatives", "city", cwd=folder)
    assert "negatives: 5 recordings of 5 groups, 0.2 minutes" in printed
    assert "--negatives city" in printed.splitlines()[-1]
