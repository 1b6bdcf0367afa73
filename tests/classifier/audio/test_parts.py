"""Recordings whose headers lie, and several in one file; written by hand from the formats, or by real encoders."""

import struct

import numpy as np
import pytest
import soundfile

from benchmarks import damaged_files
from classifier.audio import other_formats, parts, recording, streams
from classifier.core.errors import InputError
from tests.conftest import write_tone

RATE = 16_000
OPEN = 0xFFFFFFFF


def tone(hertz=440, seconds=2.0, rate=RATE):
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype("float32")


SIGNAL = tone() + np.random.default_rng(0).normal(0, 0.01, 2 * RATE).astype("float32")
PCM = (SIGNAL * 32767).astype("<i2")
EXACT = PCM.astype("float32") / 32768
FMT = struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16)


def chunk(name, content, size=None, order="<"):
    return (
        name + struct.pack(f"{order}I", len(content) if size is None else size) + content + b"\0" * (len(content) % 2)
    )


def riff(*chunks, name=b"RIFF", size=None):
    body = b"WAVE" + b"".join(chunks)
    return name + struct.pack("<I", len(body) if size is None else size) + body


def wav(size, content=None, behind=b"", before=b""):
    content = PCM.tobytes() if content is None else content
    return riff(before, chunk(b"fmt ", FMT), chunk(b"data", content, size), behind)


def aiff(size, content=None, frames=None, behind=b"", kind=None):
    content = PCM.astype(">i2").tobytes() if content is None else content
    frames = len(content) // 2 if frames is None else frames
    comm = struct.pack(">HIH", 1, frames, 16) + struct.pack(">HQ", 16383 + 13, RATE << (63 - 13))
    comm += (kind + b"\0\0") if kind else b""
    size = 8 + len(content) if size is None else size
    body = (b"AIFC" if kind else b"AIFF") + chunk(b"COMM", comm, order=">")
    body += chunk(b"SSND", bytes(8) + content, size, ">") + behind
    return b"FORM" + struct.pack(">I", len(body)) + body


def au(size, content=None, order=">"):
    content = PCM.astype(f"{order}i2").tobytes() if content is None else content
    return (b".snd" if order == ">" else b"dns.") + struct.pack(f"{order}5I", 24, size, 3, RATE, 1) + content


def caf(size, behind=b"", order=2):
    desc = struct.pack(">d4s5I", RATE, b"lpcm", order, 2, 1, 1, 16)
    content = bytes(4) + PCM.astype("<i2" if order else ">i2").tobytes()
    size = len(content) if size is None else size
    return (
        b"caff\0\1\0\0" + b"desc" + struct.pack(">q", 32) + desc + b"data" + struct.pack(">q", size) + content + behind
    )


def w64(size):
    def of(name, content, size=None):
        guid = name + bytes.fromhex("F3ACD3118CD100C04F8EDB8A")
        whole = guid + struct.pack("<Q", 24 + len(content) if size is None else size) + content
        return whole + bytes(-len(whole) % 8)

    inside = b"wave" + bytes.fromhex("F3ACD3118CD100C04F8EDB8A") + of(b"fmt ", FMT)
    inside += of(b"data", PCM.tobytes(), size)
    return b"riff" + bytes.fromhex("2E91CF11A5D628DB04C10000") + struct.pack("<Q", 24 + len(inside)) + inside


def rf64(size, large, name=b"RF64"):
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, large, 0, 0))
    return riff(ds64, chunk(b"fmt ", FMT), chunk(b"data", PCM.tobytes(), size), name=name, size=OPEN)


