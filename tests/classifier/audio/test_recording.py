import os
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from benchmarks import damaged_files
from classifier.audio import decoders, recording
from classifier.audio.channels import TRACKS, ChannelLevels
from classifier.audio.windows import cut_audio_pad_last
from classifier.core.errors import InputError
from tests.conftest import write_tone


@pytest.mark.parametrize(
    ("suffix", "settings"),
    [
        (".wav", {}),
        (".WAV", {"subtype": "PCM_24"}),
        (".wav", {"subtype": "FLOAT"}),
        (".flac", {}),
        (".ogg", {}),
        (".mp3", {}),
        (".aiff", {"subtype": "PCM_24"}),
        (".wav", {"subtype": "PCM_U8"}),
        (".wav", {"subtype": "PCM_32"}),
        (".wav", {"subtype": "PCM_16", "format": "WAVEX"}),
        (".caf", {}),
    ],
)
@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (8_000, 1), (44_100, 2), (48_000, 1)])
def test_any_format_rate_and_channels_become_mono_at_the_rate_asked_for(tmp_path, suffix, settings, rate, channels):
    path = write_tone(tmp_path / f"Köln am Rhein{suffix}", hertz=1000, rate=rate, channels=channels, **settings)
    signal = recording.read(path, 16_000)
    assert signal.dtype == np.float32
    assert signal.ndim == 1
    assert abs(len(signal) - 48_000) < 2_500  # codecs pad
    loudest = np.fft.rfftfreq(len(signal), 1 / 16_000)[np.abs(np.fft.rfft(signal)).argmax()]
    assert abs(loudest - 1000) < 2


def encode(path, codec, rate, layout="mono"):
    """Three seconds of a tone of 1 kHz, encoded by PyAV."""
    tone = 0.3 * np.sin(2 * np.pi * 1000 * np.arange(3 * rate) / rate)
    return damaged_files.encode(path, codec, tone.astype("float32"), rate, layout)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("phone.m4a", "aac", 44_100),
        ("lossless.M4A", "alac", 48_000),
        ("raw.aac", "aac", 48_000),
        ("browser.webm", "libopus", 48_000),
        ("chat.opus", "libopus", 48_000),
        ("chat.ogg", "libopus", 48_000),
        ("windows.wma", "wmav2", 44_100),
        ("old phone.3gp", "aac", 16_000),
    ],
)
@pytest.mark.parametrize("layout", ["mono", "stereo"])
def test_what_phones_and_browsers_record(tmp_path, name, codec, rate, layout):
    path = encode(tmp_path / name, codec, rate, layout)
    signal = recording.read(path, 16_000)
    assert signal.dtype == np.float32
    assert abs(len(signal) - 48_000) < 2_500
    loudest = np.fft.rfftfreq(len(signal), 1 / 16_000)[np.abs(np.fft.rfft(signal)).argmax()]
    assert abs(loudest - 1000) < 2
    found = recording.properties(path)
    assert (found.rate, found.channels) == (rate, 1 if layout == "mono" else 2)


