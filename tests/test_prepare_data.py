"""Preparing, checking and downloading as users do it."""

import json
import signal
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from classifier.data.clips import read_clips
from tests.conftest import ROOT, call_script, next_command, run_script, write_data, write_tone

BY_SPEAKER = ("--group-by", "^([^_]+)_")


def prepare(data, *args, expect=0):
    return call_script("PrepareData.py", data, "--out", data.parent / "out", *args, cwd=data.parent, expect=expect)


def manifest(folder):
    return [json.loads(line) for line in (folder / "out" / "manifest.jsonl").read_text().splitlines()]


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write_spoken(path, before=1.0, seconds=3.0, after=1.0, rate=44_100, **kwargs):
    """A tone between silences."""
    path.parent.mkdir(parents=True, exist_ok=True)
    times = np.arange(round(seconds * rate)) / rate
    parts = [np.zeros(round(before * rate)), 0.3 * np.sin(2 * np.pi * 500 * times), np.zeros(round(after * rate))]
    soundfile.write(path, np.tile(np.concatenate(parts)[:, None], (1, 2)), rate, **kwargs)
    return path


@pytest.fixture
def raw(tmp_path):
    """Silence and speech in several formats; two speakers."""
    data = tmp_path / "raw"
    write_tone(data / "silence" / "room_1.wav", seconds=12, rate=48_000)
    write_spoken(data / "speech" / "anna_1.flac", seconds=12)
    write_spoken(data / "speech" / "anna_2.ogg")
    write_spoken(data / "speech" / "deep" / "anna_3.WAV", rate=8_000)
    write_spoken(data / "speech" / "ben_1.mp3")
    return data


def test_raw_recordings_become_mono_at_the_rate_of_the_audio_format_without_silence(raw):
    before = files(raw)
    printed, _ = prepare(raw, *BY_SPEAKER)
    assert files(raw) == before
    out = raw.parent / "out"
    written = {path.relative_to(out).as_posix(): soundfile.info(path) for path in out.rglob("*.wav")}
    assert set(written) == {"silence/room_1.wav", "speech/anna_1.wav", "speech/anna_2 +1.wav", "speech/ben_1.wav"}
    assert {(info.samplerate, info.channels, info.subtype) for info in written.values()} == {(16_000, 1, "PCM_16")}
    assert written["silence/room_1.wav"].duration == pytest.approx(12, abs=0.01)  # silence is not trimmed away
    assert written["speech/anna_1.wav"].duration == pytest.approx(12, abs=0.3)
    assert written["speech/anna_2 +1.wav"].duration == pytest.approx(6, abs=0.5)  # two short ones of a speaker
    assert written["speech/ben_1.wav"].duration == pytest.approx(3, abs=0.3)  # alone: nobody else's is put to it
    assert next_command(printed) == ["PrepareData.py", "--check", str(out)]


def test_the_manifest_says_what_made_each_output_and_training_reads_the_groups_from_it(raw):
    prepare(raw, *BY_SPEAKER)
    joined = next(entry for entry in manifest(raw.parent) if len(entry["inputs"]) == 2)
    assert [row["path"] for row in joined["inputs"]] == ["speech/anna_2.ogg", "speech/deep/anna_3.WAV"]
    assert joined["settings"]["top_db"] == 30
    assert joined["outputs"][0]["path"] == "speech/anna_2 +1.wav"
    assert joined["outputs"][0]["peak_db"] == pytest.approx(-10.5, abs=0.5)
    groups = {clip.path.name: clip.group for clip in read_clips(raw.parent / "out")}
    assert groups == {"room_1.wav": "room", "anna_1.wav": "anna", "anna_2 +1.wav": "anna", "ben_1.wav": "ben"}


