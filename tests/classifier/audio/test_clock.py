from datetime import datetime

import pytest

from classifier.audio import clock
from tests.conftest import write_tone


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("20240131_235959.WAV", "2024-01-31 23:59:59"),
        ("20240131_235959T.WAV", "2024-01-31 23:59:59"),  # an AudioMoth that was triggered
        ("card 1/S4A01234_20190704_013000.wav", "2019-07-04 01:30:00"),
        ("C:\\field\\SMM07_20200229_000000.flac", "2020-02-29 00:00:00"),
        ("20240131T235959+0200_site_5.flac", "2024-01-31 23:59:59"),
        ("rec-20240131-235959.mp3", "2024-01-31 23:59:59"),
        ("20240131235959.wav", "2024-01-31 23:59:59"),
        ("2024-01-31 23-59-59.m4a", "2024-01-31 23:59:59"),
        ("2024-01-31_23.59.59.wav", "2024-01-31 23:59:59"),
        ("2024_01_31_235959.ogg", "2024-01-31 23:59:59"),
        ("archive.zip!/2024-01-31T23:59:59.wav", "2024-01-31 23:59:59"),
        ("5146.200619120109.wav", "2020-06-19 12:01:09"),
        ("5E90A4D4.WAV", "2020-04-10 16:54:44"),
    ],
)
def test_names_of_recorders_say_when_a_recording_began(name, moment):
    assert clock.began(name) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "name",
    ["a.wav", "20241331_235959.wav", "20230229_000000.wav", "010203_040506.wav", "1-100032-A-0.wav", "58000000.wav"]
    + ["00000AAA.wav", "99999999_999999.wav", "20240131_000000_20240131_010000.wav", "18000101_000000.wav", ""],
)
def test_names_that_say_none_or_two_are_left_alone(name):
    assert clock.began(name) is None


def test_a_time_in_the_recording_passes_midnight():
    assert clock.at(clock.began("20240131_235959.WAV"), 1.5) == "2024-02-01 00:00:00.500"
    assert clock.at(None, 1.5) == ""


def chunk(name, content):
    return name + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)


def write_wav(path, more):
    """A second of zeros, with another chunk before it."""
    write_tone(path, seconds=1.0)
    head, rest = path.read_bytes()[:12], path.read_bytes()[12:]
    path.write_bytes(head[:4] + (len(more) + len(rest) + 4).to_bytes(4, "little") + head[8:] + more + rest)
    return path


def bext(date, time):
    return chunk(b"bext", b"".ljust(320) + date + time + bytes(264))


def comment(text):
    return chunk(b"LIST", b"INFO" + chunk(b"ICMT", text))


@pytest.mark.parametrize(
    ("more", "moment"),
    [
        (bext(b"2024-01-31", b"23:59:58"), "2024-01-31 23:59:58"),
        (comment(b"Recorded at 19:17:30 20/04/2018 (UTC) by AudioMoth 0FE0 at gain setting 2"), "2018-04-20 19:17:30"),
        (comment(b"Recorded at 05:00:00.250 03/12/2023 (UTC-7) by AudioMoth 0FE0"), "2023-12-03 05:00:00"),
    ],
)
def test_a_header_says_when_a_recording_began(more, moment, tmp_path):
    assert clock.of_header(write_wav(tmp_path / "a.wav", more)) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "more",
    [b"", bext(b"0000-00-00", b"00:00:00"), bext(b"\xff" * 10, b"\xff" * 8), bext(b"2024-01-31", b"        ")]
    + [comment(b"Recorded at 25:00:00 20/04/2018 (UTC)"), comment(b"at 19:17:30"), bext(b"1970-01-01", b"00:00:00")],
)
def test_a_header_without_a_moment_says_none(more, tmp_path):
    assert clock.of_header(write_wav(tmp_path / "a.wav", more)) is None


def test_what_is_no_wav_or_not_there_says_none(tmp_path):
    (tmp_path / "a.wav").write_text("no sound")
    assert [clock.of_header(tmp_path / name) for name in ("a.wav", "b.wav")] == [None, None]