@pytest.mark.parametrize("name", ["a.m4a", "a.webm"])
def test_a_compressed_recording_that_is_cut_short(tmp_path, name):
    whole = encode(tmp_path / f"whole {name}", {"m4a": "aac", "webm": "libopus"}[name[2:]], 48_000)
    content = whole.read_bytes()
    path = write_bytes(tmp_path / name, content[: len(content) // 2])
    with pytest.raises(InputError, match=f"{name} (cannot be read|is cut short)"):
        recording.read(path, 16_000)


@pytest.mark.parametrize("playlist", ["#EXTM3U\n#EXTINF:3,\n{}\n#EXT-X-ENDLIST\n", "ffconcat version 1.0\nfile {}\n"])
def test_a_playlist_does_not_open_other_files(tmp_path, playlist):
    other = encode(tmp_path / "other.m4a", "aac", 44_100)
    (tmp_path / "list.m4a").write_text(playlist.format(other.name))
    with pytest.raises(InputError, match="list.m4a cannot be read"):
        recording.read(tmp_path / "list.m4a", 16_000)


def test_a_header_that_would_fill_the_memory_is_refused(tmp_path):
    content = bytearray(whole_wav(tmp_path))
    content[24:28] = (3).to_bytes(4, "little")  # samples a second: resampled, this one would grow 5000-fold
    with pytest.raises(InputError, match="its header says 3 Hz"):
        recording.read(write_bytes(tmp_path / "slow.wav", content), 16_000)


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_blocks_are_the_recording(tmp_path, rate, monkeypatch):
    path = write_tone(tmp_path / "a.wav", rate=rate)
    whole = recording.read(path, 16_000)
    monkeypatch.setattr(decoders, "BLOCK", 1000)
    blocks = list(recording.blocks(path, 16_000))
    assert len(blocks) > 20
    assert np.concatenate(blocks) == pytest.approx(whole, abs=1e-6)


def test_properties_are_those_of_the_header(tmp_path):
    path = write_tone(tmp_path / "a.flac", rate=44_100, channels=2, subtype="PCM_24")
    assert recording.properties(path) == recording.Properties(44_100, 2, "FLAC PCM_24", 3.0)


def test_what_is_written_is_read_again(tmp_path):
    signal = np.linspace(-0.9, 0.9, 1000, dtype="float32")
    recording.write(tmp_path / "a.part", signal, 16_000)
    assert recording.read(tmp_path / "a.part", 16_000) == pytest.approx(signal, abs=1e-4)


def test_channels_are_averaged(tmp_path):
    channels = np.tile([0.6, 0.0, 0.0, 0.0, 0.0, 0.0], (16_000, 1))
    soundfile.write(tmp_path / "six.wav", channels, 16_000)
    assert recording.read(tmp_path / "six.wav", 16_000) == pytest.approx(0.1, abs=1e-3)


def write_bytes(path, content):
    path.write_bytes(content)
    return path


def whole_wav(tmp_path, suffix=".wav"):
    return write_tone(tmp_path / f"whole{suffix}").read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("text.wav", lambda _: b"these are words\n" * 50, "cannot be read"),
        ("empty.wav", lambda _: b"", "cannot be read"),
        ("header.wav", lambda folder: whole_wav(folder)[:30], "cannot be read"),
        ("no samples.wav", lambda folder: whole_wav(folder)[:44], "holds no samples"),
        ("half.wav", lambda folder: whole_wav(folder)[: 44 + 48_000], "cut short: it promises 3.00 s and holds 1.50 s"),
        ("half.flac", lambda folder: whole_wav(folder, ".flac")[:20_000], "cannot be read"),
        ("half.ogg", lambda folder: whole_wav(folder, ".ogg")[:6_000], "its end is missing"),
        ("half.aiff", lambda folder: whole_wav(folder, ".aiff")[: 54 + 48_000], "promises 3.00 s and holds 1.50 s"),
        ("half.mp3", lambda folder: whole_wav(folder, ".mp3")[:6_000], "cut short"),
    ],
)
def test_damaged_recordings_are_named_with_what_is_wrong(tmp_path, name, content, complaint):
    path = write_bytes(tmp_path / name, content(tmp_path))
    with pytest.raises(InputError, match=complaint) as error:
        recording.read(path, 16_000)
    assert name in str(error.value)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_refused(tmp_path, bad):
    samples = np.zeros(1000, "float32")
    samples[500] = bad
    soundfile.write(tmp_path / "nan.wav", samples, 16_000, subtype="FLOAT")
    with pytest.raises(InputError, match="NaN"):
        recording.read(tmp_path / "nan.wav", 16_000)


def test_a_recorder_that_never_went_back_to_its_header_is_read(tmp_path):
    content = bytearray(whole_wav(tmp_path))
    content[40:44] = (0xFFFFFFFF).to_bytes(4, "little")
    assert len(recording.read(write_bytes(tmp_path / "stream.wav", content), 16_000)) == 48_000


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="nowhere.wav: there is no such recording"):
        recording.read(tmp_path / "nowhere.wav", 16_000)
    with pytest.raises(InputError, match="is not a file"):
        recording.read(tmp_path, 16_000)


def test_damaged_files_are_read_or_named_and_never_a_crash(tmp_path):
    wholes = [write_tone(tmp_path / f"whole{suffix}") for suffix in (".wav", ".flac", ".ogg", ".mp3", ".aiff")]
    wholes += [encode(tmp_path / "whole.m4a", "aac", 44_100), encode(tmp_path / "whole.webm", "libopus", 48_000)]
    random, refused = np.random.default_rng(0), 0
    for i in range(140):
        whole = wholes[i % len(wholes)]
        path = write_bytes(
            tmp_path / f"damaged {i}{whole.suffix}",
            damaged_files.damage(whole.read_bytes(), damaged_files.KINDS[i % 4], random),
        )
        try:
            assert np.isfinite(recording.read(path, 16_000)).all()
        except InputError as error:
            assert path.name in str(error)
            refused += 1
    assert 70 < refused < 140


