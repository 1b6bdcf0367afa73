"""SearchRecordings.py as users run it, killed, too."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from tests.classifier.inference.similarity.conftest import RATE, network, sound, write
from tests.conftest import ROOT, call_script, next_command, wait_until
from tests.tiny_tflite import N

assert network  # a fixture

PLACES = {"one.wav": [3, 40], "deep/two.wav": [20]}  # windows in which the sound that is looked for begins


@pytest.fixture
def folder(tmp_path):
    """Two recordings of a hundred windows, a third without the sound, and what is looked for."""
    for i, (name, places) in enumerate({**PLACES, "three.wav": []}.items()):
        windows = np.concatenate([sound(100 + 1000 * i + j) for j in range(100)])
        windows[places] = 2 * sound(7, len(places))  # louder, which does not count
        write(tmp_path / "in" / name, windows)
    write(tmp_path / "clip.wav", sound(7))
    return tmp_path


def search(folder, network, *more, like="clip.wav", **kwargs):
    settings = ("--like", like, "--model", network, "--kept", "kept", "--out", "out", "--jobs", 1)
    return call_script("SearchRecordings.py", "in", *settings, *more, cwd=folder, **kwargs)


def rows(folder, name="segments.csv"):
    with (folder / "out" / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def stretch(row):
    return row["recording"], round(float(row["start"]) * RATE / N, 2), round(float(row["end"]) * RATE / N, 2)


def test_it_finds_where_a_sound_is_best_first(folder, network):
    printed, _ = search(folder, network, "--top", 3, "--writers", "csv,audacity,summary")
    found = rows(folder)
    assert sorted(map(stretch, found)) == [("in/deep/two.wav", 20, 21), ("in/one.wav", 3, 4), ("in/one.wav", 40, 41)]
    scores = [float(row["peak"]) for row in found]
    assert scores == sorted(scores, reverse=True) and 0.99 < scores[-1] <= scores[0] <= 1
    assert {row["label"] for row in found} == {"clip"}
    track = (folder / "out" / "audacity" / "in" / "one.wav.txt").read_text().splitlines()
    assert [line.split("\t")[2] for line in track] == ["clip", "clip"]
    assert [row["recording"] for row in rows(folder, "summary.csv")] == [found[0]["recording"]] + [
        name for name in ("in/one.wav", "in/deep/two.wav") if name != found[0]["recording"]
    ]
    assert "597 windows of 3 recordings compared, each with the clip" in printed
    assert "3 recordings embedded, 0 before; their embeddings, float16, take 0.1 MB in kept/in-" in printed
    assert "3 stretches found; wrote out/segments.csv, out/audacity" in printed
    script, example = next_command(printed)
    assert script == "PlotSignalMelSpec.py" and (folder / example).is_file()


def test_what_is_new_or_changed_is_embedded_again_and_what_is_gone_is_not_found(folder, network):
    search(folder, network)
    printed, _ = search(folder, network, "--label", "bell", "--least", 0.9)
    assert "0 recordings embedded, 3 before" in printed
    assert {row["label"] for row in rows(folder)} == {"bell"} and len(rows(folder)) == 3
    (folder / "in" / "one.wav").unlink()
    write(folder / "in" / "three.wav", [*sound(1, 9), *sound(7)])
    write(folder / "in" / "new.wav", [*sound(7), *sound(2, 4)])
    printed, _ = search(folder, network, "--least", 0.9)
    assert "2 recordings embedded, 1 before" in printed and "of 3 recordings" in printed
    assert sorted(map(stretch, rows(folder))) == [
        ("in/deep/two.wav", 20, 21), ("in/new.wav", 0, 1), ("in/three.wav", 9, 10)
    ]  # fmt: skip


def test_one_recording_that_cannot_be_read_ends_nothing(folder, network):
    (folder / "in" / "words.wav").write_text("these are words")
    printed, _ = search(folder, network)
    assert "cannot be read: 1\n  in/words.wav: in/words.wav cannot be read" in printed
    assert "597 windows of 3 recordings" in printed
    shutil.rmtree(folder / "in")
    (folder / "in").mkdir()
    (folder / "in" / "words.wav").write_text("these are words")
    _, said = search(folder, network, expect=1)
    assert "none of the recordings can be read; the first: in/words.wav cannot be read" in said


def test_recordings_and_clips_in_archives_and_several_clips(folder, network):
    write(folder / "other.wav", sound(1150))
    with zipfile.ZipFile(folder / "in" / "more.zip", "w") as archive:
        archive.write(folder / "in" / "one.wav", "one.wav")
    with zipfile.ZipFile(folder / "clips.zip", "w") as archive:
        archive.write(folder / "clip.wav", "clip.wav")
    settings = ("--model", network, "--kept", "kept", "--out", "out", "--jobs", 1, "--top", 2)
    like = ("--like", "clips.zip, other.wav", "--least", 0.99)
    call_script("SearchRecordings.py", "in/more.zip", *like, *settings, cwd=folder)
    assert [row["label"] for row in rows(folder)] == ["clip", "clip"]
    assert {row["recording"] for row in rows(folder)} == {"in/more.zip!/one.wav"}
    call_script("SearchRecordings.py", "in/deep", *like, *settings, cwd=folder)
    assert sorted(row["label"] for row in rows(folder)) == ["clip", "other"]


def test_the_index_writes_what_brute_force_writes(folder, network, monkeypatch):
    pytest.importorskip("usearch")
    from classifier.inference.similarity import index

    monkeypatch.setattr(index, "PART", 50)
    search(folder, network, "--top", 3)
    before = rows(folder)
    printed, _ = search(folder, network, "--top", 3, "--index")
    assert rows(folder) == before and "compared, 550 of them by index, which is approximate" in printed
    assert len(list(folder.glob("kept/*/*/index/*.usearch"))) == 597 // 50


@pytest.mark.parametrize(
    ("like", "seconds", "complaint"),
    [("words.wav", 0, "cannot be read"), ("long.wav", 61, "longer than 60 s"), ("zero.wav", 1, "digital silence")],
)
def test_a_clip_that_cannot_be_looked_for_is_named(folder, network, like, seconds, complaint):
    if seconds:
        write(folder / like, np.zeros((1 + seconds * RATE // N, N), "float32"))
    else:
        (folder / like).write_text("these are words")
    _, said = search(folder, network, like=like, expect=1)
    assert complaint in said and like in said


def test_results_of_others_are_not_overwritten(folder, network):
    (folder / "out").mkdir()
    (folder / "out" / "segments.csv").write_text("mine")
    _, said = search(folder, network, expect=1)
    assert "out/segments.csv is there, and was not written by this script" in said


def test_killed_in_the_middle_it_goes_on(tmp_path, network):
    for i in range(24):
        windows = sound(i, 4000)
        windows[i] = sound(77)
        write(tmp_path / "in" / f"{i:02}.wav", windows)
    write(tmp_path / "clip.wav", sound(77))
    settings = ["in", "--like", "clip.wav", "--model", str(network), "--top", "24", "--jobs", "1", "--out"]
    command = [sys.executable, str(ROOT / "SearchRecordings.py"), *settings]
    kept = ["--kept", "killed"]
    process = subprocess.Popen([*command, "killed_out", *kept], cwd=tmp_path, stderr=subprocess.DEVNULL)

    def n_done():
        journals = list(tmp_path.glob("killed/*/0/journal.jsonl"))
        return journals[0].read_bytes().count(b"\n") if journals else 0

    wait_until(lambda: n_done() >= 2 or process.poll() is not None)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = n_done()
    assert 2 <= before < 24 and not (tmp_path / "killed_out").exists()
    printed, _ = call_script("SearchRecordings.py", *settings, "killed_out", *kept, cwd=tmp_path)
    assert f"{24 - before} recordings embedded, {before} before" in printed
    call_script("SearchRecordings.py", *settings, "undisturbed", "--kept", "other", cwd=tmp_path)
    same = [(tmp_path / name / "segments.csv").read_bytes() for name in ("killed_out", "undisturbed")]
    assert same[0] == same[1] and same[0].count(b"\n") == 25
