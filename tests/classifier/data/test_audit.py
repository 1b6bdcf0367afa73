import numpy as np
import pytest
import soundfile

from classifier.data import audit
from classifier.data.layouts import Clip, class_folders
from tests.conftest import write_data, write_tone


def check(folder):
    return audit.check(class_folders.clips(folder), folder, least_seconds=2, sample_rate=16_000)


def shortcut(found, name):
    return next(row for row in found["shortcuts"] if row["property"] == name)


def test_what_is_in_a_folder(tmp_path):
    write_data(tmp_path, n=2)
    write_tone(tmp_path / "low tone" / "stereo.flac", seconds=6, rate=44_100, channels=2)
    found = check(tmp_path)
    low = found["labels"]["low tone"]
    assert (low["recordings"], low["groups"], low["hours"]) == (3, 3, pytest.approx(12 / 3600, abs=1e-3))
    assert low["rate"] == {16_000: 2, 44_100: 1}
    assert low["channels"] == {1: 2, 2: 1}
    assert low["codec"] == {"WAV PCM_16": 2, "FLAC PCM_16": 1}
    assert low["seconds"][1] == 3
    assert low["level"][1] == pytest.approx(20 * np.log10(0.3 / np.sqrt(2)), abs=0.1)


def test_the_faulty_are_named(tmp_path):
    write_data(tmp_path, n=2)
    (tmp_path / "low tone" / "text.wav").write_text("these are words")
    write_tone(tmp_path / "low tone" / "short.wav", seconds=0.5)
    soundfile.write(tmp_path / "low tone" / "loud.wav", np.sign(np.sin(np.arange(48_000) / 9)), 16_000)
    soundfile.write(tmp_path / "low tone" / "quiet.wav", 1e-4 * np.ones(48_000), 16_000, subtype="FLOAT")
    found = check(tmp_path)
    assert len(found["unreadable"]) == 1 and "text.wav cannot be read" in found["unreadable"][0]
    assert found["too_short"] == ["low tone/short.wav"]
    assert found["clipped"] == ["low tone/loud.wav"]
    assert found["quiet"] == ["low tone/quiet.wav"]


def test_the_same_sound_is_found_in_another_file_and_under_another_label(tmp_path):
    write_data(tmp_path, n=2)
    samples, rate = soundfile.read(tmp_path / "low tone" / "l0_take.wav")
    soundfile.write(tmp_path / "low tone" / "copy.flac", samples, rate)
    soundfile.write(tmp_path / "high tone" / "wrong.wav", samples, rate)
    found = check(tmp_path)
    assert sorted(found["duplicates"][0]) == ["high tone/wrong.wav", "low tone/copy.flac", "low tone/l0_take.wav"]
    names = ["high tone/wrong.wav (high tone)", "low tone/copy.flac (low tone)", "low tone/l0_take.wav (low tone)"]
    assert [sorted(row) for row in found["two_labels"]] == [names]


def test_two_equal_recordings_of_one_label_are_found(tmp_path):
    write_data(tmp_path, n=2)
    samples, rate = soundfile.read(tmp_path / "low tone" / "l0_take.wav")
    soundfile.write(tmp_path / "low tone" / "copy.flac", samples, rate)
    found = check(tmp_path)
    assert [sorted(names) for names in found["duplicates"]] == [["low tone/copy.flac", "low tone/l0_take.wav"]]
    assert found["two_labels"] == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("rate", {"rate": 44_100}),
        ("channels", {"channels": 2}),
        ("codec", {"subtype": "PCM_24"}),
        ("seconds", {"seconds": 6.0}),
    ],
)
def test_a_property_that_tells_the_labels_is_a_shortcut(tmp_path, name, change):
    for i in range(8):
        write_tone(tmp_path / "a" / f"{i}.wav", seed=i)
        write_tone(tmp_path / "b" / f"{i}.wav", seed=100 + i, **change)
    found = check(tmp_path)
    assert shortcut(found, name)["balanced_accuracy"] == 1
    assert shortcut(found, name)["warning"] == ("differs" if name == "seconds" else "shortcut")
    assert shortcut(found, name)["luck"] == 0.01
    assert shortcut(found, name)["judged_by"] == "other groups"


