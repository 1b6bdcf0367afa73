"""Each channel of a recording as one of its own: trained on, tested, converted and classified."""

import json

import numpy as np
import pytest
import soundfile

from classifier.data import audio_cache
from classifier.data.clips import read_clips
from classifier.records import artifact
from tests.conftest import CHEAPEST, call_script, write_tone

RATE = 16_000


@pytest.fixture
def data(tmp_path):
    """Six stereo recordings of each of two labels, and one that has one channel."""
    times = np.arange(4 * RATE) / RATE
    for label, hertz in (("high", 2200), ("low", 300)):
        (tmp_path / "data" / label).mkdir(parents=True)
        for i in range(6):
            tracks = [
                level * np.sin(2 * np.pi * (hertz + 7 * i + more) * times) for level, more in ((0.2, 0), (0.5, 90))
            ]
            soundfile.write(tmp_path / "data" / label / f"{i}.flac", np.stack(tracks, axis=1), RATE)
    write_tone(tmp_path / "data" / "low" / "mono.wav", hertz=310)
    return tmp_path / "data"


def test_each_channel_is_trained_on_tested_and_classified_by_itself(data, tmp_path):
    settings = ("--data", "data", "--trained", "out", "--model", CHEAPEST, "--epochs", 2, "--channel", "each")
    printed, _ = call_script("TrainModel.py", *settings, "--no-refit", cwd=tmp_path)
    assert "which are mixed" not in printed and "propose" not in printed and "--group-by" not in printed
    trained = artifact.load(tmp_path / "out" / CHEAPEST)
    record = trained.record
    assert record.data.recordings == {"high": 12, "low": 13} and not record.split.groups_known
    of_split = {name: set(record.split.names(name)) for name in ("train", "validation", "test")}
    every = set().union(*of_split.values())
    assert {"low/mono.wav", "low/0.flac (channel 1)", "low/0.flac (channel 2)"} < every and len(every) == 25
    files = [{name.partition(" (")[0] for name in names} for names in of_split.values()]
    assert sum(map(len, files)) == 13, "channels of one file are in one split"
    assert set(trained.test_recordings()) == {data / name for name in files[2]}

    call_script("ConvertModelToTFLite.py", "--trained", "out", "--model", CHEAPEST, cwd=tmp_path)
    variants = json.loads((tmp_path / "out" / CHEAPEST / "variants.json").read_text())
    compared = variants["files"]["float32"]["validation"]["recordings"]
    assert compared["n"] == len(of_split["validation"]), "files are compared on the same channels"

    flags = ("--model", f"out/{CHEAPEST}", "--data", "data")
    call_script("EvaluateModel.py", *flags, "--out", "evaluated", cwd=tmp_path)
    (result,) = (json.loads(path.read_text()) for path in (tmp_path / "evaluated").glob("*.json"))
    assert sum(map(sum, result["scores"]["recordings"]["confusion"])) == 25
    inputs = ("--model", f"out/{CHEAPEST}", "--out", "found", "--probabilities")
    call_script("ClassifyRecordings.py", "data/low", *inputs, cwd=tmp_path)
    assert (tmp_path / "found" / "probabilities.csv").read_text().count("5.flac (channel 2)") > 0
    _, said = call_script("TestSignalModel.py", "data/low/0.flac", *flags[:2], cwd=tmp_path)
    assert "0.flac has 2 channels, of which the loudest is heard; ClassifyRecordings.py classifies each" in said


def test_the_samples_of_each_channel_are_its_own_and_it_is_checked_by_itself(data, tmp_path, monkeypatch):
    monkeypatch.setattr(audio_cache, "CACHE", tmp_path / "stores")
    for _ in range(2):  # decoded, then as kept
        held = audio_cache.read(read_clips(data), data, RATE, channel="each")
        for i, clip in enumerate(held.clips):
            expected = soundfile.read(clip.path, always_2d=True)[0][:, clip.channel or 0]
            assert audio_cache.to_float(held.samples(i)) == pytest.approx(expected, abs=1e-4)
    assert len(held.clips) == 25 and not held.odd
    printed, _ = call_script("PrepareData.py", "--check", "data", "--channel", "each", "--json", cwd=tmp_path)
    names = [facts["name"] for facts in json.loads(printed)["recordings"]]
    assert len(names) == 25 and "high/3.flac (channel 2)" in names
