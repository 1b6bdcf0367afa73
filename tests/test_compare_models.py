"""CompareModels.py as users run it, with models that recognise tones and say what they were trained with."""

import csv
import json
import os
import unicodedata

import pytest

from classifier.records.run_record import Refit
from tests.conftest import call_script, next_command
from tests.tiny_models import model, write_folder, write_recordings

GOOD, DEAF = model(["bell", "dog"]), model(["bell+dog", "rain"], ["bell", "dog"])  # the second takes dogs for bells


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setattr("classifier.data.audio_cache.CACHE", tmp_path / "cache")
    return write_recordings(tmp_path / "data", {"bell": ["bell"] * 8, "dog": ["dog"] * 8})


def compare(folder, *args, expect=0):
    return call_script("CompareModels.py", *args, "--data", "data", "--out", "out", cwd=folder, expect=expect)


def differing(folder, name="b_beside_a_on_data"):
    return list(csv.DictReader((folder / "out" / f"{name}.csv").open()))


def write_pair(folder, first=DEAF, second=GOOD):
    """trained/a and trained/b: each has learned from other recordings."""
    write_folder(folder / "trained" / "a", first, folder / "data", ["bell/b0_take.wav"], ["dog/d0_take.wav"])
    write_folder(folder / "trained" / "b", second, folder / "data", ["dog/d0_take.wav", "dog/d1_take.wav"])


def test_a_model_that_hears_a_label_is_better_and_where_they_differ_is_written(tmp_path):
    write_pair(tmp_path)
    printed, _ = compare(tmp_path, "a", "b", "--trained", "trained")
    assert printed.startswith("Few recordings to compare with: bell 7 groups, dog 6 groups; with fewer than 20")
    assert "a and b on 13 recordings of 13 groups that neither has heard" in printed
    heard = "a 1 to learn from, 1 to validate; b 2 to learn from"
    assert f"left out, of 16 recordings, because a model has heard them: {heard}" in printed
    assert "right: both 7, only a 0, only b 6, neither 0; p of McNemar's exact test 0.031" in printed
    assert "verdict: b is better than a (+50.0 points of balanced accuracy)" in printed
    rows = differing(tmp_path)
    assert [row["recording"] for row in rows] == [f"dog/d{i}_take.wav" for i in range(2, 8)]
    assert {(row["label"], row["second"], row["right"]) for row in rows} == {("dog", "dog", "second")}
    found = json.loads((tmp_path / "out" / "b_beside_a_on_data.json").read_text())
    assert found["paired"]["verdict"] == "better" and found["recordings"] == {"bell": 7, "dog": 6}
    script, *arguments = next_command(printed)
    assert script == "TestSignalModel.py"
    assert "label: dog" in call_script(script, *arguments, cwd=tmp_path)[0]
    back, _ = compare(tmp_path, "trained/b", "trained/a")
    assert "verdict: trained/a is worse than trained/b (-50.0 points of balanced accuracy)" in back


def test_a_label_written_another_way_and_a_name_that_is_no_utf_8_are_compared(tmp_path, data):
    (data / "bell").rename(data / "caf\u00e9")
    odd = data / "dog" / os.fsdecode(b"d7_gr\xfc\xdf.wav")
    (data / "dog" / "d7_take.wav").rename(odd)
    decomposed = [unicodedata.normalize("NFD", "caf\u00e9"), "dog"]
    (tmp_path / "good.tflite").write_bytes(model(["bell", "dog"], decomposed))
    (tmp_path / "deaf.tflite").write_bytes(model(["bell+dog", "rain"], decomposed))
    printed, _ = compare(tmp_path, "deaf.tflite", "good.tflite")
    assert "right: both 8, only deaf.tflite 0, only good.tflite 8, neither 0" in printed
    assert r"dog/d7_gr\xfc\xdf.wav" in [row["recording"] for row in differing(tmp_path, "good_beside_deaf_on_data")]


def test_of_a_group_that_one_has_heard_nothing_is_compared(tmp_path):
    write_pair(tmp_path)
    printed, _ = compare(tmp_path, "trained/a", "trained/b", "--group-by", "([0-9])_take")
    assert "trained/a 1 to learn from, 1 to validate; trained/b 2 to learn from, 2 others of these groups" in printed
    assert "on 12 recordings of 6 groups that neither has heard" in printed
    assert "p of McNemar's exact test 0.031, of the signs of 6 groups 0.031" in printed


