import json
import os
import shutil
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from classifier.audio import recording
from classifier.core.errors import InputError
from classifier.data import inputs
from classifier.inference import batch, prediction
from classifier.inference.segments import Merger
from tests.classifier.export.test_inspection import with_metadata
from tests.classifier.service.test_workers import write_hours
from tests.conftest import write_tone


@pytest.fixture
def tiny(tmp_path):
    """A .tflite made on the spot: windows of 0.1 s, and three labels."""
    (tmp_path / "tiny.tflite").write_bytes(with_metadata())
    return tmp_path / "tiny.tflite"


def classified(path, settings, **how):
    i, where, found = batch.classify(7, str(path), "a name", settings, **how)
    assert (i, where) == (7, str(path))
    return found


def run(folder, out, settings, write=("csv",), **how):
    sources, _ = inputs.find([str(folder)])
    made, predictor = settings
    return batch.run(sources, made, predictor, out, write, **how)


@pytest.mark.parametrize(("overlap", "smooth"), [(0.0, 1), (0.7, 3)])
def test_a_recording_read_in_blocks_is_answered_like_the_whole(tiny, tmp_path, monkeypatch, overlap, smooth):
    monkeypatch.setattr(recording, "BLOCK", 12_345)
    path = write_tone(tmp_path / "tone.flac", seconds=9.876, rate=44_100, channels=2)
    settings, predictor = batch.settings(tiny, 0.55, overlap, smooth, merge_gap=0.1)
    whole = prediction.answer(predictor, recording.read(path, 16_000), overlap)
    merger = Merger(settings.rules, predictor.audio_format, round(1600 * (1 - overlap)))
    merger.add(whole.windows)
    found = classified(path, settings)
    expected = merger.finish(len(recording.read(path, 16_000)))
    assert len(expected) > 1
    assert [row[1:] for row in found["segments"]] == [
        pytest.approx([s.start, s.end, s.peak, s.mean], abs=1e-6) for s in expected
    ]
    assert found["seconds"] == pytest.approx(9.876, abs=1e-3)
    assert found["highest"] == 8000
    assert found["label"] == replace(whole, thresholds=settings.named).label
    assert found["probability"] == pytest.approx(whole.recording.max(), abs=1e-6)
    assert classified(path, settings, threads=3) == found


def test_memory_does_not_grow_with_the_recording(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "BLOCK", 1 << 16)
    path = write_tone(tmp_path / "five minutes.flac", seconds=300)  # 19 MB as float32
    settings, _ = batch.settings(tiny)
    classified(write_tone(tmp_path / "first.wav"), settings)  # imports are not the recording's
    tracemalloc.start()
    found = classified(path, settings)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found["seconds"] == 300
    assert peak < 5e6


def test_a_header_that_promises_a_day_is_not_believed(tiny, tmp_path):
    path = write_hours(tmp_path / "day.wav", hours=24)
    os.truncate(path, 50_000)
    said = classified(path, batch.settings(tiny)[0])
    assert said.startswith("a name is cut short: it promises 86400.00 s and holds 6.2")


def test_what_can_not_be_read_is_a_reason_with_the_name(tiny, tmp_path):
    settings, _ = batch.settings(tiny)
    assert classified(tmp_path / "nowhere.wav", settings) == "a name: there is no such recording"
    (tmp_path / "text.wav").write_text("words")
    assert "a name cannot be read" in classified(tmp_path / "text.wav", settings)


def test_thresholds_are_those_of_the_training_also_of_a_file_in_the_folder(trained, tmp_path):
    folder = shutil.copytree(trained.out / "mel", tmp_path / "mel")
    about = json.loads((folder / "run.json").read_text())
    chosen = {"song": 0.61, "speech": 0.52}
    (folder / "run.json").write_text(json.dumps({**about, "thresholds": chosen}))
    for model in (folder, folder / "model_mel_audio_metadata.tflite"):
        settings, _ = batch.settings(model)
        assert (settings.rules.thresholds, settings.named, settings.rules.independent) == (chosen, chosen, False)
    alone = shutil.copy(folder / "model_mel_audio_metadata.tflite", tmp_path / "alone.tflite")
    assert batch.settings(alone)[0].rules.thresholds == {"song": 0.5, "speech": 0.5}
    assert batch.settings(folder, threshold=0.8)[0].rules.thresholds == {"song": 0.8, "speech": 0.8}


def test_yamnet_hears_several_sounds_in_a_window_and_each_needs_its_threshold(weights_here):
    settings, _ = batch.settings("yamnet")
    assert settings.rules.independent
    assert settings.rules.thresholds == dict.fromkeys(settings.rules.labels, 0.5)
    assert "Silence" in settings.rules.labels


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [({"overlap": 1}, "--overlap 1"), ({"smooth": 2}, "--smooth 2: give an odd"), ({"smooth": -1}, "--smooth -1"),
     ({"merge_gap": -0.5}, "--merge-gap -0.5"),
     ({"min_duration": -1}, "--min-duration -1"), ({"threshold": 1.5}, "--threshold 1.5")],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(setting, complaint, tmp_path):
    with pytest.raises(InputError, match=complaint):
        batch.settings(tmp_path, **setting)