def test_a_second_run_does_only_what_is_missing(raw):
    prepare(raw)
    out = raw.parent / "out"
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*.wav")}
    write_spoken(raw / "speech" / "new.wav")
    (out / "speech" / "ben_1.wav").unlink()
    prepare(raw)
    again = {path: path.stat().st_mtime_ns for path in out.rglob("*.wav")}
    assert {path.name for path in again if times.get(path) != again[path]} == {"new.wav", "ben_1.wav"}


def test_what_the_inputs_no_longer_make_is_taken_away_and_nothing_else(raw):
    prepare(raw, *BY_SPEAKER)
    mine = write_tone(raw.parent / "out" / "speech" / "mine.wav")
    other = write_data(raw.parent / "other", n=1, labels=("speech", "song"))
    call_script("PrepareData.py", other, "--out", raw.parent / "out", cwd=raw.parent)
    (raw / "speech" / "deep" / "anna_3.WAV").unlink()
    _, said = prepare(raw, *BY_SPEAKER)
    names = {path.name for path in (raw.parent / "out" / "speech").iterdir()}
    assert names == {"anna_1.wav", "anna_2.wav", "ben_1.wav", mine.name, "s0_take.wav"}
    assert "deleted 1 files" in said


def test_names_that_would_meet_are_kept_apart(tmp_path):
    data = tmp_path / "raw"
    write_tone(data / "a" / "take.wav", hertz=300)
    write_tone(data / "a" / "take.flac", hertz=400)
    write_tone(data / "b" / "x.wav")
    write_tone(tmp_path / "out" / "b" / "x.wav", hertz=999)
    before = (tmp_path / "out" / "b" / "x.wav").read_bytes()
    prepare(data)
    assert {path.name for path in (tmp_path / "out" / "a").iterdir()} == {"take.wav", "take (2).wav"}
    assert {path.name for path in (tmp_path / "out" / "b").iterdir()} == {"x.wav", "x (2).wav"}
    assert (tmp_path / "out" / "b" / "x.wav").read_bytes() == before
    prepare(data)
    assert len(list((tmp_path / "out").rglob("*.wav"))) == 4


def test_split_cuts_silence_out_of_the_inside(raw):
    path = raw / "speech" / "anna_1.flac"
    samples, rate = soundfile.read(path)
    soundfile.write(path, np.concatenate([samples, samples]), rate)
    prepare(raw, "--split", "--join-recordings", 0)
    assert soundfile.info(raw.parent / "out" / "speech" / "anna_1.wav").duration == pytest.approx(24, abs=0.6)


@pytest.mark.parametrize("how", ["quietest", "whole", "a file"])
def test_noise_is_taken_away(tmp_path, how):
    random = np.random.default_rng(0)
    noise = random.normal(0, 0.01, 16_000 * 5)
    for i, label in enumerate(("a", "b", "silence")):
        samples = random.normal(0, 0.01, 16_000 * 12)
        if label != "silence":
            samples[64_000:] += 0.3 * np.sin(np.arange(len(samples) - 64_000) * (0.1 + 0.1 * i))
        (tmp_path / "raw" / label).mkdir(parents=True)
        soundfile.write(tmp_path / "raw" / label / "x.wav", samples, 16_000)
    soundfile.write(tmp_path / "noise.wav", noise, 16_000)
    prepare(tmp_path / "raw", "--denoise", "noise.wav" if how == "a file" else how, "--top-db", 100)
    for label, at_most in (("a", 0.004), ("b", 0.004)):
        cleaned, _ = soundfile.read(tmp_path / "out" / label / "x.wav")
        assert len(cleaned) == 16_000 * 12
        assert np.sqrt(np.mean(cleaned[:48_000] ** 2)) < at_most
    silence, _ = soundfile.read(tmp_path / "out" / "silence" / "x.wav")
    assert np.sqrt(np.mean(silence**2)) == pytest.approx(0.01, rel=0.1)


