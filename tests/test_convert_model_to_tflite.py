import json
import shutil

from tests.conftest import run_script


def test_without_its_recordings_a_model_gets_no_int8_file_and_the_script_goes_on(trained, tmp_path):
    folder = shutil.copytree(trained.out / "signal", tmp_path / "trained" / "signal")
    run = json.loads((folder / "run.json").read_text())
    run["run"]["data"] = str(tmp_path / "gone")
    (folder / "run.json").write_text(json.dumps(run))
    (folder / "model_int8.tflite").touch()
    printed, said = run_script("ConvertModelToTFLite.py", "--out", tmp_path / "trained", cwd=tmp_path)
    assert "signal gets no model_int8.tflite: the recordings it was trained and tested on are gone" in said
    assert "model.tflite" in printed
    assert "int8" not in printed
    assert not (folder / "model_int8.tflite").exists()
