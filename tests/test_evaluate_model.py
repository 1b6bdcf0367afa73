"""Evaluation as users run it: some folds of small data, then all, then all again; and a trained model."""

import csv
import json
from dataclasses import asdict

import pytest

from classifier.evaluation import cross_validation
from classifier.pretrained import weights
from classifier.records import artifact
from tests.conftest import CHEAPEST, call_script, next_command, run_script, write_data, write_tone

LABELS = ["high tone", "low tone"]


def evaluate(folder, *args, expect=0, run=call_script):
    settings = ["--data", "data", "--out", "evaluated", "--model", CHEAPEST]
    settings += [] if "--model" in args else ["--no-refit"]
    return run("EvaluateModel.py", *settings, *args, cwd=folder, expect=expect)


def stamps(folder):
    """When each fold was trained."""
    paths = sorted(folder.glob(f"evaluated/fold_*/{CHEAPEST}/run.json"))
    return {path.parents[1].name: path.stat().st_mtime_ns for path in paths}


def result(folder, name=CHEAPEST):
    return json.loads((folder / "evaluated" / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """Three recordings a label, so three folds: two of them, and then all."""
    folder = tmp_path_factory.mktemp("evaluated")
    write_data(folder / "data", n=3)
    first = evaluate(folder, "--epochs", 1, "--folds", "0,2", run=run_script)
    before = stamps(folder)
    second = evaluate(folder, "--epochs", 1)
    return folder, first, before, second, stamps(folder)


def test_every_recording_is_tested_once_and_the_spread_is_over_the_folds(evaluated):
    folder, _, _, (printed, _), _ = evaluated
    found = result(folder)
    assert [fold["fold"] for fold in found["folds"]] == [0, 1, 2]
    assert found["scores"]["recordings"]["n"] == 6
    assert found["scores"]["windows"]["n"] == 12
    assert found["intervals"]["groups"] == 6
    tested = [json.loads((folder / fold["folder"] / "run.json").read_text()) for fold in found["folds"]]
    assert len({name for run in tested for name in run["split"]["test"]}) == 6
    assert {run["recipe"]["epochs"] for run in tested} == {1}
    summed = sum(fold["scores"]["windows"]["right"] for fold in found["folds"])
    assert found["scores"]["windows"]["right"] == summed
    for label in LABELS:
        assert label in printed
    assert "guessing 50.0%; always the most frequent label 50.0% of windows" in printed
    assert "mean ± sd over 3 fold(s); 95 %: drawn from 6 groups" in printed
    assert next_command(printed)[:3] == ["TrainModel.py", "--model", found["model"]]


def test_the_leaderboard_and_the_pictures_are_written(evaluated):
    folder, *_ = evaluated
    (row,) = csv.DictReader((folder / "evaluated" / "leaderboard.csv").open())
    assert row["model"] == CHEAPEST
    recalls = [fold["scores"]["windows"]["balanced_accuracy"] for fold in result(folder)["folds"]]
    assert float(row["windows_balanced_accuracy"]) == pytest.approx(sum(recalls) / 3)
    for what in ("windows", "recordings"):
        picture = folder / "evaluated" / f"{CHEAPEST}_confusion_{what}.png"
        assert picture.read_bytes().startswith(b"\x89PNG")


def test_each_fold_is_refitted_and_both_numbers_are_printed(tmp_path):
    write_data(tmp_path / "data", n=3)
    flags = ("--model", CHEAPEST, "--epochs", 1, "--folds", 0)
    printed, said = evaluate(tmp_path, *flags)
    found, refitted = result(tmp_path), result(tmp_path, f"{CHEAPEST}_refit")
    assert (found["refitted"], refitted["refitted"]) == (False, True)
    trained = artifact.load(tmp_path / refitted["folds"][0]["folder"])
    assert trained.record.refit.splits == ["train", "validation"] and trained.record.refit.recordings == 4
    for of, scores in ((found, trained.record.scores), (refitted, trained.record.refit.scores)):
        assert of["folds"][0]["scores"] == json.loads(json.dumps(asdict(scores)))
    assert found["scores"]["windows"]["n"] == refitted["scores"]["windows"]["n"] == 4
    titles = [row["model"] for row in csv.DictReader((tmp_path / "evaluated" / "leaderboard.csv").open())]
    assert sorted(titles) == [CHEAPEST, f"{CHEAPEST}, refitted"]
    assert f"{CHEAPEST}, refitted: " in printed and "this is the row to compare with papers" in printed
    assert ", refitted " in said
    assert "--refit" not in next_command(printed)  # what is trained next learns from all
    before = stamps(tmp_path)
    assert "1 trainings, 1 done before" in evaluate(tmp_path, *flags)[1]
    printed, said = evaluate(tmp_path, *flags, "--no-refit")
    assert "1 trainings, 1 done before" in said and f"{CHEAPEST}, refitted" not in printed
    assert stamps(tmp_path) == before


def test_a_fold_that_is_missing_is_trained_alone(evaluated):
    _, (printed, said), before, (_, said_again), after = evaluated
    assert "2 trainings, 0 done before" in said
    assert said.count("balanced accuracy") == 2
    assert "mean ± sd over 2 fold(s); 95 %: drawn from 4 groups" in printed
    assert "3 trainings, 2 done before" in said_again
    assert said_again.count("balanced accuracy") == 1
    assert set(before) == {"fold_0", "fold_2"}
    assert {name for name in after if after[name] != before.get(name)} == {"fold_1"}


def test_nothing_is_trained_again_to_decide_by_vote(evaluated):
    folder, *_, after = evaluated
    printed, said = evaluate(folder, "--epochs", 1, "--vote")
    assert "3 trainings, 3 done before" in said
    assert stamps(folder) == after
    assert "decided by the vote of its windows" in printed


def test_trained_folds_are_tested_on_ten_crops_of_each_recording_and_it_is_said(evaluated):
    folder, *_, after = evaluated
    printed, said = evaluate(folder, "--epochs", 1, "--crops", 10)
    assert "3 trainings, 3 done before" in said and stamps(folder) == after
    found, touching = result(folder, f"{CHEAPEST}_10_crops"), result(folder)
    assert (found["crops"], found["scores"]["windows"]["n"], found["scores"]["recordings"]["n"]) == (10, 60, 6)
    assert (touching["crops"], touching["scores"]["windows"]["n"]) == (None, 12)
    assert found["false_alarms"] == touching["false_alarms"]
    assert "windows: 10 of each recording, spread over it" in printed and f"{CHEAPEST}, 10 crops" in printed


def test_a_student_is_taught_by_the_folds_of_an_evaluation(evaluated):
    folder, *_ = evaluated
    args = ("--epochs", 1, "--folds", 0, "--teacher", f"evaluated/{CHEAPEST}", "--out", "taught")
    printed, said = evaluate(folder, *args)
    teacher = folder / "evaluated" / "fold_0" / CHEAPEST
    record = artifact.load(folder / "taught" / "fold_0" / CHEAPEST).record
    assert record.teacher.folder == str(teacher) and record.config.teacher == str(teacher)
    found = json.loads((folder / "taught" / f"{CHEAPEST}.json").read_text())
    assert found["settings"]["teacher"] == f"evaluated/{CHEAPEST}"
    assert f"{CHEAPEST}, taught by evaluated/{CHEAPEST}" in printed
    assert f"--teacher {CHEAPEST}" in printed.rpartition("next: ")[2]
    assert "1 trainings, 1 done before" in evaluate(folder, *args)[1]
    kept = (teacher / artifact.MODEL).read_bytes()
    (teacher / artifact.MODEL).write_bytes(kept + b"another")
    state = cross_validation.is_trained(fold_training(record, folder / "taught" / "fold_0"), *known(record))
    (teacher / artifact.MODEL).write_bytes(kept)
    assert not state and cross_validation.is_trained(
        fold_training(record, folder / "taught" / "fold_0"), *known(record)
    )


def fold_training(record, out):
    split = {name: record.split.names(name) for name in ("train", "validation", "test")}
    return cross_validation.FoldTraining(record.model, record.config, out, split)


def known(record):
    return record.data.fingerprint, record.labels


def test_a_teacher_that_is_named_is_trained_on_the_fold_first(tmp_path):
    write_data(tmp_path / "data", n=3)
    _, said = evaluate(tmp_path, "--epochs", 1, "--folds", 0, "--teacher", CHEAPEST)
    assert f"1 trainings of the teacher {CHEAPEST}, 0 done before" in said and "1 trainings, 0 done before" in said
    student = artifact.load(tmp_path / "evaluated" / "fold_0" / CHEAPEST).record
    teacher = artifact.load(tmp_path / "evaluated" / "fold_0_teacher" / CHEAPEST).record
    assert student.split.test == teacher.split.test and teacher.teacher is None
    assert set(student.teacher.train) == {teacher.split.sounds[name] for name in teacher.split.train}


def test_a_trained_model_is_tested_and_recordings_it_was_trained_with_are_counted(evaluated):
    folder, *_ = evaluated
    model = f"evaluated/fold_0/{CHEAPEST}"
    printed, _ = evaluate(folder, "--model", model, "--overlap", 0.5)
    assert "these recordings were used to train it (2 to learn from, 2 to validate)" in printed
    found = result(folder, f"{CHEAPEST}_on_data")
    assert (found["scores"]["recordings"]["n"], found["overlap"]) == (6, 0.5)
    run = json.loads((folder / model / "run.json").read_text())
    assert run["scores"]["recordings"]["n"] == 2


def test_false_alarms_in_negatives_are_counted(evaluated, tmp_path):
    folder, *_ = evaluated
    write_tone(tmp_path / "night" / "kitchen.flac", seconds=60, hertz=50)
    model = f"evaluated/fold_0/{CHEAPEST}"
    for threshold, n in ((0.0, 1), (0.9999, 0)):
        path = folder / model / "run.json"
        run = json.loads(path.read_text())
        path.write_text(json.dumps({**run, "thresholds": {label: threshold for label in LABELS}}))
        printed, _ = evaluate(folder, "--model", model, "--negatives", tmp_path / "night")
        found = result(folder, f"{CHEAPEST}_on_data")["negatives"]
        assert found["hours"] == pytest.approx(1 / 60)
        assert found["false_alarms"] == n
        assert found["false_alarms_per_hour"] == pytest.approx(60 * n)
        assert "false alarms in 0.02 hours of negatives" in printed
    _, said = evaluate(folder, "--model", model, "--negatives", folder / "evaluated", expect=1)
    assert "evaluated holds no recordings; give a folder of recordings in which none of the labels is heard" in said


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["--model", "mell"], "'mell' is none of the models: "),
        (["--model", "trained/mel"], "trained/mel: there is no trained model; run TrainModel.py first"),
        (["--model", "trained/mel", "--folds", "0", "--epochs", "2"], "leave out --folds, --epochs"),
        (["--model", "trained/mel,other/mel"], "two of trained/mel,other/mel have one name"),
        (["--overlap", "0.5", "--crops", "10"], "--overlap and --crops both say where windows begin"),
        (["--teacher", "melon"], "name a model to train on each fold first"),
        (["--background-noise", "nowhere"], "nowhere holds no recordings; give a folder of sounds to mix"),
        (["--jobs", "2", "--scheduler", "tcp://127.0.0.1:1"], "--jobs is for this machine"),
        (["--data", "ftp://host/data"], "ftp://host/data: give a path, or an address that begins with one of s3://"),
        (["--folds", "3"], "there are folds 0 to 2"),
        (["--folds-by", "^(.)"], "without the source h there is nothing left of high tone to train with"),
        (["--folds-by", "take"], "finds no group in 'h0_take.wav'"),
        (["--model", "trained/mel", "--folds-by", "^(.)"], "leave out --folds-by"),
        (["--folds", "first"], "give numbers with commas, such as 0,2, or all"),
    ],
)
def test_invalid_settings_are_explained(tmp_path, args, complaint):
    write_data(tmp_path / "data", n=3)
    _, said = evaluate(tmp_path, *args, expect=1)
    assert complaint in said
    assert not (tmp_path / "evaluated").exists()