def test_unreadable_loud_and_quiet_recordings_are_named(raw):
    (raw / "speech" / "text.wav").write_text("these are words")
    soundfile.write(raw / "speech" / "loud.wav", np.sign(np.sin(np.arange(200_000) / 9)), 16_000)
    soundfile.write(raw / "speech" / "faint.wav", 1e-4 * np.sin(np.arange(200_000) / 9), 16_000, subtype="FLOAT")
    printed, _ = prepare(raw)
    assert "text.wav cannot be read" in printed
    assert "clipped: recorded too loud: 1\n  speech/loud.wav" in printed
    assert "hardly audible: 1\n  speech/faint.wav" in printed
    assert "text.wav cannot be read" in prepare(raw)[0]  # nor the second time


def test_the_rate_that_is_asked_for_is_kept_and_lost_ultrasound_is_said(tmp_path):
    data = tmp_path / "raw"
    write_tone(data / "bat" / "night_1.wav", hertz=90_000, seconds=12, rate=250_000)
    write_tone(data / "bird" / "day_1.wav", seconds=12)
    printed, _ = prepare(data, "--sample-rate", "250000")
    assert soundfile.info(tmp_path / "out" / "bat" / "night_1.wav").samplerate == 250_000
    assert "which tells them from others" in printed and "bird/day_1.wav (16000 Hz)" in printed
    assert "ultrasound is not in what is written" in prepare(data)[0]


def test_long_recordings_become_parts_of_one_group(tmp_path):
    write_tone(tmp_path / "raw" / "a" / "long.flac", seconds=1500, rate=2_000)
    write_tone(tmp_path / "raw" / "b" / "x.wav")
    prepare(tmp_path / "raw", "--sample-rate", 4_000)
    found = read_clips(tmp_path / "out")
    seconds = {clip.path.name: soundfile.info(clip.path).duration for clip in found if clip.label == "a"}
    assert seconds == pytest.approx({"long.wav": 600, "long @600 s.wav": 600, "long @1200 s.wav": 300}, abs=0.1)
    assert len({clip.group for clip in found if clip.label == "a"}) == 1


def test_parts_folds_and_labels_of_a_table_are_kept(tmp_path):
    write_tone(tmp_path / "raw" / "day.wav", seconds=30)
    rows = ["path,label,fold,start,end", "day.wav,bird,1,0,11", "day.wav,wind,1,12.5,30"]
    (tmp_path / "raw" / "clips.csv").write_text("\n".join(rows) + "\n")
    prepare(tmp_path / "raw")
    found = read_clips(tmp_path / "out")
    durations = [round(soundfile.info(clip.path).duration, 2) for clip in found]
    assert [(clip.label, clip.group, clip.fold) for clip in found] == [("bird", "day.wav", 1), ("wind", "day.wav", 1)]
    assert durations == pytest.approx([11, 17.5], abs=0.05)


def test_a_killed_run_is_gone_on_with(tmp_path):
    for i in range(60):
        write_spoken(tmp_path / "raw" / "ab"[i % 2] / f"{i}.wav", seconds=11)
    command = [sys.executable, ROOT / "PrepareData.py", tmp_path / "raw", "--out", tmp_path / "out"]
    done = tmp_path / "out" / "manifest.jsonl"
    with subprocess.Popen([*command, "--denoise", "whole"], stderr=subprocess.DEVNULL, cwd=tmp_path) as child:
        while not list((tmp_path / "out").rglob("[!.]*.wav")) or '"rms_db"' not in done.read_text():
            assert child.poll() is None
        child.send_signal(signal.SIGKILL)
    whole = [json.loads(line) for line in done.read_text().splitlines(keepends=True) if line.endswith("\n")]
    finished = {entry["outputs"][0]["path"] for entry in whole if "begun" not in entry}
    assert 0 < len(finished) < 60
    times = {path: (tmp_path / "out" / path).stat().st_mtime_ns for path in finished}
    prepare(tmp_path / "raw", "--denoise", "whole")
    assert {path: (tmp_path / "out" / path).stat().st_mtime_ns for path in finished} == times
    assert len(list((tmp_path / "out").rglob("*.wav"))) == len(manifest(tmp_path)) == 60
    assert not [path for path in (tmp_path / "out").rglob(".*") if path.name != ".lock"]


