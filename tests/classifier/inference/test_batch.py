import json
import os
import shutil
import zipfile
from dataclasses import replace

import numpy as np
import pandas
import pytest
import soundfile

import ClassifyRecordings
from classifier.audio import recording
from classifier.core.errors import InputError
from classifier.inference import batch, result_folder
from classifier.inference.config import ClassificationConfig
from classifier.inference.prediction import predict_signal
from classifier.inference.predictor import load_predictor
from tests.classifier.audio.test_clock import bext, write_wav
from tests.classifier.export.test_inspection import with_metadata
from tests.conftest import write_tone


@pytest.fixture
def tiny(tmp_path):
    """A .tflite made on the spot: windows of 0.1 s, and three labels."""
    (tmp_path / "tiny.tflite").write_bytes(with_metadata())
    return tmp_path / "tiny.tflite"


def config(model, **chosen):
    return ClassificationConfig(model=str(model), **chosen)


def run(folder, out, config, writers="csv", **how):
    return batch.classify_recordings(replace(config, inputs=(str(folder),), out=out, writers=writers, **how))


def test_what_is_finished_is_not_done_again_and_what_changed_is(tiny, tmp_path):
    for i in range(3):
        write_tone(tmp_path / "in" / f"{i}.wav", seconds=0.5, seed=i)
    chosen, out = config(tiny), tmp_path / "out"
    first = run(tmp_path / "in", out, chosen, jobs=1)
    assert (first.done, first.before) == (3, 0)
    written = (out / "segments.csv").read_bytes()
    again = run(tmp_path / "in", out, chosen, jobs=1)
    assert (again.done, again.before) == (0, 3)
    assert (out / "segments.csv").read_bytes() == written

    write_tone(tmp_path / "in" / "1.wav", hertz=3000, seconds=0.7)
    assert (run(tmp_path / "in", out, chosen, jobs=1)).done == 1
    other = config(tiny, overlap=0.5)
    assert run(tmp_path / "in", out, other, jobs=1).done == 3
    model = tmp_path / "other.tflite"
    model.write_bytes(with_metadata(labels="bell\ndog\nwind\n"))
    assert run(tmp_path / "in", out, config(model), jobs=1).done == 3
    shutil.move(tiny, tmp_path / "moved.tflite")
    assert run(tmp_path / "in", out, config(tmp_path / "moved.tflite"), jobs=1).before == 3


def test_rows_come_in_the_order_of_the_recordings_however_many_processes(tiny, tmp_path):
    for i in range(12):
        write_tone(tmp_path / "in" / f"{i:02}.wav", seconds=12.5 - i, seed=i)
    chosen = config(tiny)
    for jobs in (1, 2):
        run(tmp_path / "in", tmp_path / str(jobs), chosen, "csv,jsonl,parquet,summary", jobs=jobs)
    for name in ("segments.csv", "recordings.jsonl", "segments.parquet", "summary.csv"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()
    lines = (tmp_path / "1" / "recordings.jsonl").read_text().splitlines()
    assert [json.loads(line)["files"] for line in lines] == [f"in/{i:02}.wav" for i in range(12)]


def test_workers_of_a_cluster_say_the_same(tiny, tmp_path, cluster):
    for i in range(4):
        write_tone(tmp_path / "in" / f"{i}.wav", seconds=3, seed=i)
    chosen = config(tiny)
    run(tmp_path / "in", tmp_path / "here", chosen, jobs=1)
    run(tmp_path / "in", tmp_path / "there", chosen, scheduler=cluster)
    assert (tmp_path / "here" / "segments.csv").read_bytes() == (tmp_path / "there" / "segments.csv").read_bytes()


def test_a_folder_of_something_else_is_not_written_into(tiny, tmp_path):
    write_tone(tmp_path / "in" / "a.wav")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "segments.csv").write_text("mine")
    with pytest.raises(
        InputError, match="segments.csv is there, and was not written by this script; give another folder with --out"
    ):
        run(tmp_path / "in", tmp_path / "out", config(tiny))
    assert (tmp_path / "out" / "segments.csv").read_text() == "mine"


def test_results_of_a_run_before_are_replaced_and_none_are_left_half_written(tiny, tmp_path):
    chosen, out = config(tiny), tmp_path / "out"
    write_tone(tmp_path / "in" / "a.wav", seconds=0.5)
    run(tmp_path / "in", out, chosen, "audacity,csv")
    (tmp_path / "in" / "a.wav").rename(tmp_path / "in" / "b.wav")
    (out / result_folder.UNFINISHED).mkdir()
    (out / result_folder.UNFINISHED / "left by a killed run").touch()
    run(tmp_path / "in", out, chosen, "audacity,csv")
    assert [path.name for path in (out / "audacity" / "in").iterdir()] == ["b.wav.txt"]
    assert sorted(path.name for path in out.iterdir()) == [
        ".lock",
        ".written.json",
        "audacity",
        "journal.jsonl",
        "segments.csv",
    ]