@pytest.fixture
def no_weights(tmp_path, monkeypatch):
    """Weights that a person must download, and has not."""
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path / "weights")
    file = weights.Weights("https://example.org/net.tflite", None, 4, "CC0, nobody")
    monkeypatch.setattr(weights, "PUBLISHED", {"yamnet": file, "yamnet_small": file})


def test_published_folds_that_lack_a_label_are_evaluated_over_those_they_have(no_weights, tmp_path):
    """Nine folds, the last of which has no low tones; then dealt by group, with models whose weights are not there."""
    lines = []
    for fold in range(1, 10):
        for number, label in enumerate(LABELS if fold < 9 else LABELS[:1]):
            name = f"{fold}-{number}.wav"
            write_tone(tmp_path / "data" / "audio" / name, hertz=300 * 2**number + fold, seconds=2, seed=fold)
            lines.append(f"{name},{fold},{label},{fold}{number}")
    (tmp_path / "data" / "meta").mkdir()
    (tmp_path / "data" / "meta" / "esc50.csv").write_text("\n".join(["filename,fold,category,src_file", *lines]))
    printed, said = evaluate(tmp_path, "--epochs", 1, "--folds", "8")
    warning = "there are no recordings of some labels to test (fold 8: low tone): recall and balanced accuracy are over"
    assert said.count(warning) == 2  # at once, and at the end
    (fold,) = result(tmp_path)["folds"]
    assert list(fold["scores"]["windows"]["recall"]) == LABELS[:1]
    split = json.loads((tmp_path / fold["folder"] / "run.json").read_text())["split"]
    assert split["test"] == ["audio/9-0.wav"] and split["by"] == "the folds of the data set"
    page = (tmp_path / fold["folder"] / "report" / "index.html").read_text()
    assert "Not tested: low tone; recall and balanced accuracy are over the other 1 labels" in page
    models = f"yamnet_transfer,{CHEAPEST},yamnet_small"
    flags = ("--model", models, "--epochs", 1, "--folds", 0, "--ignore-folds", "--no-refit")
    ignored = evaluate(tmp_path, *flags)
    assert warning not in ignored[1] and "--ignore-folds" in next_command(ignored[0])
    assert (result(tmp_path)["split_by"], result(tmp_path)["model"]) == ("group", CHEAPEST)
    for name in ("yamnet_transfer", "yamnet_small"):
        assert ignored[1].count(f"WARNING: {name}: left out, because yamnet") == 2  # at once, and at the end


