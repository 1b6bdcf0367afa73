"""ClassifyRecordings.py as users run it, killed and interrupted, too."""

import csv
import functools
import json
import os
import signal
import subprocess
import sys
import time
import zipfile

import pytest

from classifier.inference.prediction import predict_recording
from classifier.inference.predictor import load_predictor
from tests.classifier.export.test_inspection import with_metadata
from tests.conftest import ROOT, call_script, next_command, run_script, write_tone

DEADLINE = 60  # seconds that no test comes near to


def classify(*args, cwd, by=call_script, **kwargs):
    return by("ClassifyRecordings.py", *args, cwd=cwd, **kwargs)


def start(*args, cwd):
    command = [sys.executable, str(ROOT / "ClassifyRecordings.py"), *map(str, args)]
    hears_ctrl_c = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background job does not
    return subprocess.Popen(
        command, cwd=cwd, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=hears_ctrl_c
    )


def wait_for_lines(journal, n):
    deadline = time.monotonic() + DEADLINE
    while not journal.is_file() or journal.read_bytes().count(b"\n") < n:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def written(out):
    """{relative path: bytes} of all results."""
    paths = [path for path in out.rglob("*") if path.is_file() and path.name not in ("journal.jsonl", ".lock")]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}


def rows(out, name="segments.csv"):
    with (out / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Enough for a run that lasts until it is killed."""
    folder = tmp_path_factory.mktemp("many")
    for i in range(40):
        write_tone(folder / f"{i:03}.wav", seconds=20 + i % 7, hertz=200 + 40 * i, seed=i)
    return folder


def test_without_an_input_it_says_what_it_classifies(trained, tmp_path):
    printed, said = classify("--model", trained.out / "mel", "--out", tmp_path / "out", cwd=tmp_path, by=run_script)
    assert "no INPUT given: classifying " in said and "data_short" in said
    assert "1 recordings classified; wrote " in printed
    classified = next(word for word in said.split() if word.endswith(".wav"))
    assert next_command(printed) == ["TestSignalModel.py", classified, "--model", str(trained.out / "mel")]
    assert len(rows(tmp_path / "out", "summary.csv")) == 1
    assert {"audacity", "raven", "segments.csv", "segments.parquet", "recordings.jsonl", "summary.csv"} <= {
        path.name for path in (tmp_path / "out").iterdir()
    }


def test_before_training_it_says_what_to_run(tmp_path):
    _, said = classify(
        write_tone(tmp_path / "a.wav"), "--model", tmp_path / "trained" / "signal", cwd=tmp_path, expect=1
    )
    assert said.endswith("signal: there is no trained model; run TrainModel.py first\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav"]


def test_it_says_what_the_other_scripts_say_of_a_recording(trained, tmp_path, data_short):
    classify(
        data_short, "--model", trained.out / "signal", "--out", tmp_path / "out", "--writers", "jsonl", cwd=tmp_path
    )
    lines = [json.loads(line) for line in (tmp_path / "out" / "recordings.jsonl").read_text().splitlines()]
    assert len(lines) == 48
    for line in lines[::8]:
        answer = predict_recording(load_predictor(trained.out / "signal"), line["recording"]).as_dict()
        assert line["label"] == answer["label"]
        said, until = 0.0, 0.0
        for window in answer["windows"]:  # the last one may repeat some of the one before
            if window["label"]:
                said += window["end"] - max(until, window["start"])
                until = window["end"]
        assert sum(line["seconds_of"].values()) == pytest.approx(said)


def test_killed_in_the_middle_it_goes_on_and_ends_the_same(trained, many, tmp_path):
    settings = (many, "--model", trained.out / "mel", "--jobs", 2)
    classify(*settings, "--out", tmp_path / "undisturbed", cwd=tmp_path)
    journal = tmp_path / "killed" / "journal.jsonl"
    n_done = 0
    for _ in range(2):
        process = start(*settings, "--out", tmp_path / "killed", cwd=tmp_path)
        wait_for_lines(journal, n_done + 3)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        n_done = journal.read_bytes().count(b"\n")
        assert n_done < 40 and not (tmp_path / "killed" / "segments.csv").exists()
    with journal.open("ab") as file:
        file.write(b'{"key": "torn')
    printed, _ = classify(*settings, "--out", tmp_path / "killed", cwd=tmp_path)
    assert f"{40 - n_done} recordings classified, {n_done} before" in printed
    assert written(tmp_path / "killed") == written(tmp_path / "undisturbed")
    done = [json.loads(line)["recording"] for line in journal.read_text().splitlines()]
    assert sorted(done) == sorted(map(str, many.iterdir()))


def test_ctrl_c_says_that_the_same_command_goes_on(trained, many, tmp_path):
    process = start(many, "--model", trained.out / "mel", "--out", tmp_path / "out", "--jobs", 2, cwd=tmp_path)
    wait_for_lines(tmp_path / "out" / "journal.jsonl", 1)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=DEADLINE)
    assert process.returncode == 130
    assert said.strip().splitlines()[-1] == "stopped; the same command goes on from there"
    assert "Traceback" not in said
    assert not (tmp_path / "out" / ".unfinished").exists()


def test_what_can_not_be_read_is_listed_and_only_strict_minds(trained, tmp_path):
    write_tone(tmp_path / "in" / "good.wav")
    (tmp_path / "in" / "text.wav").write_text("these are words")
    whole = write_tone(tmp_path / "in" / "short.wav").read_bytes()
    (tmp_path / "in" / "short.wav").write_bytes(whole[:20_000])
    settings = ("in", "--model", trained.out / "mel", "--out", tmp_path / "out", "--jobs", 1)
    printed, _ = classify(*settings, cwd=tmp_path)
    assert "cannot be read: 2" in printed
    assert "  in/short.wav is cut short" in printed and "  in/text.wav cannot" in printed
    assert [row["recording"] for row in rows(tmp_path / "out", "summary.csv")] == ["in/good.wav"]
    printed, _ = classify(*settings, "--strict", cwd=tmp_path, expect=1)
    assert "cannot be read: 2" in printed and "0 recordings classified, 1 before" in printed


def test_archives_are_taken_apart_and_hostile_ones_refused(trained, tmp_path):
    tone = write_tone(tmp_path / "tone.wav").read_bytes()
    for name, members in (("good.zip", ["a.wav", "b/a.wav", "notes.txt"]), ("evil.zip", ["a.wav", "../../evil.wav"])):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for member in members:
                archive.writestr(member, tone)
    settings = ("--model", trained.out / "mel", "--out", tmp_path / "out")
    printed, _ = classify("evil.zip", "good.zip", *settings, cwd=tmp_path)
    assert "evil.zip: '../../evil.wav' leads out of its folder" in printed
    names = [row["recording"] for row in rows(tmp_path / "out", "summary.csv")]
    assert names == ["good.zip!/a.wav", "good.zip!/b/a.wav"]
    assert (tmp_path / "out" / "raven" / "good.zip" / "b" / "a.wav.Table.1.selections.txt").is_file()
    assert not list(tmp_path.parent.glob("evil.wav")) and not (tmp_path / "out" / ".unfinished").exists()
    printed, _ = classify("good.zip", *settings, cwd=tmp_path)
    assert "0 recordings classified, 2 before" in printed


def test_a_list_on_standard_input_and_patterns_in_quotes(trained, tmp_path):
    for name in ("a b.wav", "ü.wav", "more/c.wav", "more/d.wav"):
        write_tone(tmp_path / name, seconds=1)
    listed = "a b.wav\nü.wav\nnowhere.wav\n"
    settings = ("--model", trained.out / "mel", "--out", tmp_path / "out", "--jobs", 1)
    printed, _ = classify("-", "more/*.wav", *settings, cwd=tmp_path, by=run_script, input=listed)
    names = [row["recording"] for row in rows(tmp_path / "out", "summary.csv")]
    assert names == ["a b.wav", "ü.wav", "more/c.wav", "more/d.wav"]
    assert "  nowhere.wav: there is no such recording" in printed


def test_recordings_of_one_name_have_files_of_their_own(trained, tmp_path):
    for name in ("1/in/a.wav", "2/in/a.wav", "2/in/a.flac"):
        write_tone(tmp_path / name, seconds=1)
    settings = ("--model", trained.out / "mel", "--out", tmp_path / "out", "--threshold", 0, "--jobs", 1)
    classify("1/in", "2/in", *settings, cwd=tmp_path)
    files = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out" / "audacity").rglob("*.txt")}
    assert files == {f"audacity/in/{name}.txt" for name in ("a.wav", "a (2).wav", "a.flac")}


def test_a_model_that_is_not_converted_is_run_by_tensorflow_which_is_said(trained, tmp_path):
    (tmp_path / "mel").mkdir()
    for name in ("run.json", "model.keras"):
        os.link(trained.out / "mel" / name, tmp_path / "mel" / name)
    recording = write_tone(tmp_path / "tone.wav", seconds=5)
    settings = {"cwd": tmp_path, "by": run_script}
    _, said = classify(recording, "--model", "mel", "--out", "keras", "--writers", "csv", **settings)
    assert "is run by TensorFlow" in said and "ConvertModelToTFLite.py" in said
    _, said = classify(recording, "--model", trained.out / "mel", "--out", "lite", "--writers", "csv", **settings)
    assert "TensorFlow" not in said
    both = [[(row["label"], row["start"], row["end"]) for row in rows(tmp_path / out)] for out in ("keras", "lite")]
    assert both[0] == both[1]


def test_yamnet_hears_a_dog_among_521_sounds(weights_here, shared_data, tmp_path):
    recording = shared_data / "esc10" / "001 - Dog bark" / "3-144028-A.ogg"
    printed, _ = classify(recording, "--model", "yamnet", "--out", tmp_path / "out", cwd=tmp_path)
    heard = {row["label"] for row in rows(tmp_path / "out")}
    assert {"Dog", "Animal"} <= heard  # both at once
    assert all(float(row["peak"]) >= 0.5 for row in rows(tmp_path / "out"))
    assert "Dog " in printed


def test_files_of_unknown_suffix_are_counted_on_the_last_screen(tmp_path):
    write_tone(tmp_path / "in" / "a.wav", seconds=0.5)
    (tmp_path / "in" / "b.pcm").write_bytes(bytes(500))
    (tmp_path / "tiny.tflite").write_bytes(with_metadata())
    printed, _ = classify("in", "--model", "tiny.tflite", "--writers", "csv", cwd=tmp_path)
    assert "left out: 1\n  in: 1 file left out, for its suffix is no recording's (.pcm 1); if they hold" in printed


def test_one_that_cannot_be_read_does_not_end_a_run_and_only_such_end_with_1(trained, tmp_path):
    (tmp_path / "words.wav").write_text("these are words")
    (tmp_path / "empty.wav").touch()
    (tmp_path / "gone.wav").symlink_to("nowhere")
    bad = [tmp_path / "words.wav", tmp_path / "empty.wav"]
    out = ("--model", trained.out / "mel", "--writers", "csv", "--out", tmp_path / "out")
    printed, _ = classify(*bad, write_tone(tmp_path / "good.wav"), *out, cwd=tmp_path)
    assert "cannot be read: 2" in printed and "1 recordings classified; " in printed
    printed, said = classify(*bad, *out[:-1], tmp_path / "none", cwd=tmp_path, expect=1)
    assert "cannot be read: 2" in printed and "classified" not in printed and str(bad[0]) in printed
    assert "no recording could be read, for the reasons above; nothing was written" in said
    assert {path.name for path in (tmp_path / "none").iterdir()} <= {".lock", "journal.jsonl"}
    lines = f"{tmp_path / 'gone.wav'}\na\0b.wav\n{tmp_path / 'good.wav'}\n"
    printed, _ = run_script("ClassifyRecordings.py", "-", *out[:-1], tmp_path / "list", cwd=tmp_path, input=lines)
    assert "cannot be read: 2" in printed and "1 recordings classified; " in printed
