"""TestSignalModel.py, TestMelSpecModel.py and PlotSignalMelSpec.py as users run them."""

import json
import re
import shutil
import subprocess

import pytest

from classifier.records import artifact, tflite_files
from tests.conftest import call_script, next_command, run_script, write_tone


@pytest.mark.parametrize(("script", "model"), [("TestSignalModel.py", "signal"), ("TestMelSpecModel.py", "mel")])
def test_one_line_per_window_with_its_time(script, model, trained, tmp_path):
    recording = write_tone(tmp_path / "naïve tone 1.wav", seconds=5, rate=44_100, channels=2)
    printed, said = run_script(script, recording, "--model", trained.out / model, cwd=tmp_path)
    lines = printed.splitlines()
    assert lines[1].split() == ["window", "silence", "song", "speech", "label"]
    assert [line.split("s  ")[0].strip() for line in lines[3:6]] == ["0.00 - 2.00", "2.00 - 4.00", "3.00 - 5.00"]
    assert lines[6].startswith("recording")
    assert lines[7].startswith("label: ")
    file = tflite_files.app_files(artifact.load(trained.out / model))[1 if model == "mel" else 0]
    assert lines[0].endswith(f", by {file.source}:"), "what goes into the app is tested"
    assert f"note: {file.source} is the {file.variant} variant, which goes into the app as {file.target.name}" in said
    if model == "mel":
        assert float(said.rpartition("raw-audio model: ")[2].split()[0]) < 1e-4


@pytest.mark.parametrize(("script", "model"), [("TestSignalModel.py", "signal"), ("TestMelSpecModel.py", "mel")])
def test_json_is_all_there_is_on_standard_output(script, model, trained, tmp_path):
    printed, _ = run_script(script, "--json", "--model", trained.out / model, cwd=tmp_path)
    answer = json.loads(printed)
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-4)
    assert set(answer["windows"][0]) == {"start", "end", "label", "probabilities"}
    assert answer["label"] in ("silence", "song", "speech", None)


def test_what_stays_under_its_threshold_is_none_of_the_labels(trained, tmp_path):
    model = shutil.copytree(trained.out / "signal", tmp_path / "signal")
    run = json.loads((model / "run.json").read_text())
    for thresholds, is_any in (({}, True), ({label: 0.9999 for label in run["labels"]}, False)):
        (model / "run.json").write_text(json.dumps({**run, "thresholds": thresholds}))
        printed, _ = call_script("TestSignalModel.py", write_tone(tmp_path / "a.wav"), "--model", model, cwd=tmp_path)
        assert ("none of them" not in printed) == is_any
        assert ("would have to reach 100.0%" not in printed) == is_any


def test_labels_come_from_the_model_not_from_the_labels_file(trained, tmp_path):
    model = trained.out / "signal" / "model_signal_metadata.tflite"
    printed, _ = call_script("TestSignalModel.py", write_tone(tmp_path / "a.wav"), "--model", model, cwd=tmp_path)
    assert "silence  " in printed


@pytest.mark.parametrize(
    ("recording", "sound"),
    [("001 - Dog bark/3-144028-A.ogg", "Dog"), ("008 - Chainsaw/1-19898-B.ogg", "Chainsaw")],
)
def test_yamnet_knows_sounds_that_nobody_taught_it_here(recording, sound, weights_here, shared_data, tmp_path):
    path = shared_data / "esc10" / recording
    printed, said = run_script("TestSignalModel.py", path, "--model", "yamnet", cwd=tmp_path)
    lines = printed.splitlines()
    assert re.match(rf"recording +{sound} \d+\.\d%; ", lines[-4])
    assert lines[-3] == f"label: {sound}"
    assert next_command(printed) == ["TrainModel.py", "--model", "yamnet_transfer"]
    assert said == ""


def test_yamnet_needs_neither_a_recording_nor_a_trained_model(weights_here, tmp_path):
    printed, _ = run_script("TestSignalModel.py", "--json", "--model", "yamnet", cwd=tmp_path)
    answer = json.loads(printed)
    assert "data_short" in answer["recording"]
    assert len(answer["probabilities"]) == 521


def test_a_recording_is_plotted_to_the_current_folder(tmp_path, data_short):
    recording = sorted(data_short.glob("song/*.wav"))[0]
    printed, _ = call_script("PlotSignalMelSpec.py", recording, cwd=tmp_path)
    assert f"wrote {recording.stem}.png" in printed
    assert (tmp_path / f"{recording.stem}.png").read_bytes().startswith(b"\x89PNG")


def test_the_sample_signal_is_plotted_where_asked(tmp_path):
    call_script("PlotSignalMelSpec.py", "--png", tmp_path / "picture.png", cwd=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["picture.png"]


def test_the_sample_signal_is_two_seconds_with_a_tone_at_the_end():
    import numpy as np

    from SampleSignal import sample_signal

    signal = sample_signal()
    assert signal.shape == (32_000,)
    assert np.abs(signal).max() == pytest.approx(0.7, abs=1e-3)
    assert np.abs(np.fft.rfft(signal[-8_000:])).argmax() * 2 == 1000  # bins of 2 Hz


def test_every_next_command_can_be_pasted(trained, tmp_path):
    printed, ran = trained.printed["metadata"][0], []
    while ran[-1:] != ["PlotSignalMelSpec.py"]:
        command = printed.rpartition("next: ")[2].strip()
        ran.append(next_command(printed)[0])
        done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, (command, done.stderr)
        printed = done.stdout
    assert ran[0] == "TestSignalModel.py"
