"""Label files from the flag to the last screen, and back: what a model writes is corrected and learned from."""

import json
import shutil

import numpy as np
import pytest
import soundfile

from classifier.data.clips import read_clips
from classifier.data.layouts import NOTHING
from classifier.export import variants
from classifier.records import artifact
from tests.conftest import CHEAPEST, RATE, call_script, next_command
from tests.test_train_model import train

SECONDS = 300
TIMES = [8.0 + 9 * i for i in range(32)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One long recording in which a tone of a tenth of a second is heard 32 times, and its label track."""
    folder = tmp_path_factory.mktemp("label_files")
    signal = np.random.default_rng(0).normal(0, 0.01, SECONDS * RATE)
    tone = 0.3 * np.sin(2 * np.pi * 1000 * np.arange(RATE // 10) / RATE)
    for start in TIMES:
        signal[round(start * RATE) :][: len(tone)] += tone
    (folder / "field").mkdir()
    soundfile.write(folder / "field" / "mic.wav", signal, RATE)
    lines = [f"{start:.6f}\t{start + 0.1:.6f}\tbeep\n" for start in TIMES[:-1]]
    point = f"{TIMES[-1] + 0.05:.6f}\t{TIMES[-1] + 0.05:.6f}\tbeep\n"
    (folder / "field" / "mic.txt").write_text("".join([*lines, point]))
    return folder


@pytest.fixture(scope="module")
def learned(folder):
    said = train(folder / "field", folder / "trained", "--unlabelled", "negatives", "--window", 1, epochs=4)
    return said, artifact.load(folder / "trained" / CHEAPEST)


def test_one_label_of_one_recording_is_learned_against_what_is_unlabelled(learned):
    (printed, said), trained = learned
    assert trained.labels == ["beep", "other"] and trained.record.config.unlabelled == "negatives"
    assert said.count("1 label files (audacity 1) of 1 recordings: 32 labelled stretches, 3 s, 1 of them points") == 1
    assert "negatives: 33 unlabelled parts of 1 recordings, learned as 'other'" in said
    assert "split by blocks of time with gaps of 2 s: mic.wav (10 blocks)" in said
    assert "32 labelled stretches are shorter than a window, which lies around them" in printed
    assert "beep 10% (32). Windows of longer stretches lie in them" in printed
    split = trained.record.split
    assert split.split_by_time == ["mic.wav"] and split.groups == 10 and split.groups_in_two_splits == []
    assert "WARNING: these recordings are split by blocks of time" in printed
    assert all(split.negatives.values())
    assert "held-out parts right" in printed and "  parts: " in printed and "recordings right" not in printed


def test_the_file_is_compared_on_the_same_stretches(learned):
    trained = learned[1]
    n_clips = len(set(trained.predictions("test")["recordings"]))
    audio, n = variants._recordings(trained, "test", n_clips)
    assert n == n_clips == len(trained.record.split.test)
    assert [clip.label for clip in audio.clips].count("beep") == 32


@pytest.mark.parametrize(
    ("writer", "file"),
    [("audacity", "mic.wav.txt"), ("raven", "mic.wav.Table.1.selections.txt"), ("csv", None), ("excel", None)],
)
def test_what_is_recognised_can_be_corrected_and_learned_from(folder, learned, tmp_path, writer, file):
    shutil.copy(folder / "field" / "mic.wav", tmp_path / "mic.wav")
    flags = ["--model", learned[1].folder, "--writers", f"{writer},jsonl", "--threshold", "beep=0.5", "--out", "labels"]
    call_script("ClassifyRecordings.py", "mic.wav", *flags, cwd=tmp_path)
    written = json.loads((tmp_path / "labels" / "recordings.jsonl").read_text())["segments"]
    assert len(written) > 10
    expected = [
        (of["label"], pytest.approx(of["start"], abs=1e-6), pytest.approx(of["end"], abs=1e-6)) for of in written
    ]
    assert [(clip.label, clip.start, clip.end) for clip in read_clips(tmp_path, least=1)] == expected
    if file:  # what is empty after a correction says that nothing is heard
        path = tmp_path / "labels" / writer / file
        path.write_text("" if writer == "audacity" else path.read_text().splitlines()[0])
        assert [clip.label for clip in read_clips(tmp_path, layout="annotations", least=0, nothing=True)] == [NOTHING]


def test_a_check_says_what_was_found(folder):
    printed, said = call_script("PrepareData.py", "--check", "field", "--unlabelled", "negatives", cwd=folder)
    assert "1 label files (audacity 1) of 1 recordings" in said
    assert "negatives: 33 recordings of 1 groups, " in printed
    assert "beep 5% (32)" in printed
    assert next_command(printed) == ["TrainModel.py", "--unlabelled", "negatives", "--data", "field"]


def test_without_the_rest_one_label_is_too_few(folder):
    _, said = call_script("TrainModel.py", "--data", "field", cwd=folder, expect=1)
    assert "a classifier needs at least two labels, or one and what is unlabelled (--unlabelled negatives)" in said
