"""Sounds of other scales: ultrasound from the recording to the file that finds it."""

import csv
from pathlib import Path

from classifier.records import artifact, tflite_files
from tests.conftest import CHEAPEST, call_script, run_script, write_tone

RATE = 384_000


def test_ultrasound_is_learned_exported_and_found(tmp_path):
    for label, hertz in (("high", 120_000), ("low", 50_000)):
        for i in range(5):
            write_tone(
                tmp_path / "data" / label / f"night{i}_{label}.wav", hertz + 500 * i, seconds=0.6, rate=RATE, seed=i
            )
    out = ["--trained", tmp_path / "trained", "--model", CHEAPEST]
    settings = ["--sample-rate", RATE, "--window", "0.05", "--epochs", "30", "--no-refit"]
    _, said = call_script("TrainModel.py", "--data", tmp_path / "data", *settings, *out, cwd=tmp_path)
    assert "windows of 0.05 s at 384000 Hz, an FFT of 1024 samples every 256, 128 mel bands" in said
    call_script("ConvertModelToTFLite.py", *out, cwd=tmp_path)
    run_script("WriteMetadataToModel.py", *out, cwd=tmp_path)
    (file,) = tflite_files.app_files(artifact.load(tmp_path / "trained" / CHEAPEST))
    new = [write_tone(tmp_path / f"{hertz}.wav", hertz, seconds=0.3, rate=RATE, seed=9) for hertz in (120_700, 51_700)]
    call_script("ClassifyRecordings.py", *new, "--model", file.target, "--out", tmp_path / "out", cwd=tmp_path)
    with (tmp_path / "out" / "segments.csv").open(newline="") as found:
        assert {(Path(row["recording"]).name, row["label"]) for row in csv.DictReader(found)} == {
            ("120700.wav", "high"),
            ("51700.wav", "low"),
        }
