"""Segments finer than a window, and the two files of a model that has frames."""

import json

import numpy as np
import pytest
import soundfile

from classifier.inference.litert import LiteRT, probes
from classifier.records import artifact, rule_file
from classifier.records.audio_format import AudioFormat, make_audio_format
from classifier.records.config import RunConfig
from classifier.scoring import frame_rule
from tests.conftest import call_script, run_script
from tests.tiny_tflite import Tiny, described
from tests.trained_folder import write_trained

RATE = 16_000
KNOWN = ((3.3, 3.8), (7.45, 8.15), (12.1, 12.5), (15.8, 16.4))  # seconds of the beeps
COLLAR = 0.2  # seconds, as in the DCASE challenges
EACH, OF = 1024, 32  # samples of a frame; frames of a window


@pytest.fixture(scope="module")
def model(data_short, tmp_path_factory):
    """residual_frames, ready for an app; it has learned little."""
    folder = tmp_path_factory.mktemp("when")
    given = ["--data", data_short, "--epochs", 1, "--no-refit", "--no-cache", "--trained", "trained"]
    call_script("TrainModel.py", "--model", "residual_frames", *given, cwd=folder)
    call_script("ConvertModelToTFLite.py", "--frames", "--trained", "trained", cwd=folder)
    run_script("WriteMetadataToModel.py", "--trained", "trained", cwd=folder)
    return folder / "trained" / "residual_frames"


def of_a_beep(folder, **changes):
    """A trained folder whose frame file hears a tone, and that nobody has trained; changes: of its record."""
    tiny, weights = Tiny(), np.stack([np.zeros(EACH), tone(EACH) / 2])
    given = tiny.tensor((1, OF * EACH))
    values = tiny.dense(tiny.reshape(given, (OF, EACH)), weights, OF)
    values = tiny.reshape(tiny.activation(values, "SOFTMAX", (OF, 2)), (1, OF, 2))
    seconds = OF * EACH / RATE
    about = {
        "labels": ["background", "beep"],
        "config": RunConfig(data="x", window=seconds),
        **changes,
    }
    about.setdefault("thresholds", {about["labels"][1]: 0.9})
    write_trained(folder, audio_format=make_audio_format(seconds), **about)
    held = described(tiny.bytes([given], [values]), about["labels"])
    (folder / f"model_{folder.name}_frames.tflite").write_bytes(held)
    return folder


def tone(n):
    return 0.2 * np.cos(2 * np.pi * 1000 * np.arange(n) / RATE)


def test_onsets_and_offsets_are_found_to_a_collar(tmp_path):
    samples = np.random.default_rng(1).normal(0, 0.01, 20 * RATE)
    for start, end in KNOWN:
        part = slice(round(start * RATE), round(end * RATE))
        samples[part] += tone(len(samples))[part]
    soundfile.write(tmp_path / "long.wav", samples, RATE)
    given = ["--model", of_a_beep(tmp_path / "residual_frames"), "--frames", "--writers", "jsonl", "--out", "found"]
    call_script("ClassifyRecordings.py", "long.wav", *given, cwd=tmp_path)
    row = json.loads((tmp_path / "found" / "recordings.jsonl").read_text(encoding="utf-8"))
    found = [(of["start"], of["end"]) for of in row["segments"] if of["label"] == "beep"]
    assert found == [(pytest.approx(start, abs=COLLAR), pytest.approx(end, abs=COLLAR)) for start, end in KNOWN]


def test_both_files_run_in_litert_and_the_one_for_the_app_says_the_same_in_mediapipe(model):
    from classifier.export import runtimes

    rows = probes(AudioFormat())
    assert LiteRT(model / "model_residual_frames_frames.tflite", n_labels=3).by_frame(rows).shape == (3, 32, 3)
    app = model / "model_residual_frames_audio_metadata.tflite"
    expected = LiteRT(app).run(rows)
    assert np.ptp(expected) > 0.1
    assert runtimes.ask(runtimes.MEDIAPIPE, app, rows) == pytest.approx(expected, abs=1e-3)


def test_the_rule_of_frames_travels_in_their_file_and_the_default_one_is_said(model, data_short, tmp_path):
    trained = artifact.load(model)
    expected = frame_rule.default(trained.rule.thresholds, EACH / RATE)
    assert rule_file.read(model / "model_residual_frames_frames.tflite", trained.labels) == (expected, [])
    given = ["--model", model, "--frames", "--writers", "csv", "--out", "found"]
    said = " ".join(" ".join(call_script("ClassifyRecordings.py", data_short / "song", *given, cwd=tmp_path)).split())
    assert "the thresholds of windows and the usual smoothing, because the validation split is too small" in said


def test_models_without_frames_are_refused_by_name(tmp_path):
    folder = write_trained(tmp_path / "mel", config=RunConfig(data="data"), audio_format=AudioFormat())
    _, said = call_script("ConvertModelToTFLite.py", "--model", folder, "--frames", cwd=tmp_path, expect=1)
    assert "mel has no frames: it mixes all times of a window; train one that has: residual_frames" in said