def test_what_is_finished_is_not_done_again_and_what_changed_is(tiny, tmp_path):
    for i in range(3):
        write_tone(tmp_path / "in" / f"{i}.wav", seconds=0.5, seed=i)
    settings, out = batch.settings(tiny), tmp_path / "out"
    first = run(tmp_path / "in", out, settings, jobs=1)
    assert (first.done, first.before) == (3, 0)
    written = (out / "segments.csv").read_bytes()
    again = run(tmp_path / "in", out, settings, jobs=1)
    assert (again.done, again.before) == (0, 3)
    assert (out / "segments.csv").read_bytes() == written

    write_tone(tmp_path / "in" / "1.wav", hertz=3000, seconds=0.7)
    assert (run(tmp_path / "in", out, settings, jobs=1)).done == 1
    other = batch.settings(tiny, overlap=0.5)
    assert run(tmp_path / "in", out, other, jobs=1).done == 3
    model = tmp_path / "other.tflite"
    model.write_bytes(with_metadata(labels="bell\ndog\nwind\n"))
    assert run(tmp_path / "in", out, batch.settings(model), jobs=1).done == 3
    shutil.move(tiny, tmp_path / "moved.tflite")
    assert run(tmp_path / "in", out, batch.settings(tmp_path / "moved.tflite"), jobs=1).before == 3


def test_rows_come_in_the_order_of_the_recordings_however_many_processes(tiny, tmp_path):
    for i in range(12):
        write_tone(tmp_path / "in" / f"{i:02}.wav", seconds=12.5 - i, seed=i)
    settings = batch.settings(tiny)
    for jobs in (1, 2):
        run(tmp_path / "in", tmp_path / str(jobs), settings, ("csv", "jsonl", "parquet", "summary"), jobs=jobs)
    for name in ("segments.csv", "recordings.jsonl", "segments.parquet", "summary.csv"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()
    lines = (tmp_path / "1" / "recordings.jsonl").read_text().splitlines()
    assert [json.loads(line)["files"] for line in lines] == [f"in/{i:02}.wav" for i in range(12)]


def test_workers_of_a_cluster_say_the_same(tiny, tmp_path, cluster):
    for i in range(4):
        write_tone(tmp_path / "in" / f"{i}.wav", seconds=3, seed=i)
    settings = batch.settings(tiny)
    run(tmp_path / "in", tmp_path / "here", settings, jobs=1)
    run(tmp_path / "in", tmp_path / "there", settings, scheduler=cluster)
    assert (tmp_path / "here" / "segments.csv").read_bytes() == (tmp_path / "there" / "segments.csv").read_bytes()


def test_a_folder_of_something_else_is_not_written_into(tiny, tmp_path):
    write_tone(tmp_path / "in" / "a.wav")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "segments.csv").write_text("mine")
    with pytest.raises(InputError, match="segments.csv is there, and not from here; give another folder with --out"):
        run(tmp_path / "in", tmp_path / "out", batch.settings(tiny))
    assert (tmp_path / "out" / "segments.csv").read_text() == "mine"


def test_results_of_a_run_before_are_replaced_and_none_are_left_half_written(tiny, tmp_path):
    settings, out = batch.settings(tiny), tmp_path / "out"
    write_tone(tmp_path / "in" / "a.wav", seconds=0.5)
    run(tmp_path / "in", out, settings, ("audacity", "csv"))
    (tmp_path / "in" / "a.wav").rename(tmp_path / "in" / "b.wav")
    (out / batch.UNFINISHED).mkdir()
    (out / batch.UNFINISHED / "left by a killed run").touch()
    run(tmp_path / "in", out, settings, ("audacity", "csv"))
    assert [path.name for path in (out / "audacity" / "in").iterdir()] == ["b.wav.txt"]
    assert sorted(path.name for path in out.iterdir()) == [".lock", "audacity", "journal.jsonl", "segments.csv"]


def test_a_table_says_how_often_and_how_long_each_label_is_heard(tiny, tmp_path):
    for i in range(2):
        write_tone(tmp_path / "in" / f"{i}.wav", seconds=3, seed=i)
    done = run(tmp_path / "in", tmp_path / "out", batch.settings(tiny, threshold=0), jobs=1)
    rows = np.genfromtxt(tmp_path / "out" / "segments.csv", delimiter=",", skip_header=1, usecols=(1, 2))
    assert sum(segments for _, segments, _ in done.labels.values()) == len(rows)
    assert sum(seconds for *_, seconds in done.labels.values()) == pytest.approx(6)
    assert list(done.labels.values()) == sorted(done.labels.values(), key=lambda row: -row[2])