def test_what_a_person_has_corrected_is_not_written_over(tiny, tmp_path):
    chosen, out = config(tiny), tmp_path / "out"
    write_tone(tmp_path / "in" / "a.wav", seconds=0.5)
    run(tmp_path / "in", out, chosen, "audacity,csv")
    track = out / "audacity" / "in" / "a.wav.txt"
    track.write_text("0.000000\t0.500000\tcorrected\n")
    with pytest.raises(InputError, match="a.wav.txt was changed since it was written: "):
        run(tmp_path / "in", out, chosen, "audacity,csv")
    assert "corrected" in track.read_text()
    run(tmp_path / "in", out, chosen, "csv")  # another output is not held back


def test_what_a_person_corrects_while_a_run_works_is_not_written_over_either(tiny, tmp_path, monkeypatch):
    chosen, out = config(tiny), tmp_path / "out"
    write_tone(tmp_path / "in" / "a.wav", seconds=0.5)
    run(tmp_path / "in", out, chosen, "audacity,csv")
    track, before = out / "audacity" / "in" / "a.wav.txt", (out / "segments.csv").read_bytes()
    write_tone(tmp_path / "in" / "b.wav", seconds=0.5)
    prepare = result_folder.prepare

    def prepared(*args):
        track.write_text("0.000000\t0.500000\tcorrected\n")
        return prepare(*args)

    monkeypatch.setattr(result_folder, "prepare", prepared)
    with pytest.raises(InputError, match="a.wav.txt was changed since it was written: "):
        run(tmp_path / "in", out, chosen, "audacity,csv")
    assert "corrected" in track.read_text() and (out / "segments.csv").read_bytes() == before


def test_an_output_that_no_run_has_written_is_somebody_elses_also_in_a_folder_of_results(tiny, tmp_path):
    write_tone(tmp_path / "in" / "a.wav", seconds=0.5)
    run(tmp_path / "in", tmp_path / "out", config(tiny), "csv")
    (tmp_path / "out" / "summary.csv").write_text("mine\n")
    with pytest.raises(InputError, match="summary.csv is there, and was not written by this script"):
        run(tmp_path / "in", tmp_path / "out", config(tiny), "csv,summary")
    assert (tmp_path / "out" / "summary.csv").read_text() == "mine\n"


def test_raven_finds_the_channel_and_a_recording_whatever_its_name(tiny, tmp_path):
    folder = tmp_path / "a  b"
    two = np.stack([soundfile.read(write_tone(tmp_path / "l.wav", seconds=0.5))[0]] * 2, axis=1)
    folder.mkdir()
    soundfile.write(folder / "two.wav", two, 16_000)
    odd = folder / os.fsdecode(b"caf\xe9.wav")
    shutil.copy(folder / "two.wav", odd)
    rules, out = config(tiny, threshold=0.0), tmp_path / "out"
    assert run(folder, out, rules, "all", channel="each", jobs=1).done == 4
    tables = [pandas.read_csv(path, sep="\t") for path in sorted((out / "raven").rglob("*two*.txt"))]
    assert [table["Channel"].unique().tolist() for table in tables] == [[1], [2]]
    assert {path for table in tables for path in table["Begin Path"]} == {str(folder / "two.wav")}
    (other, _) = sorted((out / "raven").rglob("*caf*.txt"))
    assert set(pandas.read_csv(other, sep="\t")["Begin Path"]) == {str(folder / r"caf\xe9.wav")}


def test_a_label_that_is_named_like_a_column_of_the_probabilities_says_that_it_is_one(tmp_path):
    (tmp_path / "m.tflite").write_bytes(with_metadata(labels="start\nlabel\nrecording\n"))
    write_tone(tmp_path / "in" / "a.wav", seconds=0.5)
    run(tmp_path / "in", tmp_path / "out", config(tmp_path / "m.tflite"), probabilities=True)
    for read, name in ((pandas.read_csv, "probabilities.csv"), (pandas.read_parquet, "probabilities.parquet")):
        assert list(read(tmp_path / "out" / name))[5:] == ["start (label)", "label", "recording (label)"]


def test_totals_say_how_often_and_how_long_each_label_is_recognised(tiny, tmp_path):
    for i in range(2):
        write_tone(tmp_path / "in" / f"{i}.wav", seconds=3, seed=i)
    done = run(tmp_path / "in", tmp_path / "out", config(tiny, threshold=0), jobs=1)
    rows = np.genfromtxt(tmp_path / "out" / "segments.csv", delimiter=",", skip_header=1, usecols=(1, 2))
    totals = list(done.labels.values())
    assert sum(total.segments for total in totals) == len(rows)
    assert sum(total.seconds for total in totals) == pytest.approx(6)
    assert totals == sorted(totals, key=lambda total: -total.seconds)


