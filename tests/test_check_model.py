"""CheckModel.py as users run it."""

import json
import shutil

from tests.conftest import call_script, run_script, write_tone


def test_a_page_for_a_file_an_app_can_use(trained, tmp_path):
    recording = write_tone(tmp_path / "a.wav")
    path = trained.out / "signal" / "model_signal_metadata.tflite"
    printed, _ = run_script("CheckModel.py", path, "--recording", recording, cwd=tmp_path)
    assert "2 s of audio at 16000 Hz" in printed
    assert "3: silence; song; speech" in printed
    assert "convolution" in printed
    assert f"runtimes, on {recording}" in printed
    assert "LiteRT            loads it; " in printed
    assert "faults: none" in printed
    assert printed.splitlines()[-2] == "verdict: an app can use it"


def test_a_file_an_app_can_not_use_ends_with_code_1_and_the_rest_is_checked(trained, tmp_path):
    bare = shutil.copy(trained.out / "signal" / "model.tflite", tmp_path / "bare.tflite")
    (tmp_path / "text.tflite").write_text("these are words")
    printed, said = call_script("CheckModel.py", tmp_path / "text.tflite", bare, cwd=tmp_path, expect=1)
    assert "text.tflite is no .tflite" in said
    assert "1. It has no metadata." in printed
    assert "   in the app: " in printed
    assert "   to do: " in printed
    assert "verdict: an app cannot use it: 1 fault" in printed


def test_json_is_all_there_is_on_standard_output(trained, tmp_path):
    path = trained.out / "signal" / "model_signal_metadata.tflite"
    printed, _ = call_script("CheckModel.py", path, tmp_path / "nowhere.tflite", "--json", cwd=tmp_path, expect=1)
    good, missing = json.loads(printed)
    assert good["usable"]
    assert good["findings"] == []
    assert good["labels"] == ["silence", "song", "speech"]
    assert {label for label, _ in good["runtimes"]["LiteRT"]["predictions"]} == set(good["labels"])
    assert not missing["usable"]
    assert "there is no such file" in missing["refused"]


def test_what_is_no_model_is_one_sentence(tmp_path):
    (tmp_path / "text.tflite").write_text("these are words")
    _, said = call_script("CheckModel.py", tmp_path / "text.tflite", cwd=tmp_path, expect=1)
    assert len(said.splitlines()) == 1
    assert "text.tflite is no .tflite" in said
