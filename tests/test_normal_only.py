"""TrainModel.py --model normal_only, as a person runs it."""

import numpy as np
import pytest

from classifier.records import artifact
from tests.conftest import call_script, write_tone


def recordings(folder, n, hertz):
    for i in range(n):
        write_tone(folder / f"day {i}.wav", hertz=hertz + 5 * i, seconds=4, seed=i + int(hertz))
    return folder


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """Ten recordings of a hum, and three of another pitch."""
    folder = tmp_path_factory.mktemp("machine")
    recordings(folder / "normal", 10, 300)
    recordings(folder / "squeak", 3, 1500)
    return folder


@pytest.fixture(scope="module")
def told_apart(machine, tmp_path_factory):
    """The folder of a model that is trained and converted, and what was printed."""
    out = tmp_path_factory.mktemp("out")
    about = "--model", "normal_only", "--trained", out
    printed, said = call_script("TrainModel.py", *about, "--data", machine, "--no-cache", cwd=out)
    call_script("ConvertModelToTFLite.py", *about, cwd=out)
    return artifact.load(out / "normal_only"), printed, said


def test_what_is_not_normal_is_found_and_false_alarms_are_counted(told_apart):
    trained, printed, said = told_apart
    found = trained.record.one_class.detection
    assert (found.auc, found.abnormal_recordings, found.detected) == (1, 3, 3)
    assert trained.record.split.test and not any("squeak" in name for name in trained.record.split.train)
    assert "AUC 1.000" in printed and "3 of 3 abnormal recordings reach the threshold" in printed
    assert "needs 19: expect up to 11% false alarms" in said  # of eight recordings, each held out once
    assert "reach the threshold" in (trained.folder / "report" / "index.html").read_text(encoding="utf-8")


def test_the_file_gives_a_score_and_every_runtime_the_same(told_apart):
    from classifier.inference.litert import LiteRT

    trained, _, _ = told_apart
    assert trained.variants.files["float32"].refused == {}  # LiteRT, MediaPipe and the Task Library agreed
    tflite, rows = (
        LiteRT(trained.folder / artifact.TFLITE),
        np.zeros((2, trained.audio_format.window_length), "float32"),
    )
    rows[1] = np.random.default_rng(0).normal(0, 0.1, rows.shape[1])
    probabilities = tflite.run(rows)
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert probabilities[:, 1] == pytest.approx(1, abs=1e-3)  # a dead microphone, and noise
    assert trained.rule.thresholds == {"abnormal": 0.5}


def test_without_abnormal_recordings_the_areas_are_not_measured(machine, tmp_path):
    about = "--model", "normal_only", "--data", machine / "normal", "--no-cache", "--trained", tmp_path / "trained"
    printed, _ = call_script("TrainModel.py", *about, "--false-alarm-rate", "0.34", cwd=tmp_path)
    assert "AUC: not measured, because no abnormal recordings are there to test with" in printed
    assert "34.0% was asked for" in printed


REFUSED = {
    "a classifier": (["--normal", "normal"], "--normal is for models that learn from normal recordings alone"),
    "both": (["--model", "signal,normal_only"], "signal from labels; train them with one command each"),
    "negatives": (["--model", "normal_only", "--negatives", "x"], "--negatives decides how labels are learned"),
    "a share": (["--model", "normal_only", "--false-alarm-rate", "5"], "--false-alarm-rate 5: give a share, more than"),
    "another label": (["--model", "normal_only", "--normal", "hum"], "name the one that is normal with --normal, of"),
}


@pytest.mark.parametrize(("flags", "complaint"), REFUSED.values(), ids=REFUSED)
def test_flags_that_do_not_go_together_are_refused(machine, tmp_path, flags, complaint):
    _, said = call_script("TrainModel.py", "--data", machine, *flags, "--trained", tmp_path, cwd=tmp_path, expect=1)
    assert complaint in said


def test_too_few_recordings_are_refused_and_folds_are_not_for_it(machine, tmp_path):
    recordings(tmp_path / "few", 2, 300)
    about = "--model", "normal_only", "--data", tmp_path / "few", "--no-cache", "--trained", tmp_path / "trained"
    assert "'normal' has 2 recording(s) or group(s)" in call_script("TrainModel.py", *about, cwd=tmp_path, expect=1)[1]
    evaluate = "--model", "normal_only", "--data", machine
    _, said = call_script("EvaluateModel.py", *evaluate, cwd=tmp_path, expect=1)
    assert "normal_only learns from normal recordings alone" in said


def test_recordings_without_labels_are_refused_as_before_and_the_way_is_named(machine, tmp_path):
    _, said = call_script("TrainModel.py", "--data", machine / "normal", cwd=tmp_path, expect=1)
    assert "nothing says their labels" in said and "give --model normal_only" in said
