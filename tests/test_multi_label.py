"""Several labels at once, from a table to overlapping segments: what a person runs, on mixtures made here."""

import json
import re

import numpy as np
import soundfile

from classifier.export import runtimes
from classifier.inference.litert import LiteRT
from classifier.records import artifact, rule_file, tflite_files, tflite_metadata
from tests.conftest import RATE, call_script
from tests.several_labels import MODEL, TONES, mixture


def test_the_labels_are_told_better_than_by_guessing(several):
    folder, steps = several
    printed, _ = steps["train"]
    record = artifact.load(folder / "trained" / MODEL).record
    scores = record.multi_label_scores
    assert record.config.multi_label and set(scores.labels) == set(TONES)
    assert scores.interval[0] > scores.chance and scores.mean_average_precision > 0.9
    assert "mean average precision" in printed and "confusion matrix" in printed  # which is left out
    page = (folder / "trained" / MODEL / "report" / "index.html").read_text(encoding="utf-8")
    assert "Precision by recall of each label" in page
    (said,) = re.findall(r"with its thresholds \d of 9 recordings get a label; \d have one", printed)
    assert said in page


def test_how_the_data_are_read_is_said_once_a_script(several):
    _, steps = several
    for step in ("train", "convert"):
        _, said = steps[step]
        assert said.count("clips.csv: read with , between the columns") == 1
        assert said.count("several labels at once: 45 clips") == 1


def test_the_file_says_so_and_runtimes_agree(several):
    folder, steps = several
    printed, _ = steps["metadata"]
    path = tflite_files.app_files(artifact.load(folder / "trained" / MODEL))[0].target
    assert rule_file.is_multi_label(path)
    assert "multi_label: true" in tflite_metadata.read_audio(path).description
    assert "\nthreshold " in printed and "labels that reach their thresholds, of the recording: " in printed
    rows = np.stack([mixture(labels, 99) for labels in ((), ("low",), ("low", "high"), tuple(TONES))])
    by_litert = LiteRT(path).run(rows)
    assert by_litert[3].sum() > 1.5  # probabilities of their own
    (by_mediapipe,) = runtimes.ask_all("MediaPipe Tasks", [path], rows)
    np.testing.assert_allclose(by_mediapipe, by_litert, atol=1e-5)


def test_all_labels_over_their_thresholds_are_reported(several):
    folder, _ = several
    soundfile.write(folder / "both.wav", mixture(("low", "high"), 7), RATE)
    model = ("--model", MODEL, "--trained", "trained")
    printed, _ = call_script("TestSignalModel.py", "both.wav", *model, "--json", cwd=folder)
    found = json.loads(printed)
    assert found["multi_label"] is True and set(found["labels"]) == {"low", "high"}
    call_script("ClassifyRecordings.py", "both.wav", *model, "--out", "classified", cwd=folder)
    lines = (folder / "classified" / "audacity" / "both.wav.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split("\t")[2] for line in sorted(lines)] == ["high", "low"]
    assert len({line.rpartition("\t")[0] for line in lines}) == 1  # at the same time


def test_what_is_of_one_label_is_refused_by_name(several):
    folder, _ = several
    path = tflite_files.app_files(artifact.load(folder / "trained" / MODEL))[0].target
    for flags, complaint in (
        (("--paper",), "--multi-label does not go with --paper"),
        (("--negatives", "data"), "--multi-label does not go with --negatives"),
    ):
        _, said = call_script("TrainModel.py", "--data", "data", "--multi-label", *flags, cwd=folder, expect=1)
        assert complaint in said
    trained = folder / "trained" / MODEL
    for model, complaint in ((trained, "was trained with --multi-label"), (path, "several labels at once")):
        _, said = call_script("EvaluateModel.py", "--model", model, "--data", "data", cwd=folder, expect=1)
        assert complaint in said


def test_without_the_flag_overlapping_labels_are_refused_and_the_flag_is_named(several, tmp_path):
    folder, _ = several
    (tmp_path / "clips.csv").write_text("path,label\n0.wav,low\n0.wav,high\n1.wav,low\n", encoding="utf-8")
    for name in ("0.wav", "1.wav"):
        (tmp_path / name).write_bytes((folder / "data" / name).read_bytes())
    _, said = call_script("TrainModel.py", "--data", tmp_path, cwd=folder, expect=1)
    assert "high and low at the same time" in said and "--multi-label" in said
