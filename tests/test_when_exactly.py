"""A model that is trained from labels of whole recordings says when something sounds."""

import json

import numpy as np
import pytest
import soundfile

from classifier.inference.litert import LiteRT, probes
from classifier.records.audio_format import AudioFormat
from classifier.records.config import RunConfig
from tests.conftest import call_script, run_script
from tests.trained_folder import write_trained

RATE = 16_000
KNOWN = ((3.3, 3.8), (7.45, 8.15), (12.1, 12.5), (15.8, 16.4))  # seconds of the beeps
COLLAR = 0.2  # seconds, as in the DCASE challenges


def noise(random, seconds):
    return random.normal(0, 0.01 * random.uniform(0.5, 2), round(seconds * RATE))


def add_beep(random, samples, start, end):
    n = round(end * RATE) - round(start * RATE)
    samples[round(start * RATE) :][:n] += 0.2 * np.sin(2 * np.pi * random.uniform(600, 1000) * np.arange(n) / RATE)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """residual_frames, ready for an app; trained on recordings of noise, with a beep somewhere in half of them."""
    folder, random = tmp_path_factory.mktemp("when"), np.random.default_rng(0)
    for label in ("background", "beep"):
        (folder / "data" / label).mkdir(parents=True)
        for i in range(24):
            samples, seconds = noise(random, 2), random.uniform(0.3, 0.9)
            if label == "beep":
                start = random.uniform(0, 2 - seconds)
                add_beep(random, samples, start, start + seconds)
            soundfile.write(folder / "data" / label / f"{label}{i}.wav", samples, RATE)
    given = ["--data", "data", "--epochs", 12, "--no-refit", "--no-cache"]
    call_script("TrainModel.py", "--model", "residual_frames", *given, "--trained", "trained", cwd=folder)
    call_script("ConvertModelToTFLite.py", "--frames", "--trained", "trained", cwd=folder)
    run_script("WriteMetadataToModel.py", "--trained", "trained", cwd=folder)
    return folder / "trained" / "residual_frames"


def test_onsets_and_offsets_are_found_to_a_collar(model, tmp_path):
    random = np.random.default_rng(1)
    samples = noise(random, 20)
    for start, end in KNOWN:
        add_beep(random, samples, start, end)
    soundfile.write(tmp_path / "long.wav", samples, RATE)
    given = ["long.wav", "--model", model, "--writers", "jsonl"]
    call_script("ClassifyRecordings.py", *given, "--frames", "--out", "frames", cwd=tmp_path)
    call_script("ClassifyRecordings.py", *given, "--overlap", 0.5, "--out", "windows", cwd=tmp_path)
    found, of_windows = (beeps(tmp_path / out) for out in ("frames", "windows"))
    assert found == [(pytest.approx(start, abs=COLLAR), pytest.approx(end, abs=COLLAR)) for start, end in KNOWN]
    assert all(end - start >= 2 for start, end in of_windows)


def beeps(folder):
    """[(start, end)] of the segments of the beep."""
    row = json.loads((folder / "recordings.jsonl").read_text(encoding="utf-8"))
    return [(of["start"], of["end"]) for of in row["segments"] if of["label"] == "beep"]


def test_both_files_run_in_litert_and_the_one_for_the_app_says_the_same_in_mediapipe(model):
    from classifier.export import runtimes

    rows = probes(AudioFormat())
    assert LiteRT(model / "model_residual_frames_frames.tflite", n_labels=2).by_frame(rows).shape == (3, 32, 2)
    app = model / "model_residual_frames_audio_metadata.tflite"
    expected = LiteRT(app).run(rows)
    assert np.ptp(expected) > 0.1
    assert runtimes.ask(runtimes.MEDIAPIPE, app, rows) == pytest.approx(expected, abs=1e-3)


def test_models_without_frames_are_refused_by_name(tmp_path):
    folder = write_trained(tmp_path / "mel", config=RunConfig(data="data"), audio_format=AudioFormat())
    _, said = call_script("ConvertModelToTFLite.py", "--model", folder, "--frames", cwd=tmp_path, expect=1)
    assert "mel has no frames: it mixes all times of a window; train one that has: residual_frames" in said
