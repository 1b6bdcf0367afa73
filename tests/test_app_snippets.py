"""The Python programs of docs/guide/use_the_file_in_an_app.md, run as they are printed."""

import ast
import re
import shutil
import subprocess
import sys

import pytest

from classifier.export import runtimes
from classifier.inference.prediction import predict_recording
from classifier.inference.predictor import load_predictor
from tests.conftest import ROOT, write_tone

PAGE = ROOT / "docs" / "guide" / "use_the_file_in_an_app.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
RUNTIMES = {"mediapipe": "MediaPipe Tasks", "tflite_support": "Task Library", "ai_edge_litert": "LiteRT"}
BEFORE = {  # what a machine without graphics, and two libraries in one environment, need
    "mediapipe": "sys.modules['tensorflow'] = None; import types; sys.modules['cv2'] = types.ModuleType('cv2')",
    "tflite_support": "from classifier.export import metadata; metadata.prepare_tflite_support()",
    "ai_edge_litert": "",
}


def library(snippet):
    return next(name for name in BEFORE if name in snippet)


def test_there_is_one_for_each_runtime():
    assert sorted(map(library, SNIPPETS)) == sorted(BEFORE)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=library)
def test_it_predicts_what_our_own_script_predicts(snippet, trained, tmp_path):
    if why := runtimes.why_not_here(RUNTIMES[library(snippet)]):
        pytest.skip(f"{library(snippet)} cannot run here: {why}")
    shutil.copy(trained.out / "signal" / "model_signal_metadata.tflite", tmp_path)
    recording = write_tone(tmp_path / "recording.wav", seconds=2)
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {BEFORE[library(snippet)]}\n{snippet}"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answer = predict_recording(load_predictor(trained.out / "signal"), recording)
    said = done.stdout.strip().splitlines()[-1]
    if said.startswith("{"):
        expected = dict(zip(answer.labels, map(float, answer.recording), strict=True))
        assert ast.literal_eval(said) == pytest.approx(expected, abs=1e-3)
    else:
        assert [float(value) for value in said.strip("[]").split()] == pytest.approx(list(answer.recording), abs=1e-3)
