import importlib
from pathlib import Path

import pytest

from classifier.core import arguments
from tests.conftest import ROOT

SCRIPTS = sorted(path.stem for path in ROOT.glob("*.py") if "def main(" in path.read_text(encoding="utf-8"))


def test_there_are_scripts():
    assert len(SCRIPTS) > 10


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_flag_cannot_be_abbreviated(script, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    flags = [
        flag for flag in ("--model", "--data", "--layout", "--recording", "--features") if f'"{flag}"' in source(script)
    ]
    with pytest.raises(SystemExit) as end:
        importlib.import_module(script).main([f"{flags[0][:-1]}=x"])
    assert end.value.code == 2
    assert f"unrecognized arguments: {flags[0][:-1]}=x" in capsys.readouterr().err


RENAMED = [
    ("TrainModel", "--out", "--trained"),
    ("ConvertModelToTFLite", "--out", "--trained"),
    ("ServeModel", "--out", "--trained"),
    ("TrainModel", "--mix-in", "--background-noise"),
    ("TrainModel", "--seconds", "--window"),
    ("EvaluateModel", "--mix-in", "--background-noise"),
    ("EvaluateModel", "--background", "--negatives"),
    ("EvaluateModel", "--seconds", "--window"),
    ("PrepareData", "--join", "--join-recordings"),
    ("ClassifyRecordings", "--join", "--merge-gap"),
    ("ClassifyRecordings", "--least", "--min-duration"),
    ("ClassifyRecordings", "--write", "--writers"),
]


@pytest.mark.parametrize(("script", "old", "new"), RENAMED)
@pytest.mark.parametrize("form", ["{} value", "{}=value"])
def test_a_renamed_flag_is_answered_with_its_new_name(script, old, new, form, capsys):
    with pytest.raises(SystemExit) as end:
        importlib.import_module(script).main(form.format(old).split())
    assert end.value.code == 2
    assert f"{old} is called {new} now" in capsys.readouterr().err


def test_a_mistyped_flag_is_answered_with_the_one_that_was_meant(capsys):
    with pytest.raises(SystemExit):
        importlib.import_module("TrainModel").main(["--modle=mel", "--group_by", "x"])
    said = capsys.readouterr().err
    assert "unrecognized arguments: --modle=mel --group_by x; did you mean --model?; did you mean --group-by?" in said


def test_files_may_stand_on_both_sides_of_a_flag():
    parser = arguments.ArgumentParser("what it does")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--labels")
    assert vars(parser.parse_args(["a", "--labels", "b", "c"])) == {"files": ["a", "c"], "labels": "b"}


def test_the_table_names_no_flag_that_is_not_there():
    known = "".join(map(source, SCRIPTS))
    assert {new for flags in arguments.RENAMED.values() for new in flags} <= {new for _, _, new in RENAMED}
    assert all(f'"{new}"' in known for flags in arguments.RENAMED.values() for new in flags)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many"])
def test_a_number_below_the_least_is_refused_in_words(text, capsys):
    parser = arguments.ArgumentParser(description=None)
    parser.add_argument("--epochs", type=arguments.at_least(1))
    with pytest.raises(SystemExit):
        parser.parse_args(["--epochs", text])
    assert f"argument --epochs: {text}: give a whole number from 1 on" in capsys.readouterr().err


def source(script):
    return Path(ROOT / f"{script}.py").read_text(encoding="utf-8")


def test_what_is_for_a_single_file_is_refused_for_trained_models(capsys):
    with pytest.raises(SystemExit):
        importlib.import_module("WriteMetadataToModel").main(["--out", "elsewhere"])
    assert "--out is for a FILE.tflite; of trained models, --trained names the folder" in capsys.readouterr().err


@pytest.mark.parametrize("script", ["TestSignalModel", "CompareModels", "SearchRecordings"])
def test_each_channel_by_itself_is_not_for_scripts_that_hear_one(script, capsys):
    with pytest.raises(SystemExit):
        importlib.import_module(script).main(["--channel", "each"])
    said = "argument --channel: each is not for this script: give first, and in another run second"
    assert said in capsys.readouterr().err
    with pytest.raises(SystemExit):
        importlib.import_module(script).main(["--channel", "secnd"])
    said = capsys.readouterr().err
    assert "'secnd': give one of mix, first, second, loudest, or track2 for" in said and "did you mean second?" in said