def test_models_that_differ_little_cannot_be_told_apart_yet(tmp_path, data):
    write_recordings(data, {"dog": ["dog"] * 6 + ["rain"] * 2})
    write_pair(tmp_path, GOOD, model(["bell", "dog", "rain"], ["bell", "dog", "rain"]))
    run = tmp_path / "trained" / "b" / "run.json"
    run.write_text(json.dumps({**json.loads(run.read_text()), "labels": ["bell", "dog", "rain"]}))
    printed, _ = compare(tmp_path, "trained/a", "trained/b")
    assert "no recording is right for one alone" in printed
    assert "not tested: rain of trained/b, of which there are no recordings that both can know" in printed
    assert "trained/b takes 2 recordings for a label that is not tested: these are wrong" in printed
    assert "guessing 50.0% and 33.3%" in printed
    assert "verdict: cannot tell yet whether trained/b is better or worse than trained/a" in printed
    assert "more recordings of" in printed
    assert {(row["second"], row["right"]) for row in differing(tmp_path)} <= {("rain", "neither"), ("rain", "first")}


def test_models_of_other_labels_are_compared_over_those_that_both_know(tmp_path, data):
    write_recordings(data, {"rain": ["rain"] * 3})
    first, second = tmp_path / "old.tflite", tmp_path / "new.tflite"
    first.write_bytes(model(["bell", "dog"], ["bell", "bark"]))
    second.write_bytes(model(["bell", "dog", "rain"]))
    pairs = ("--map", "dog=bark")
    printed, said = compare(tmp_path, "old.tflite", "new.tflite", *pairs)
    assert said.count("3 recordings are left out, because old.tflite does not know their label: rain 3") == 2
    assert "labels: dog is bark of old.tflite" in said
    assert said.count("old.tflite does not say what it was trained with") == 2  # at once, and at the end
    assert "on 16 recordings of 16 groups" in printed
    assert "verdict: cannot tell yet" in printed and "a difference of 5 points, if there is one" in printed
    assert differing(tmp_path, "new_beside_old_on_data") == []
    assert next_command(printed)[:2] == ["EvaluateModel.py", "--model"]


def test_the_held_out_twin_of_a_refitted_model_is_compared(tmp_path, data):
    every = sorted(path.relative_to(data).as_posix() for path in data.rglob("*.wav"))
    refit = Refit(splits=["train", "validation", "test"], recordings=16, windows=16, steps=1, seconds=1.0)
    write_folder(tmp_path / "trained" / "a", DEAF, data, every, refit=refit)
    write_folder(tmp_path / "trained" / "a" / "heldout", GOOD, data, every[:2])
    write_folder(tmp_path / "trained" / "b", GOOD, data)
    printed, _ = compare(tmp_path, "trained/a", "trained/b")
    assert "trained/a (refitted: trained/a/heldout is tested) and trained/b on 14 recordings" in printed
    assert "left out, of 16 recordings, because a model has heard them: trained/a/heldout 2 to learn from" in printed


def test_where_every_recording_was_heard_the_error_says_by_which(tmp_path, data):
    every = sorted(path.relative_to(data).as_posix() for path in data.rglob("*.wav"))
    write_folder(tmp_path / "trained" / "a", GOOD, data, every)
    write_folder(tmp_path / "trained" / "b", GOOD, data)
    _, said = compare(tmp_path, "trained/a", "trained/b", expect=1)
    assert "is new to both models: of 16, trained/a has heard 16; trained/b has heard 0; give recordings" in said
    file = tmp_path / "trained" / "a" / "model.tflite"
    _, said = compare(tmp_path, file, "trained/b", expect=1)
    assert f"or name the folder {file.parent}, whose held-out model is then tested" in said


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["trained/a"], "name two trained models to compare, the one before first: CompareModels.py A B"),
        (["trained/a", "trained/a"], "trained/a and trained/a are the same model; name two"),
        (["trained/a", "c", "--trained", "trained"], "c: there is no trained model; name a folder of trained (a, b)"),
        (["trained/a", "no.tflite"], "no.tflite: there is no such file"),
        (["trained/a", "trained/b", "--map", "dog=bok"], "no model has a label 'bok', only bell, dog"),
        (["trained/a", "trained/b", "--overlap", "2"], "--overlap 2: give a share of a window"),
    ],
)
def test_what_cannot_be_compared_is_refused(tmp_path, args, complaint):
    write_pair(tmp_path)
    assert complaint in compare(tmp_path, *args, expect=1)[1]