def test_a_folder_that_a_killed_run_left_has_the_right_groups(tmp_path):
    write_tone(tmp_path / "a" / "x.wav")
    entry = {"id": "1", "data": "raw", "group": "anna", "fold": None, "split": None, "begun": True}
    (tmp_path / "manifest.jsonl").write_text(json.dumps({**entry, "outputs": [{"path": "a/x.wav"}]}) + "\n")
    write_tone(tmp_path / "b" / "y.wav")
    assert [clip.group for clip in read_clips(tmp_path)] == ["anna", "b/y.wav"]


def test_one_recording_is_drawn_before_and_after(raw):
    printed, _ = call_script("PrepareData.py", raw / "speech" / "anna_1.flac", "--split", cwd=raw.parent)
    assert (raw.parent / "anna_1_prepared.png").read_bytes().startswith(b"\x89PNG")
    assert "wrote anna_1_prepared.png" in printed
    assert not (raw.parent / "out").exists()


def test_the_first_recording_is_drawn_on_request(raw):
    prepare(raw, "--plot")
    assert (raw.parent / "anna_1_prepared.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["nowhere"], "nowhere: there is no such folder"),
        (["raw", "--denoise", "nowhere.wav"], "nowhere.wav: there is no such recording"),
        (["raw", "--out", "raw/out"], "lie in each other"),
        (["raw", "--layout", "nothing"], "'nothing' is none of the layouts: annotations, class_folders, esc10"),
        (["raw", "--layout", "esc50"], "esc50.csv is not there"),
        (["--check", "nowhere"], "nowhere: there is no such folder"),
        (["--download", "nothing"], "there is no corpus 'nothing'; there are esc50"),
    ],
)
def test_what_can_not_be_used_is_explained(raw, args, complaint):
    _, said = call_script("PrepareData.py", *args, cwd=raw.parent, expect=1)
    assert complaint in said
    assert not (raw.parent / "data_long").exists()


def test_a_label_that_leads_out_of_the_folder_is_refused(tmp_path):
    write_tone(tmp_path / "raw" / "a.wav")
    (tmp_path / "raw" / "clips.csv").write_text("path,label,start\na.wav,../../x,0\na.wav,y,2\n")
    _, said = call_script("PrepareData.py", tmp_path / "raw", "--out", tmp_path / "out", cwd=tmp_path, expect=1)
    assert "mixed labels" in said
    (tmp_path / "raw" / "clips.csv").write_text("path,label,start,end\na.wav,../../x,0,1\na.wav,y,2,\n")
    _, said = call_script("PrepareData.py", tmp_path / "raw", "--out", tmp_path / "out", cwd=tmp_path, expect=1)
    assert "'../../x' cannot be the name of a folder" in said


def test_a_licence_is_shown_and_not_accepted_for_anybody(tmp_path):
    _, said = run_script("PrepareData.py", "--download", "vocalset", cwd=tmp_path, expect=1, stdin=subprocess.DEVNULL)
    assert "CC BY 4.0" in said
    assert "accept it with --yes" in said


def test_a_check_up_as_page_picture_and_json(raw):
    printed, _ = call_script("PrepareData.py", "--check", raw, "--plot", cwd=raw.parent)
    assert (raw.parent / "check.png").read_bytes().startswith(b"\x89PNG")
    assert "silence" in printed and "speech" in printed
    assert next_command(printed) == ["TrainModel.py", "--data", str(raw)]
    printed, _ = call_script("PrepareData.py", "--check", raw, "--json", cwd=raw.parent)
    assert json.loads(printed)["labels"]["silence"]["recordings"] == 1