def test_windows_of_a_stream_are_those_of_the_whole(tmp_path, monkeypatch):
    path = write_tone(tmp_path / "a.wav", seconds=3.7)
    expected = cut_audio_pad_last(recording.read(path, 16_000), 16_000, 7_000)
    monkeypatch.setattr(decoders, "BLOCK", 3_001)
    assert np.array_equal(list(recording.windows(path, 16_000, 16_000, 7_000)), expected)


def test_windows_of_a_part_of_a_recording(tmp_path):
    path = write_tone(tmp_path / "a.wav", seconds=3)
    (found,) = recording.windows(path, 16_000, 16_000, start=1.5, end=2.25)
    assert np.array_equal(found[:12_000], recording.read(path, 16_000)[24_000:36_000])
    assert np.isin(found[12_000:], found[:12_000]).all()


@pytest.mark.parametrize(("start", "end"), [(0, 1), (0.5, 2.25), (2, 9)])
def test_a_part_is_cut_out_of_the_whole(tmp_path, start, end):
    path = write_tone(tmp_path / "tone.wav", seconds=3, rate=8_000)
    whole = recording.read(path, 8_000)
    assert np.array_equal(
        recording.read_part(path, 8_000, start, end), whole[round(start * 8_000) : round(end * 8_000)]
    )


def test_what_follows_a_part_is_not_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(decoders, "BLOCK", 1_000)
    path = write_tone(tmp_path / "tone.wav", seconds=3, rate=8_000)
    path.write_bytes(path.read_bytes()[:-20_000])  # cut short after the part
    assert len(recording.read_part(path, 8_000, 0, 0.5)) == 4_000
    with pytest.raises(InputError, match="is cut short"):
        recording.read(path, 8_000)


def test_a_part_behind_the_end_is_an_error(tmp_path):
    with pytest.raises(InputError, match="before the part from 5 s on begins"):
        recording.read_part(write_tone(tmp_path / "tone.wav", seconds=3), 16_000, 5, 6)


def test_a_part_shorter_than_a_sample_is_said_to_be_so(tmp_path):
    path = write_tone(tmp_path / "tone.wav", seconds=3)
    with pytest.raises(
        InputError, match=r"part from 1 to 1.00001 s is shorter than one sample \(0.062 ms at 16000 Hz\)"
    ):
        recording.read_part(path, 16_000, 1, 1.00001)


@pytest.mark.skipif(os.name != "posix", reason="names of other bytes than UTF-8 are of Linux and macOS")
@pytest.mark.parametrize("suffix", [".wav", ".webm"])
def test_a_name_of_other_bytes_than_utf8_is_read(tmp_path, suffix):
    written = tmp_path / f"gun{suffix}"
    if suffix == ".webm":
        encode(written, "libopus", 48_000)
    else:
        write_tone(written)
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/g\xfcn" + suffix.encode()))
    written.rename(path)
    assert len(recording.read(path, 16_000)) == pytest.approx(48_000, abs=1600)


def test_of_several_sound_tracks_the_first_is_read_and_that_is_said(tmp_path):
    path = tmp_path / "two.mka"
    with av.open(str(path), "w", format="matroska") as container:
        tracks = [container.add_stream("pcm_s16le", rate=16_000, layout="mono") for _ in range(2)]
        for track, hertz in zip(tracks, (440, 880), strict=True):
            tone = (8_000 * np.sin(2 * np.pi * hertz * np.arange(16_000) / 16_000)).astype("int16")
            frame = av.AudioFrame.from_ndarray(tone[None], format="s16", layout="mono")
            frame.sample_rate = 16_000
            container.mux(track.encode(frame))
            container.mux(track.encode(None))
    assert recording.properties(path).tracks == 2
    levels = ChannelLevels()
    signal = np.concatenate(list(recording.blocks(path, levels=levels)))
    assert np.abs(np.fft.rfft(signal)).argmax() == 440
    assert levels.oddities() == {TRACKS: "2 tracks"} and levels.oddities("track2") == {}
    for track, hertz in (("track1", 440), ("track2", 880)):
        assert np.abs(np.fft.rfft(recording.read(path, 16_000, track))).argmax() == hertz
    for file, held, track in ((path, 2, "track3"), (write_tone(tmp_path / "one.wav"), 1, "track2")):
        with pytest.raises(InputError, match=f"{file.name} has {held} sound track.*--channel {track} was asked for"):
            recording.read(file, 16_000, track)
