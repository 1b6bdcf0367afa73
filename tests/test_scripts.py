"""What holds for every script: it explains itself at once, and says plainly what it cannot use."""

import ast
import subprocess
import sys

import pytest

from tests.conftest import ROOT, call_script

SCRIPTS = sorted(path.name for path in ROOT.glob("*.py") if "__main__" in path.read_text())


def test_the_scripts_are_there():
    expected = {"TrainModel.py", "ConvertModelToTFLite.py", "WriteMetadataToModel.py", "TestSignalModel.py"}
    expected |= {"ClassifyRecordings.py"}
    assert expected | {"TestMelSpecModel.py", "PlotSignalMelSpec.py", "PrepareData.py", "EvaluateModel.py"} <= set(
        SCRIPTS
    )


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_needs_no_heavy_library(script, tmp_path):
    program = (
        "import runpy, sys; sys.argv = [sys.argv[1], '--help']\n"
        "try: runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'tensorflow', 'keras', 'librosa', 'matplotlib', 'sklearn', 'scipy', 'mediapipe'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program, ROOT / script], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert ast.get_docstring(ast.parse((ROOT / script).read_text())).split()[0] in done.stdout


@pytest.mark.parametrize("script", SCRIPTS)
def test_an_unknown_flag_is_refused(script, tmp_path):
    _, said = call_script(script, "--no-such-flag", cwd=tmp_path, expect=2)
    assert "--no-such-flag" in said


@pytest.mark.parametrize("script", ["ConvertModelToTFLite.py", "WriteMetadataToModel.py"])
def test_before_training_the_first_step_is_named(script, tmp_path):
    _, said = call_script(script, "--trained", tmp_path / "trained", cwd=tmp_path, expect=1)
    assert "run TrainModel.py first" in said


@pytest.mark.parametrize("script", ["TestSignalModel.py", "TestMelSpecModel.py"])
def test_a_model_that_is_not_there_is_named(script, tmp_path):
    _, said = call_script(script, "--model", tmp_path / "nowhere", cwd=tmp_path, expect=1)
    assert "nowhere: there is no trained model; run TrainModel.py first" in said


@pytest.mark.parametrize("script", ["TestSignalModel.py", "TestMelSpecModel.py", "PlotSignalMelSpec.py"])
def test_a_recording_that_is_not_there_or_no_audio_is_named(script, tmp_path, trained):
    model = {"TestSignalModel.py": "signal", "TestMelSpecModel.py": "mel"}.get(script)
    settings = ["--model", trained.out / model] if model else []
    _, said = call_script(script, tmp_path / "nowhere.wav", *settings, cwd=tmp_path, expect=1)
    assert "nowhere.wav: there is no such recording" in said
    (tmp_path / "text.wav").write_text("these are words")
    _, said = call_script(script, tmp_path / "text.wav", *settings, cwd=tmp_path, expect=1)
    assert "text.wav cannot be read" in said
