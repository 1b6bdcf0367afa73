"""Invalid input is named before TensorFlow, which takes seconds, is loaded: in every script, whatever is wrong."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT, write_data, write_tone

# Runs a script where TensorFlow and Keras cannot be imported.
PROGRAM = """
import importlib.abc, os, runpy, sys
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in ("tensorflow", "keras") :
            sys.exit(f"{name} is imported")
sys.argv = sys.argv[1:]
sys.path[0] = os.path.dirname(sys.argv[0])
import classifier  # which looks whether TensorFlow is there
sys.meta_path.insert(0, Refuse())
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data folder, a recording that is none, and a trained model that is half written."""
    folder = tmp_path_factory.mktemp("checks")
    write_data(folder / "data")
    write_data(folder / "one", labels=("alarm",))
    (folder / "words.wav").write_text("these are words")
    (folder / "empty").mkdir()
    (folder / "noise").mkdir()
    write_tone(folder / "noise" / "rain.wav")
    (folder / "trained" / "half").mkdir(parents=True)
    (folder / "trained" / "half" / "run.json").write_text("{}")
    shutil.copytree(folder / "trained" / "half", folder / "models" / "rain")
    return folder


TRAIN = ("--data", "data", "--trained", "out")
WRONG = [
    ("TrainModel.py", ("--model", "mell", *TRAIN), "did you mean mel?"),
    ("TrainModel.py", ("--model", "", *TRAIN), "'' names none of the models: give at least one of"),
    ("TrainModel.py", ("--recipe", '{"optimizer": "adamm"}', *TRAIN), "did you mean adam?"),
    ("TrainModel.py", ("--data", "words.wav"), "words.wav is a recording; name the folder of all of them"),
    ("TrainModel.py", ("--fold", "7", *TRAIN), "--fold 7: there are folds 0 to 4"),
    ("TrainModel.py", ("--data", "nowhere"), "nowhere: there is no such folder"),
    ("TrainModel.py", ("--data", "one"), "needs at least two labels"),
    ("TrainModel.py", ("--layout", "tabel", *TRAIN), "did you mean table?"),
    ("TrainModel.py", ("--window", "0.001", *TRAIN), "0.001"),
    ("TrainModel.py", ("--background-noise", "empty", *TRAIN), "empty holds no recordings"),
    (
        "TrainModel.py",
        ("--model", "yamnet_transfer", "--background-noise", "noise", *TRAIN),
        "learns from recordings as they are",
    ),
    ("TrainModel.py", ("--fine-tune", "2", *TRAIN), "stands on no pretrained network"),
    ("ConvertModelToTFLite.py", ("--model", "half", "--trained", "trained"), "half is half written"),
    ("ConvertModelToTFLite.py", ("--trained", "nowhere"), "nowhere holds no trained model"),
    ("WriteMetadataToModel.py", ("words.wav", "--trained", "trained"), "words.wav cannot be read"),
    ("WriteMetadataToModel.py", ("--variant", "float-16"), "did you mean float16?"),
    ("TestSignalModel.py", ("nowhere.wav", "--model", "trained/half"), "nowhere.wav: there is no such recording"),
    ("TestSignalModel.py", ("words.wav", "--model", "trained/half"), "words.wav cannot be read"),
    ("TestMelSpecModel.py", ("words.wav", "--model", "trained/half"), "words.wav cannot be read"),
    ("PlotSignalMelSpec.py", ("nowhere.wav", "--features", "mfcc"), "nowhere.wav: there is no such recording"),
    ("PlotSignalMelSpec.py", ("--features", "mffc"), "did you mean mfcc?"),
    ("PlotSignalMelSpec.py", ("--layers", "mell"), "did you mean mel?"),
    ("PlotSignalMelSpec.py", ("--attention", "trained/half"), "half is half written"),
    ("EvaluateModel.py", ("--model", "mell", "--data", "data"), "did you mean mel?"),
    ("EvaluateModel.py", ("--folds", "0-2", "--data", "data"), "--folds '0-2': give numbers with commas"),
    ("EvaluateModel.py", ("--folds", "9", "--data", "data"), "--folds 9: there are folds 0 to 4"),
    ("EvaluateModel.py", ("--model", "", "--data", "data"), "'' names none of the models: give at least one of"),
    ("EvaluateModel.py", ("--recipe", '{"batch_size": 0}', "--data", "data"), "batch_size 0: give a number of windows"),
    ("EvaluateModel.py", ("--model", "trained/half", "--data", "data"), "half is half written"),
    ("EvaluateModel.py", ("--model", "no.tflite", "--data", "data"), "no.tflite: there is no such file"),
    ("EvaluateModel.py", ("--model", "trained/half", "--data", "data", "--negatives", "empty"), "empty holds no"),
    ("EvaluateModel.py", ("--fine-tune", "2", "--data", "data"), "stands on no pretrained network"),
    ("EvaluateModel.py", ("--model", "mel", "--data", "data", "--map", "a=b"), "--map is for models that are trained"),
    ("CompareModels.py", ("trained/half", "no.tflite", "--data", "data"), "half is half written"),
    ("CompareModels.py", ("models/ran", "no.tflite", "--data", "data"), "did you mean rain?"),
    ("CompareModels.py", ("a", "b", "--map", "dog", "--data", "data"), "--map 'dog': give the label of the data"),
    ("ClassifyRecordings.py", ("nowhere.wav", "--model", "trained/half"), "nowhere.wav: there is no such recording"),
    ("ClassifyRecordings.py", ("empty", "--model", "trained/half"), "empty"),
    ("ClassifyRecordings.py", ("--writers", "cvs"), "did you mean csv?"),
    ("SearchRecordings.py", ("nowhere", "--like", "words.wav"), "nowhere: there is no such recording"),
    ("SearchRecordings.py", ("noise", "--like", "nowhere.wav"), "nowhere.wav: there is no such recording"),
    ("SearchRecordings.py", ("noise",), "SearchRecordings.py FOLDER --like CLIP"),
    ("SearchRecordings.py", ("noise", "--like", "words.wav", "--overlap", "1"), "--overlap 1: give a share"),
    ("SearchRecordings.py", ("noise", "--like", "noise/rain.wav", "--model", "trained/half"), "half is half written"),
    ("SuggestLabels.py", ("noise",), "SuggestLabels.py FOLDER --model MODEL"),
    ("SuggestLabels.py", ("nowhere", "--model", "trained/half"), "nowhere: there is no such recording"),
    ("SuggestLabels.py", ("noise", "--model", "trained/half"), "half is half written"),
    ("SuggestLabels.py", ("noise", "--model", "yamnet", "--by", "rar"), "did you mean rare?"),
    ("CheckModel.py", ("nowhere.tflite",), "nowhere.tflite"),
    ("CheckModel.py", ("--trained", "nowhere"), "nowhere holds no .tflite"),
    ("TrainBoosting.py", ("--fold", "7", "--data", "data"), "there are folds 0 to 4"),
    ("TrainBoosting.py", ("--data", "nowhere"), "nowhere: there is no such folder"),
    ("TrainBoosting.py", ("--data", "data", "--features", "sumary"), "did you mean summary?"),
    ("EvaluateModel.py", ("--model", "models/ran", "--data", "data"), "did you mean rain?"),
    ("ConvertModelToTFLite.py", ("--model", "ran", "--trained", "models"), "did you mean rain?"),
    ("TestSignalModel.py", ("--model", "ran", "--trained", "models"), "did you mean rain?"),
    ("PrepareData.py", ("--download", "esc-50"), "did you mean esc50?"),
    ("PrepareData.py", ("nowhere",), "nowhere"),
    ("ExportWebApp.py", ("--model", "half", "--trained", "trained"), "half is half written"),
    ("ExportWebApp.py", ("--trained", "nowhere"), "nowhere holds no trained model"),
    ("ServeModel.py", ("--data", "nowhere"), "nowhere: there is no such folder"),
]


def test_every_script_is_tried():
    assert {script for script, *_ in WRONG} == {
        path.name for path in ROOT.glob("*.py") if "__main__" in path.read_text(encoding="utf-8")
    }


@pytest.mark.parametrize(("script", "arguments", "complaint"), WRONG)
def test_invalid_input_is_named_before_tensorflow_is_loaded(script, arguments, complaint, folder):
    command = [sys.executable, "-c", PROGRAM, str(ROOT / script), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"})
    assert done.returncode == 1, done.stderr
    assert complaint in done.stderr and "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith(f"{script}: ")