def test_the_probabilities_of_each_window_are_written_on_request(tiny, tmp_path):
    write_tone(tmp_path / "in" / "20240131_235959.wav", seconds=0.25)
    write_tone(tmp_path / "in" / "b.wav", hertz=3000, seconds=0.1)
    write_wav(tmp_path / "in" / "c.wav", bext(b"2024-02-29", b"12:00:00"))
    plain = run(tmp_path / "in", tmp_path / "plain", config(tiny), jobs=1)
    assert not [path for path in plain.written if path.name.startswith("probabilities")]
    out = tmp_path / "out"
    asked = run(tmp_path / "in", out, config(tiny, overlap=0.5), jobs=1, probabilities=True)
    assert {"probabilities.csv", "probabilities.parquet"} <= {path.name for path in asked.written}
    table, parquet = pandas.read_csv(out / "probabilities.csv"), pandas.read_parquet(out / "probabilities.parquet")
    predictor = load_predictor(tiny)
    assert list(table) == list(parquet) == ["recording", "start", "end", "clock_start", "clock_end", *predictor.labels]
    first = table[table["recording"].str.contains("2024")]
    assert first["start"].tolist() == pytest.approx([0, 0.05, 0.1, 0.15]) and first["end"].iloc[-1] == 0.25
    assert first["clock_end"].iloc[-1] == "2024-01-31 23:59:59.250" and table["clock_end"].isna().sum() == 1
    assert table["clock_start"].iloc[-1] == "2024-02-29 12:00:00.900"
    signal = recording.read(tmp_path / "in" / "20240131_235959.wav", predictor.audio_format.sample_rate)
    expected = predict_signal(predictor, signal, overlap=0.5).windows
    for read in (table, parquet):
        assert read[predictor.labels].to_numpy()[: len(first)] == pytest.approx(expected, abs=1e-6)
    again = run(tmp_path / "in", out, config(tiny, overlap=0.5), jobs=1, probabilities=True)
    assert (again.done, again.before) == (0, 3)


def test_each_channel_is_a_recording_of_its_own_named_by_its_number(tiny, tmp_path):
    left, right = (write_tone(tmp_path / name, hertz=hertz) for name, hertz in (("l.wav", 300), ("r.wav", 3000)))
    tracks, rate = zip(*map(soundfile.read, (left, right)), strict=True)
    (tmp_path / "in").mkdir()
    soundfile.write(tmp_path / "in" / "two.wav", np.stack(tracks, axis=1), rate[0])
    soundfile.write(tmp_path / "in" / "one.wav", tracks[0], rate[0])
    rules, how = config(tiny, threshold=0.0), {"jobs": 1, "probabilities": True, "writers": "audacity"}
    done = run(tmp_path / "in", tmp_path / "out", rules, channel="each", **how)
    assert (done.done, done.failed) == (3, {})
    rows = pandas.read_csv(tmp_path / "out" / "probabilities.csv").set_index("recording")
    names = [str(tmp_path / "in" / name) for name in ("one.wav", "two.wav (channel 1)", "two.wav (channel 2)")]
    assert list(dict.fromkeys(rows.index)) == names
    for name, channel in ((names[1], "first"), (names[2], "second")):
        run(tmp_path / "in" / "two.wav", tmp_path / channel, rules, channel=channel, **how)
        alone = pandas.read_csv(tmp_path / channel / "probabilities.csv").set_index("recording")
        assert rows.loc[name].to_numpy() == pytest.approx(alone.to_numpy(), nan_ok=True)
    files = sorted(path.name for path in (tmp_path / "out" / "audacity").rglob("*.txt"))
    assert len(files) == 3 and any("two channel 2" in name for name in files)
    assert run(tmp_path / "in", tmp_path / "out", rules, channel="each", **how).before == 3
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.write(left, "a.wav")
    with pytest.raises(InputError, match="in.zip!/a.wav: --channel each reads files of this machine; unpack"):
        run(tmp_path / "in.zip", tmp_path / "other", rules, channel="each", **how)


def test_where_nothing_is_recognised_one_sentence_says_what_to_do(tiny, tmp_path, capsys):
    write_tone(tmp_path / "in" / "a.wav", seconds=0.3)
    ClassifyRecordings.show(run(tmp_path / "in", tmp_path / "out", config(tiny, threshold=1.0), jobs=1))
    printed = capsys.readouterr().out
    assert printed.startswith("nothing was recognised: no label reached its threshold in any window; --probabilities")
    assert "heard in" not in printed


def test_a_recording_without_a_label_is_counted_beside_those_that_have_one(tiny, tmp_path, capsys):
    for i in range(2):
        write_tone(tmp_path / "in" / f"{i}.wav", seconds=0.5, hertz=300 + 4000 * i, seed=i)
    first = run(tmp_path / "in", tmp_path / "out", config(tiny), writers="summary", jobs=1)
    highest = pandas.read_csv(tmp_path / "out" / "summary.csv").probability.to_numpy()
    assert highest.min() < highest.max() and not first.failed
    again = run(tmp_path / "in", tmp_path / "other", config(tiny, threshold=float(highest.mean())), jobs=1)
    ClassifyRecordings.show(again)
    assert sum(total.recordings for total in again.labels.values()) == 1
    printed = capsys.readouterr().out
    assert "1 of 2 recordings have no label: over the whole recording none reaches its threshold" in printed