def test_without_arguments_the_data_that_training_would_take_is_checked(tmp_path):
    printed, _ = run_script("PrepareData.py", cwd=tmp_path)
    assert "data_" in printed
    assert "rate" in printed


def test_formats_that_three_files_differ_in_by_luck_are_no_shortcut(shared_data, tmp_path):
    printed, _ = call_script("PrepareData.py", "--check", shared_data / "formats", cwd=tmp_path)
    line = next(line for line in printed.splitlines() if line.startswith("rate "))
    assert "SHORTCUT" not in line and "100%" in line  # any three files would do as well
    assert "silence 44100; song 44100; speech 48000" in line


def test_files_of_unknown_suffix_are_counted_by_the_check_and_by_preparing(raw):
    for name in ("a.pcm", "deep/b.pcm", "Thumbs.db", "notes.txt"):
        (raw / "speech" / name).write_bytes(bytes(500))
    said = f"left out: 1\n  {raw}: 2 files left out, for their suffixes are no recording's (.pcm 2); if they hold sound"
    assert said in prepare(raw, *BY_SPEAKER)[0]
    assert said in call_script("PrepareData.py", "--check", raw, cwd=raw.parent)[0]
    printed, _ = call_script("PrepareData.py", "--check", raw, "--json", cwd=raw.parent)
    assert "(.pcm 2)" in json.loads(printed)["left_out"][0]


def test_each_channel_becomes_a_recording_of_its_group(tmp_path):
    times = np.arange(3 * 16_000) / 16_000
    tones = [0.3 * np.sin(2 * np.pi * hertz * times) for hertz in (500, 900)]
    (tmp_path / "raw" / "bird").mkdir(parents=True)
    soundfile.write(tmp_path / "raw" / "bird" / "two.wav", np.stack(tones, axis=1), 16_000)
    soundfile.write(tmp_path / "raw" / "bird" / "one.wav", tones[0], 16_000)
    write_tone(tmp_path / "raw" / "frog" / "0.wav")
    prepare(tmp_path / "raw", "--channel", "each")
    found = {path.name: soundfile.read(path)[0] for path in (tmp_path / "out" / "bird").iterdir()}
    assert sorted(found) == ["one.wav", "two channel 2.wav", "two.wav"]
    hertz = {name: round(np.abs(np.fft.rfft(signal, 16_000)).argmax()) for name, signal in found.items()}
    assert hertz == {"one.wav": 500, "two.wav": 500, "two channel 2.wav": 900}
    groups = {clip.path.name: clip.group for clip in read_clips(tmp_path / "out")}
    assert groups["two.wav"] == groups["two channel 2.wav"] != groups["one.wav"]


def test_odd_channels_are_named_by_the_check(tmp_path):
    tone = 0.3 * np.sin(np.arange(48_000))
    (tmp_path / "a").mkdir()
    for name, right in (("opposite", -tone), ("half", 0 * tone), ("fine", tone)):
        soundfile.write(tmp_path / "a" / f"{name}.wav", np.stack([tone, right], axis=1), 16_000)
    write_tone(tmp_path / "b" / "0.wav")
    soundfile.write(tmp_path / "a" / "scale.wav", 32_767 * tone, 16_000, subtype="FLOAT")
    printed, _ = call_script("PrepareData.py", "--check", tmp_path, cwd=tmp_path)
    assert "a/opposite.wav (" in printed and "a/half.wav (channel 2 of 2, 6 dB)" in printed
    assert "scale.wav reaches 9830" in printed and "int16 scale? Divide it by 32768" in printed
    assert "fine.wav (" not in printed
    printed, _ = call_script("PrepareData.py", "--check", tmp_path, "--channel", "first", cwd=tmp_path)
    assert "cancel" not in printed and "silent beside" not in printed
    assert next_command(printed)[-2:] == ["--channel", "first"]