LIST = chunk(b"LIST", b"INFOISFT" + struct.pack("<I", 6) + b"phone\0")
N = 2 * len(PCM)
WHOLE = {
    "whole.wav": wav(N),
    "list behind.wav": wav(N, behind=LIST),
    "list before.wav": wav(N, before=LIST),
    "quarter declared.wav": wav(N // 4),
    "quarter declared, list behind.wav": wav(N // 4, behind=LIST),
    "one buffer.wav": wav(4096),
    "odd size.wav": wav(4095),
    "size 0.wav": wav(0),
    "size 0, list behind.wav": wav(0, behind=LIST),
    "everything 0.wav": b"RIFF\0\0\0\0" + wav(0)[8:],
    "open.wav": wav(OPEN),
    "open, list behind.wav": wav(OPEN, behind=LIST),
    "open by 2 GiB.wav": wav(0x7FFFFFFF),
    "header counted.wav": wav(N + 36),
    "ids of id3 behind.wav": wav(N, behind=b"ID3\4\0\0\0\0\0\12" + bytes(10)),
    "id3v1 behind.wav": wav(N, behind=b"TAG" + b"x" * 125),
    "zeros behind.wav": wav(N, behind=bytes(5000)),
    "two chunks.wav": riff(
        chunk(b"fmt ", FMT), chunk(b"data", PCM[:9000].tobytes()), LIST, chunk(b"data", PCM[9000:].tobytes())
    ),
    "two chunks, the second open.wav": riff(
        chunk(b"fmt ", FMT), chunk(b"data", PCM[:9000].tobytes()), chunk(b"data", PCM[9000:].tobytes(), OPEN)
    ),
    "rf64.rf64": rf64(OPEN, N),
    "rf64, size 0.wav": rf64(OPEN, 0),
    "rf64, all open.wav": rf64(OPEN, (1 << 64) - 1),
    "rf64, one buffer.wav": rf64(OPEN, 4096),
    "bw64.wav": rf64(OPEN, N, b"BW64"),
    "rf64, small size.wav": rf64(N, 0),
    "w64.w64": w64(None),
    "w64, size 0.w64": w64(0),
    "w64, half declared.w64": w64(24 + N // 2),
    "aiff.aiff": aiff(None),
    "half declared.aiff": aiff(8 + N // 2),
    "half declared twice.aiff": aiff(8 + N // 2, frames=N // 4),
    "size 0.aiff": aiff(0, frames=0),
    "frames 0.aiff": aiff(None, frames=0),
    "open.aif": aiff(OPEN),
    "name behind.aif": aiff(None, behind=chunk(b"NAME", b"a dog", order=">")),
    "half declared, name behind.aif": aiff(8 + N // 2, behind=chunk(b"NAME", b"a dog", order=">")),
    "little.aifc": aiff(None, PCM.tobytes(), kind=b"sowt"),
    "half declared little.aifc": aiff(8 + N // 2, PCM.tobytes(), kind=b"sowt"),
    "au.au": au(N),
    "open.au": au(OPEN),
    "size 0.snd": au(0),
    "half declared.au": au(N // 2),
    "little open.au": au(OPEN, order="<"),
    "caf.caf": caf(None),
    "open.caf": caf(-1),
    "size 0.caf": caf(0),
    "half declared.caf": caf(4 + N // 2),
    "big-endian open.caf": caf(-1, order=0),
    "info behind.caf": caf(None, b"info" + struct.pack(">q", 4) + bytes(4)),
    "half declared, info behind.caf": caf(4 + N // 2, b"info" + struct.pack(">q", 4) + bytes(4)),
    "8 bytes of a damaged list behind.wav": wav(N, behind=b"LIST\xff\xff\0\0" + b"INFO" * 30),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_recording_is_read_whole_whatever_sizes_its_header_tells(tmp_path, name):
    (tmp_path / name).write_bytes(WHOLE[name])
    assert np.array_equal(recording.read(tmp_path / name, RATE), EXACT)
    found = recording.properties(tmp_path / name)
    assert (found.rate, found.channels, found.seconds) == (RATE, 1, 2.0)
    part = recording.read_part(tmp_path / name, RATE, 1.25, 1.75)
    assert np.array_equal(part, EXACT[20_000:28_000])


def test_a_size_that_starts_anew_at_4_gib(tmp_path):
    frame = struct.pack("<HHIIHH", 1, 8, 96_000, 96_000 * 32, 32, 32)
    n = (1 << 32) + 32 * 1000
    header = riff(chunk(b"fmt ", frame), size=(n + 36) % (1 << 32)) + b"data" + struct.pack("<I", n % (1 << 32))
    for name, behind in (("wrapped.wav", b""), ("list.wav", LIST)):
        with (tmp_path / name).open("wb") as file:  # sparse: the zeros take no place
            file.write(header)
            file.seek(len(header) + n - 32)
            file.write(struct.pack("<8i", *[1 << 30] * 8) + behind)
        assert recording.properties(tmp_path / name).seconds == n / 32 / 96_000
        (span,) = parts.find_parts(tmp_path / name)
        with span.file() as file:
            assert file.seek(0, 2) == n
            file.seek(-4, 2)
            assert file.read() == struct.pack("<i", 1 << 30)


def noise(n):
    return np.random.default_rng(1).bytes(n)


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("noise.wav", wav(N, behind=noise(20_000)), "declares 2.00 s, and 20000 bytes follow of which it says nothing"),
        ("words.wav", wav(N, behind=b"these are words " * 2000), "declares 2.00 s, and 32000 bytes follow"),
        ("zeros.wav", wav(N, behind=bytes(1 << 17)), "declares 2.00 s, and 131072 bytes follow"),
        ("noise.au", au(N) + noise(20_000), "declares 2.00 s, and 20000 bytes follow"),
        ("cut.au", au(2 * N), "cut short: it promises 4.00 s and holds 2.00 s"),
        ("cut.caf", caf(2 * N + 4), "cut short: it promises 4.00 s and holds 2.00 s"),
        ("cut.w64", w64(2 * N + 24), "cut short: it promises 4.00 s and holds 2.00 s"),
        ("cut.rf64", rf64(OPEN, 2 * N), "cut short: it promises 4.00 s and holds 2.00 s"),
        ("cut.wav", wav(2 * N), "cut short: it promises 4.00 s and holds 2.00 s"),
        ("nothing.wav", wav(0, b"", behind=LIST), "holds no samples"),
        ("nothing.caf", caf(0)[:-N], "holds no samples"),
    ],
)
def test_what_may_be_no_sound_is_refused_by_name(tmp_path, name, content, complaint):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=f"{name}.*{complaint}"):
        recording.read(tmp_path / name, RATE)


def hertz(signal):
    return np.fft.rfftfreq(len(signal), 1 / RATE)[np.abs(np.fft.rfft(signal)).argmax()]


def assert_glued(path, first=440, second=880, seconds=3.0, within=0.0):
    signal = recording.read(path, RATE)
    assert abs(len(signal) / RATE - seconds) <= within
    half = len(signal) // 2
    assert abs(hertz(signal[:half]) - first) < 3
    assert abs(hertz(signal[half:]) - second) < 3
    assert np.array_equal(recording.read_part(path, RATE, 2, 2.5), signal[2 * RATE : 2 * RATE + RATE // 2])


ID3V2 = b"ID3\4\0\0\0\0\1\0" + b"TIT2" + bytes(124)
ID3V1 = b"TAG" + b"song".ljust(125, b"\0")


TAGS = [b"", ID3V2, ID3V1 + ID3V2]  # which programs write into flac and mp3 only
GLUED = [(suffix, {}, between) for suffix in (".flac", ".mp3") for between in TAGS]
GLUED += [(suffix, {}, b"") for suffix in (".wav", ".aiff", ".au")]
GLUED += [(".ogg", {"format": "OGG", "subtype": "VORBIS"}, b""), (".opus", {"format": "OGG", "subtype": "OPUS"}, b"")]


@pytest.mark.parametrize(("suffix", "settings", "between"), GLUED)
@pytest.mark.parametrize("rate", [RATE, 48_000])
def test_two_recordings_in_one_file_are_read_both(tmp_path, suffix, settings, between, rate):
    soundfile.write(tmp_path / f"a{suffix}", tone(440, 1.5), RATE, **settings)
    soundfile.write(tmp_path / f"b{suffix}", tone(880, 1.5, rate), rate, **settings)
    path = tmp_path / f"glued{suffix}"
    path.write_bytes((tmp_path / f"a{suffix}").read_bytes() + between + (tmp_path / f"b{suffix}").read_bytes())
    assert_glued(path, within=0.0 if suffix != ".mp3" else 0.2)
    assert recording.properties(path).seconds is None


def test_the_same_recording_twice_in_one_file(tmp_path):
    for suffix in (".ogg", ".flac", ".mp3"):
        path = write_tone(tmp_path / f"a{suffix}", seconds=1.5)
        once = len(recording.read(path, RATE))
        path.write_bytes(path.read_bytes() * 3)
        assert len(recording.read(path, RATE)) == 3 * once


@pytest.mark.parametrize(("rate", "layout"), [(RATE, "stereo"), (44_100, "mono"), (44_100, "stereo")])
@pytest.mark.parametrize(("suffix", "codec"), [(".aac", "aac"), (".mp3", "libmp3lame"), (".ac3", "ac3")])
def test_rate_and_channels_that_change_half_way(tmp_path, suffix, codec, rate, layout):
    first = 48_000 if codec == "ac3" else RATE
    damaged_files.encode(tmp_path / f"a{suffix}", codec, tone(440, 1.5, first), first)
    damaged_files.encode(tmp_path / f"b{suffix}", codec, tone(880, 1.5, rate if codec != "ac3" else 44_100),
                         rate if codec != "ac3" else 44_100, layout)  # fmt: skip
    path = tmp_path / f"glued{suffix}"
    path.write_bytes((tmp_path / f"a{suffix}").read_bytes() + (tmp_path / f"b{suffix}").read_bytes())
    assert_glued(path, within=0.25)


def test_mp3_without_a_header_of_its_length_behind_one_that_has_it(tmp_path):
    damaged_files.encode(tmp_path / "a.mp3", "libmp3lame", tone(440, 1.5), RATE)
    damaged_files.encode(tmp_path / "b.mp3", "libmp3lame", tone(880, 1.5), RATE)
    content = (tmp_path / "b.mp3").read_bytes()
    frames = streams._frames(content, streams._behind_tags(content, 0))
    begin = next(at for at, frame in frames if streams._info(content, at, frame) is None)
    (tmp_path / "glued.mp3").write_bytes((tmp_path / "a.mp3").read_bytes() + content[begin:])
    assert_glued(tmp_path / "glued.mp3", within=0.25)


@pytest.mark.parametrize("codec", ["libmp3lame", "mp2", "adpcm_ima_wav", "pcm_alaw"])
def test_other_codecs_inside_wav(tmp_path, codec):
    path = damaged_files.encode(tmp_path / "a.wav", codec, tone(440, 3, 44_100), 44_100)
    signal = recording.read(path, RATE)
    assert abs(len(signal) / RATE - 3) < 0.15
    assert abs(hertz(signal) - 440) < 2
    content = bytearray(path.read_bytes())
    at = content.index(b"data")
    content[at + 4 : at + 8] = bytes(4)
    path.write_bytes(content)
    assert abs(len(recording.read(path, RATE)) - len(signal)) < RATE // 10


def test_a_flac_that_does_not_know_its_length(tmp_path):
    path = write_tone(tmp_path / "a.flac")
    content = bytearray(path.read_bytes())
    whole = recording.read(path, RATE)
    content[21] &= 0xF0
    content[22:26] = bytes(4)  # samples
    content[26:42] = bytes(16)  # MD5
    path.write_bytes(content)
    assert np.allclose(recording.read(path, RATE), whole, atol=1e-6)
    assert recording.properties(path).seconds is None


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_an_ogg_without_its_last_page_is_read_up_to_there(tmp_path, subtype):
    path = write_tone(tmp_path / "a.ogg", seconds=20, format="OGG", subtype=subtype)
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"OggS")])
    assert 10 * RATE < len(recording.read(path, RATE)) < 20 * RATE
    path.write_bytes(content[: content.rindex(b"OggS") - 100])
    with pytest.raises(InputError, match="its end is missing"):
        recording.read(path, RATE)


@pytest.mark.parametrize(
    ("suffix", "codec", "rate"),
    [
        (".m4a", "aac", RATE),
        (".mov", "aac", 44_100),
        (".webm", "libopus", 48_000),
        (".mka", "libmp3lame", 44_100),
        (".wma", "wmav2", 44_100),
        (".amr", "libopencore_amrnb", 8_000),
        (".tta", "tta", RATE),
        (".wv", "wavpack", RATE),
    ],
)
def test_two_recordings_of_phones_and_browsers_in_one_file(tmp_path, suffix, codec, rate):
    for name, hertz in (("a", 440), ("b", 880)):
        damaged_files.encode(tmp_path / f"{name}{suffix}", codec, tone(hertz, 1.5, rate), rate)
    path = tmp_path / f"glued{suffix}"
    path.write_bytes((tmp_path / f"a{suffix}").read_bytes() + (tmp_path / f"b{suffix}").read_bytes())
    assert_glued(path, within=0.25)


@pytest.mark.parametrize(("bits", "frame", "dtype"), [(8, 1, "u1"), (16, 0, "<i2"), (16, 2, "<i2"), (32, 4, "<i4")])
def test_a_recorder_that_died_wrote_samples_of_any_size(tmp_path, bits, frame, dtype):
    samples = np.arange(-100, 101).repeat(100) if bits > 8 else np.arange(201).repeat(100)
    fmt = struct.pack("<HHIIHH", 1, 1, RATE, RATE * bits // 8, frame, bits)
    content = riff(chunk(b"fmt ", fmt), chunk(b"data", samples.astype(dtype).tobytes(), 0))
    (tmp_path / "a.wav").write_bytes(content)
    expected = (samples - (128 if bits == 8 else 0)) / 2 ** (bits - 1)
    assert np.allclose(recording.read(tmp_path / "a.wav", RATE), expected)


@pytest.mark.parametrize(("first", "second"), [("flac", "wav"), ("flac", "ogg"), ("ogg", "flac"), ("mp3", "aiff")])
def test_a_recording_of_another_format_behind_the_first_is_refused(tmp_path, first, second):
    for suffix in (first, second):
        write_tone(tmp_path / f"a.{suffix}")
    path = tmp_path / f"glued.{first}"
    begin = (tmp_path / f"a.{first}").read_bytes()
    path.write_bytes(begin + (tmp_path / f"a.{second}").read_bytes())
    with pytest.raises(InputError, match=f"glued.* of another format, {second}, from byte {len(begin)} on"):
        recording.read(path, RATE)


def test_flac_inside_ogg_is_one_recording(tmp_path):
    path = tmp_path / "a.oga"
    packet = b"\x7fFLAC\1\0\0\1fLaC\0\0\0\x22" + bytes(34)
    path.write_bytes(b"OggS\0\2" + bytes(20) + b"\1" + bytes([len(packet)]) + packet + bytes(100))
    assert other_formats.find(path, 0) is None
    path.write_bytes(path.read_bytes() + b"fLaC\0\0\0\x22" + bytes(34))
    assert other_formats.find(path, 0) == ("flac", 28 + len(packet) + 100)


@pytest.mark.parametrize("rate", [22_050, 44_100])
def test_an_mp3_that_does_not_count_its_frames_is_read(tmp_path, rate):
    path = damaged_files.encode(tmp_path / "a.mp2", "mp2", tone(440, 20, rate), rate)
    assert abs(len(recording.read(path, RATE)) / RATE - 20) < 0.15
    options = {"write_xing": "0"}
    path = damaged_files.encode(tmp_path / "a.mp3", "libmp3lame", tone(440, 20, rate), rate, options=options)
    assert abs(len(recording.read(path, RATE)) / RATE - 20) < 0.15
