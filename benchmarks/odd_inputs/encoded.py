"""Recordings by real encoders: glued, changed half way, without an end, of rare suffixes and of wrong ones."""

import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.damaged_files import encode
from benchmarks.odd_inputs.kind import REFUSED, WARNED, WHOLE, Kind
from classifier.audio import recording
from classifier.audio.channels import MIX
from classifier.core.console import warn
from classifier.data import clips

RATE = 16_000
SOUNDFILE = {  # how soundfile writes a format
    "wav": {"format": "WAV"},
    "flac": {"format": "FLAC"},
    "aiff": {"format": "AIFF"},
    "au": {"format": "AU"},
    "caf": {"format": "CAF"},
    "w64": {"format": "W64"},
    "rf64": {"format": "RF64"},
    "ogg": {"format": "OGG", "subtype": "VORBIS"},
    "opus": {"format": "OGG", "subtype": "OPUS"},
    "mp3": {"format": "MP3"},
    "voc": {"format": "VOC"},
    "sph": {"format": "NIST"},
}
PYAV = {  # codec, container and rate
    "m4a": ("aac", "mp4", 44_100),
    "webm": ("libopus", "webm", 48_000),
    "wma": ("wmav2", "asf", 44_100),
    "amr": ("libopencore_amrnb", "amr", 8_000),
    "wv": ("wavpack", "wv", 44_100),
    "aac": ("aac", "adts", 44_100),
    "ac3": ("ac3", "ac3", 48_000),
    "mp2": ("mp2", "mp2", 44_100),
    "3gp": ("aac", "3gp", 16_000),
    "mov": ("pcm_s16le", "mov", 44_100),
    "mka": ("libmp3lame", "matroska", 44_100),
    "avi": ("pcm_s16le", "avi", 44_100),
    "mpg": ("mp2", "mpeg", 44_100),
    "ts": ("aac", "mpegts", 44_100),
}


def tone(hertz: float, seconds: float, rate: int) -> np.ndarray:
    """(samples,) float32."""
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype("float32")


def made(path: Path, form: str, hertz=440.0, seconds=2.0, rate: int | None = None, channels=1) -> bytes:
    """Write a tone in a format, whatever the suffix of the path; its bytes."""
    if form in SOUNDFILE:
        rate = rate or RATE
        signal = np.tile(tone(hertz, seconds, rate)[:, None], channels)
        soundfile.write(path, signal, rate, **SOUNDFILE[form])
    else:
        codec, container, usual = PYAV[form]
        rate = rate or usual
        encode(path, codec, tone(hertz, seconds, rate), rate, "stereo" if channels == 2 else "mono", container)
    return path.read_bytes()


