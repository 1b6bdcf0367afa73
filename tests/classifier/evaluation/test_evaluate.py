"""A trained model on data with fewer, more or other label names."""

import json

import pytest

from classifier.records.conversion import DYNAMIC, FLOAT32, VARIANTS, ConversionRecord, Variant
from classifier.records.run_record import Refit
from tests.conftest import call_script
from tests.tiny_models import model, write_folder, write_recordings


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A model of bells, barks and rain; recordings of bells, dogs, hounds and wind."""
    monkeypatch.setattr("classifier.data.audio_cache.CACHE", tmp_path / "cache")
    (tmp_path / "three.tflite").write_bytes(model(["bell", "dog", "rain"], ["bell", "bark", "rain"]))
    sounds = {"bell": ["bell"] * 3, "dog": ["dog", "dog", "bell"], "hound": ["dog"], "wind": ["wind"] * 2}
    write_recordings(tmp_path / "data", sounds)
    return tmp_path


def evaluate(folder, *args, expect=0, name="three"):
    model = args[args.index("--model") + 1] if "--model" in args else "three.tflite"
    settings = ["--data", "data", "--out", "out", "--model", model]
    printed = call_script("EvaluateModel.py", *settings, *args, cwd=folder, expect=expect)
    return (*printed, json.loads((folder / "out" / f"{name}_on_data.json").read_text()) if not expect else None)


def test_labels_of_other_names_are_tested_and_what_is_left_out_is_counted(folder):
    printed, said, found = evaluate(folder, "--map", "dog=bark,hound=bark")
    assert printed.startswith("three.tflite: Few recordings to test with: ")
    assert "dog and hound are bark of three.tflite" in printed
    assert "2 recordings are left out, because three.tflite does not know their label: wind 2" in printed
    assert said.count("because three.tflite does not know their label: wind 2") == 2  # at once, and at the end
    assert "Not tested: rain; recall and balanced accuracy are over the other 2 labels" in printed
    assert "guessing 33.3%" in printed
    recordings = found["scores"]["recordings"]
    assert recordings["recall"] == {"bell": 1, "bark": 0.75} and recordings["balanced_accuracy"] == 0.875
    assert found["labels"] == ["bell", "bark", "rain"] and found["groups"] == {"bark": 4, "bell": 3}
    assert found["matched"]["left_out"][0]["recordings"] == 2


def test_a_label_may_be_left_out_and_labels_of_the_model_may_be_one(folder):
    printed, _, found = evaluate(folder, "--map", "dog=bark,dog=rain,hound=,wind=")
    assert "3 recordings are left out, as --map says: hound 1, wind 2" in printed
    assert found["labels"] == ["bell", "bark + rain"]
    assert found["scores"]["chance"] == 0.5
    assert found["scores"]["recordings"]["recall"]["bark + rain"] == pytest.approx(2 / 3)


def test_without_a_map_unknown_labels_are_refused_with_what_to_do(folder):
    _, said, _ = evaluate(folder, expect=1)
    assert "three.tflite knows bell, bark, rain, and not dog, hound, wind: rename the label" in said
    assert 'or say which of the model\'s it is, --map "dog=bell", or leave it out, --map "dog="' in said
    _, said, _ = evaluate(folder, "--map", "dog=brk", expect=1)
    assert "no model has a label 'brk', only bell, bark, rain; did you mean bark?" in said


def test_models_of_two_names_for_a_label_are_tested_at_once(folder):
    (folder / "two.tflite").write_bytes(model(["bell", "dog"]))
    pairs = "dog=bark,hound=bark,hound=dog,wind="
    printed, _, found = evaluate(folder, "--model", "three.tflite,two.tflite", "--map", pairs, name="two")
    assert "guessing 33.3% or 50.0%" in printed or "guessing 50.0% or 33.3%" in printed
    assert found["labels"] == ["bell", "dog"] and found["scores"]["recordings"]["n"] == 7


def test_a_map_is_not_for_models_that_are_trained_here(folder):
    _, said, _ = evaluate(folder, "--model", "mel", "--map", "dog=bark", expect=1)
    assert "--map is for models that are trained already" in said


def test_the_variant_that_goes_into_the_app_is_tested_and_compared_and_it_is_said(folder, tmp_path):
    every = sorted(path.relative_to(folder / "data").as_posix() for path in (folder / "data").glob("[bd]*/*.wav"))
    refit = Refit(splits=["train", "validation", "test"], recordings=6, windows=6, steps=1, seconds=1.0)
    deaf, good = model(["bell+dog", "rain"], ["bell", "dog"]), model(["bell", "dog"])
    files = {name: Variant(1, None, None, {}, 1, {}) for name in (FLOAT32, DYNAMIC)}
    for name, learned, more in (("a", every, {"refit": refit}), ("a/heldout", every[:1], {}), ("b", (), {})):
        trained = write_folder(folder / "trained" / name, deaf, folder / "data", learned, **more)
        (trained / VARIANTS[DYNAMIC]).write_bytes(good)
        ConversionRecord(FLOAT32, DYNAMIC, files, {}).save(trained)
    pairs = ("--map", "hound=,wind=")
    printed, _, found = evaluate(folder, "--model", "trained/a", *pairs, name="a")
    assert "it was refitted on some of these recordings: trained/a/heldout was tested" in printed
    ran = "trained/a/heldout/model_dynamic.tflite is the dynamic variant, which goes into the app as model_"
    assert f"  {ran}" in printed and ran in found["notes"][0]
    assert found["scores"]["recordings"]["recall"] == {"bell": 1, "dog": pytest.approx(2 / 3)}
    printed, _ = call_script(
        "CompareModels.py", "trained/a", "trained/b", *pairs, "--data", "data", "--out", "out", cwd=folder
    )
    assert f"trained/a: {ran}" in printed and "trained/b: trained/b/model_dynamic.tflite is the dynamic" in printed
    assert "only trained/a 0, only trained/b 0" in printed