def write_corpora(folder, labels_of):
    """A table with four speakers a corpus, each with one recording of its labels."""
    lines = []
    for corpus, labels in labels_of.items():
        for speaker, label in enumerate(label for label in labels for _ in range(4)):
            name = f"{corpus}{speaker}.wav"
            write_tone(folder / "data" / name, hertz=300 * (1 + LABELS.index(label)) + speaker, seed=len(lines))
            lines.append(f"{name},{label},{corpus}")
    (folder / "data" / "clips.csv").write_text("\n".join(["path,label,corpus", *lines]))


def test_a_source_is_left_out_of_the_training_that_it_tests(tmp_path):
    write_corpora(tmp_path, {"choir": LABELS[:1], "street": LABELS, "studio": LABELS})
    printed, said = evaluate(tmp_path, "--epochs", 1, "--folds-by", "corpus", "--folds", 0)
    assert "1 trainings, 0 done before" in said
    found = result(tmp_path, f"{CHEAPEST}_by_source")
    (fold,) = found["folds"]
    assert (fold["source"], fold["folder"]) == ("choir", f"evaluated/source_0/{CHEAPEST}")
    split = json.loads((tmp_path / fold["folder"] / "run.json").read_text())["split"]
    assert split["test"] == [f"choir{i}.wav" for i in range(4)]
    assert not any(name.startswith("choir") for name in split["train"] + split["validation"])
    (scores,) = csv.DictReader((tmp_path / "evaluated" / f"{CHEAPEST}_by_source.csv").open())
    assert (scores["source"], scores["label"], scores["groups"]) == ("choir", LABELS[0], "4")
    assert "source that tests" in printed and "1 by source" in printed
    assert "--folds-by" not in next_command(printed)  # what is kept learns from all of them


def test_models_that_all_lack_their_weights_are_refused(no_weights, tmp_path):
    write_data(tmp_path / "data", n=3)
    said = evaluate(tmp_path, "--model", "yamnet_transfer,yamnet_small", expect=1)[1]
    assert said.splitlines()[-1].endswith("or name a file you have with --weights")


@pytest.mark.parametrize(
    ("script", "args"),
    [
        ("EvaluateModel.py", ["--data", "data"]),
        ("TestSignalModel.py", ["--model", "yamnet"]),
        ("ClassifyRecordings.py", ["--model", "yamnet"]),
        ("PlotSignalMelSpec.py", ["--layers", "yamnet_transfer"]),
        ("ServeModel.py", []),
    ],
)
def test_each_script_that_may_need_weights_takes_a_file_of_them(no_weights, script, args, tmp_path):
    write_data(tmp_path / "data", n=3)
    said = call_script(script, *args, "--weights", "nowhere.tflite", cwd=tmp_path, expect=1)[1]
    assert "nowhere.tflite: there is no such file; --weights names the weights of a pretrained network" in said