def heard(path: Path, *hertz: float, seconds=2.0, channel=MIX) -> str:
    """What is wrong with a recording of tones of so many seconds each."""
    signal = recording.read(path, RATE, channel)
    if abs(len(signal) / RATE - seconds * len(hertz)) > 0.15 * len(hertz):
        return f"{len(signal) / RATE:.2f} s were read of {seconds * len(hertz):g} s"
    for part, expected in zip(np.array_split(signal, len(hertz)), hertz, strict=True):
        middle = part[len(part) // 4 : -len(part) // 4]
        found = np.fft.rfftfreq(len(middle), 1 / RATE)[np.abs(np.fft.rfft(middle)).argmax()]
        if abs(found - expected) > 4:
            return f"{found:.0f} Hz where {expected:.0f} Hz were recorded"
    return ""


def glued(form, folder: Path, times=2, **second) -> str:
    """Several recordings of one format in one file; all but the first of another rate or other channels."""
    hertz = [440.0, 880.0, 660.0][:times]
    path = folder / f"{folder.name}.{form}"
    parts = [made(path, form, each, **(second if number else {})) for number, each in enumerate(hertz)]
    path.write_bytes(b"".join(parts))
    return heard(path, *hertz)


def mixed_formats(first, second, folder: Path) -> str:
    """Two recordings of two formats in one file."""
    path = folder / f"{folder.name}.{first}"
    path.write_bytes(made(path, first) + made(path, second, 880))
    return heard(path, 440, 880)


def named(form, suffix, folder: Path, **kwargs) -> str:
    """A recording of a format, with a suffix, is found in its folder and read."""
    path = folder / f"{folder.name}.{suffix}"
    made(path, form, **kwargs)
    if len(clips.local_files.find_recordings(folder)) != 1:
        return "it is not found"
    return heard(path, 440)


def unknown_suffix(suffix, folder: Path) -> str:
    """A recording of a suffix that is no recording's, beside others."""
    for name in ("dog/1.wav", "cat/1.wav", f"dog/2{suffix}"):
        (folder / name).parent.mkdir(exist_ok=True)
        made(folder / name, "wav", seconds=0.1)
    found = clips.read_clips(folder)
    for sentence in clips.left_out(folder):
        warn(sentence)
    return "" if len(found) == 2 else f"{len(found)} recordings were found"


def inside_wav(codec, folder: Path, open_size=False) -> str:
    """A codec inside wav; open_size: the recorder died before it wrote the size."""
    rate = 8_000 if codec == "gsm" else 44_100
    path = encode(folder / f"{folder.name}.wav", codec, tone(440, 2, rate), rate)
    if open_size:
        content = bytearray(path.read_bytes())
        at = content.index(b"data")
        content[at + 4 : at + 8] = bytes(4)
        path.write_bytes(content)
    return heard(path, 440)


def lying_words(codec, folder: Path, size: int) -> str:
    """A wav whose list of words before the sound promises more bytes than the file holds."""
    path = encode(folder / f"{folder.name}.wav", codec, tone(440, 2, 44_100), 44_100)
    content = bytearray(path.read_bytes())
    at = content.index(b"LIST")
    content[at + 4 : at + 8] = size.to_bytes(4, "little")
    path.write_bytes(content)
    return heard(path, 440)


def streamed_flac(rate, folder: Path) -> str:
    """A flac whose header does not know how long it is."""
    path = folder / f"{folder.name}.flac"
    content = bytearray(made(path, "flac", rate=rate))
    content[21] &= 0xF0
    content[22:42] = bytes(20)  # samples and MD5
    path.write_bytes(content)
    return heard(path, 440)


def without_last_page(form, rate, folder: Path) -> str:
    """An ogg whose recorder died before it wrote the last page; what is there is whole."""
    path = folder / f"{folder.name}.{form}"
    content = made(path, form, seconds=20, rate=rate)
    path.write_bytes(content[: content.rindex(b"OggS")])
    signal = recording.read(path, RATE)
    return "" if 10 < len(signal) / RATE < 20 else f"{len(signal) / RATE:.2f} s were read"


def mp3_without_length(rate, folder: Path) -> str:
    """An mp3 of a recorder or a radio station: frames alone, without a header that counts them."""
    path = folder / f"{folder.name}.mp3"
    encode(path, "libmp3lame", tone(440, 10, rate), rate, container="mp3", options={"write_xing": "0"})
    return heard(path, 440, seconds=10)


def broken(form, value, folder: Path) -> str:
    """Float samples of which one is no number."""
    path = folder / f"{folder.name}.{form}"
    signal = tone(440, 1, RATE)
    signal[5000] = value
    soundfile.write(path, signal, RATE, **SOUNDFILE[form], subtype="FLOAT")
    return heard(path, 440, seconds=1)


def part(form, start, end, folder: Path) -> str:
    """A part of a recording of two seconds."""
    path = folder / f"{folder.name}.{form}"
    made(path, form)
    signal = recording.read_part(path, RATE, start, end)
    return "" if len(signal) == round((end - start) * RATE) else f"{len(signal)} samples were read"


def kinds() -> Iterator[Kind]:
    """What encoders, recorders and people make."""
    of = functools.partial
    streams, others = ("wav", "flac", "ogg", "opus", "mp3"), ("m4a", "webm", "wma", "amr", "wv")
    yield Kind("A 3", "two recordings glued", WHOLE, {form: of(glued, form) for form in streams})
    yield Kind("A 3", "two of other formats glued", WHOLE, {form: of(glued, form) for form in others})
    yield Kind("A 3", "three recordings glued", WHOLE, {form: of(glued, form, times=3) for form in streams})
    fitting = {form: of(glued, form, rate=48_000 if form == "opus" else 44_100) for form in streams}
    yield Kind("A 3", "the second has another rate", WHOLE, fitting)
    yield Kind("A 3", "the second is stereo", WHOLE, {form: of(glued, form, channels=2) for form in streams})
    phones = ("aac", "ac3", "mp2")
    yield Kind("A 3", "the rate changes half way", WHOLE, {form: of(glued, form, rate=32_000) for form in phones})
    yield Kind("A 3", "mono, then stereo", WHOLE, {form: of(glued, form, channels=2) for form in phones})
    pairs = [("wav", "flac"), ("flac", "ogg"), ("ogg", "flac"), ("mp3", "wav"), ("flac", "wav")]
    yield Kind("A 3", "two formats glued", REFUSED, {f"{a} + {b}": of(mixed_formats, a, b) for a, b in pairs})
    yield Kind(
        "A 2",
        "flac without a length",
        WHOLE,
        {f"{rate} Hz": of(streamed_flac, rate) for rate in (8_000, 16_000, 22_050, 44_100, 96_000)},
    )
    mp3_rates = (16_000, 22_050, 32_000, 44_100, 48_000)
    members = {f"{rate} Hz": of(mp3_without_length, rate) for rate in mp3_rates}
    yield Kind("A 2", "mp3 without a header of its length", WHOLE, members)
    oggs = [("ogg", 16_000), ("ogg", 44_100), ("opus", 16_000), ("opus", 48_000), ("ogg", 8_000)]
    yield Kind(
        "A 2",
        "ogg without its last page",
        WHOLE,
        {f"{form}, {rate} Hz": of(without_last_page, form, rate) for form, rate in oggs},
    )
    codecs = ("libmp3lame", "mp2", "adpcm_ima_wav", "pcm_alaw", "pcm_mulaw")
    yield Kind("A 4", "another codec inside wav", WHOLE, {codec: of(inside_wav, codec) for codec in codecs})
    sizes = {f"{size:#x}": of(lying_words, "libmp3lame", size=size) for size in (0xFF000000, 0x7FFFFFFF, 0x10000000)}
    yield Kind("A 1, 2", "a list of words without an end", REFUSED, sizes, "its chunk LIST promises")
    yield Kind("A 4", "the same with size 0", WHOLE, {codec: of(inside_wav, codec, open_size=True) for codec in codecs})
    suffixes = {
        "suffixes of wav": {"wave": "wav", "bwf": "wav", "rf64": "rf64", "w64": "w64", "WAV": "wav"},
        "suffixes of Apple and Unix": {"aif": "aiff", "aifc": "aiff", "snd": "au", "caf": "caf", "sph": "sph"},
        "suffixes of phones": {"m4a": "m4a", "3gp": "3gp", "amr": "amr", "mov": "mov", "mp4": "m4a"},
        "suffixes of browsers": {"webm": "webm", "weba": "webm", "oga": "ogg", "opus": "opus", "mka": "mka"},
        "suffixes of Windows": {"wma": "wma", "asf": "wma", "avi": "avi", "MP3": "mp3", "voc": "voc"},
        "suffixes of broadcasting": {"mp2": "mp2", "mpa": "mp2", "ac3": "ac3", "mpg": "mpg", "ts": "ts"},
        "a suffix of another format": {"wav": "mp3", "mp3": "wav", "flac": "m4a", "m4a": "ogg", "ogg": "flac"},
    }
    for what, forms in suffixes.items():
        yield Kind("A 4", what, WHOLE, {suffix: of(named, form, suffix) for suffix, form in forms.items()})
    unknown = (".dat", ".sound", ".bak", ".001", "")
    yield Kind(
        "A 4",
        "a suffix that nobody knows",
        WARNED,
        {suffix or "none": of(unknown_suffix, suffix) for suffix in unknown},
        "1 file left out",
    )
    rates = (8_000, 11_025, 22_050, 96_000, 192_000)
    yield Kind("A", "another rate", WHOLE, {f"{rate} Hz": of(named, "wav", "wav", rate=rate) for rate in rates})
    yield Kind("A", "alike channels", WHOLE, {f"{n}": of(named, "wav", "wav", channels=n) for n in (2, 3, 4, 6, 8)})
    floats = ("wav", "aiff", "caf", "au", "w64")
    for what, value in (("NaN", np.nan), ("infinity", np.inf)):
        yield Kind("A", f"a sample of {what}", REFUSED, {form: of(broken, form, value) for form in floats}, "NaN")
    exact = ("wav", "flac", "aiff", "au", "caf")
    yield Kind("A 6", "a part to the last sample", WHOLE, {form: of(part, form, 1.5, 2.0) for form in exact})
    yield Kind(
        "A 6", "a part behind the end", REFUSED, {form: of(part, form, 2.5, 3.0) for form in exact}, "ends at 2.00 s"
    )
    yield Kind(
        "A 6",
        "a part shorter than a sample",
        REFUSED,
        {form: of(part, form, 1.0, 1.00001) for form in exact},
        "shorter than one sample",
    )