def test_level_and_bandwidth_differ_and_may_be_the_sound(tmp_path):
    random = np.random.default_rng(0)
    for i in range(8):
        noise = random.normal(0, 0.1, 48_000)
        dull = np.fft.irfft(np.fft.rfft(noise) * (np.fft.rfftfreq(48_000, 1 / 16_000) < 3_000))
        for label, samples in (("a", noise), ("b", dull), ("c", 0.01 * noise)):
            (tmp_path / label).mkdir(exist_ok=True)
            soundfile.write(tmp_path / label / f"{i}.wav", samples, 16_000, subtype="FLOAT")
    found = check(tmp_path)
    assert shortcut(found, "bandwidth")["warning"] == shortcut(found, "level")["warning"] == "differs"
    assert found["labels"]["b"]["bandwidth"][1] == pytest.approx(3_000, abs=100)
    assert shortcut(found, "all together")["balanced_accuracy"] == 1


def test_where_properties_are_dealt_at_random_there_is_no_shortcut(tmp_path):
    random = np.random.default_rng(0)
    for label in "ab":
        for i in range(30):
            write_tone(
                tmp_path / label / f"{i}.wav", seconds=random.uniform(2, 5), rate=int(random.choice([8000, 16000]))
            )
    assert not any(row["warning"] for row in check(tmp_path)["shortcuts"])


def test_few_recordings_are_judged_by_their_format_only(tmp_path):
    write_data(tmp_path, n=2)
    shortcuts = check(tmp_path)["shortcuts"]
    assert {row["property"] for row in shortcuts} == {"rate", "channels", "codec", "all together"}
    assert {row["judged_by"] for row in shortcuts} == {"the same files"}
    assert not any(row["warning"] for row in shortcuts)


def test_a_property_that_few_files_share_by_luck_is_no_shortcut(tmp_path):
    for i in range(2):
        write_tone(tmp_path / "a" / f"{i}.wav", seed=i)
        write_tone(tmp_path / "b" / f"{i}.wav", seed=9 + i, rate=44_100)
    row = shortcut(check(tmp_path), "rate")
    assert (row["balanced_accuracy"], row["warning"]) == (1, "") and row["luck"] > 0.2  # 2 of 6 ways to deal two labels


def test_rates_that_do_not_fit_the_model_are_named(tmp_path):
    write_data(tmp_path, n=2)
    write_tone(tmp_path / "low tone" / "phone.wav", rate=8_000)
    write_tone(tmp_path / "low tone" / "bat.wav", rate=250_000)
    found = check(tmp_path)
    assert found["below_band"] == ["low tone/phone.wav (8000 Hz)"]
    assert found["above_band"] == ["low tone/bat.wav (250000 Hz)"]


def test_names_that_tell_groups_bring_a_proposal(tmp_path):
    for label in "ab":
        for i in range(12):
            write_tone(tmp_path / label / f"machine{label}{i // 3}_{i % 3}.wav", seconds=0.2, seed=i)
    assert "8 groups" in check(tmp_path)["proposal"] and "--group-by '^([^_]+)_'" in check(tmp_path)["proposal"]
    write_data(tmp_path / "other", n=3)
    assert check(tmp_path / "other")["proposal"] == ""


def test_recordings_that_are_mostly_quiet_are_named(tmp_path):
    random = np.random.default_rng(0)
    for label, share in (("bark", 1), ("rain", 30)):
        samples = random.normal(0, 0.001, 30 * 16_000)
        samples[: share * 16_000] += random.normal(0, 0.1, share * 16_000)
        (tmp_path / label).mkdir()
        soundfile.write(tmp_path / label / "0.wav", samples, 16_000)
    assert check(tmp_path)["sparse"] == ["bark/0.wav (14 of 15 windows)"]


def test_padding_that_tells_the_labels_is_said(tmp_path, capsys):
    write_tone(tmp_path / "click" / "0.wav", seconds=0.1)
    write_tone(tmp_path / "rain" / "0.wav", seconds=4)
    found = check(tmp_path)
    audit.show(found)
    printed = capsys.readouterr().out
    assert "padding: 31.7% of the samples in windows (click 95%, rain 0%)" in printed
    assert "WARNING: padding tells the labels (click 95%, rain 0%)" in printed


def test_marked_parts_are_not_padded_and_those_that_end_too_late_are_named(tmp_path):
    write_tone(tmp_path / "a.wav", seconds=6)
    clips = [Clip(tmp_path / "a.wav", "a", "a", start=1, end=1.1), Clip(tmp_path / "a.wav", "b", "a", start=4, end=8)]
    found = audit.check(clips, tmp_path, least_seconds=2, sample_rate=16_000)
    assert found["padding"] == found["too_short"] == []
    assert found["past_the_end"] == [
        f"{tmp_path / 'a.wav'}: the part from 4 to 8 s ends behind the recording, which has 6.00 s; correct its end"
    ]
