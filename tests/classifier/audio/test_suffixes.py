"""Recordings of every suffix that an encoder here can write are found, and read whole."""

import numpy as np
import pytest
import soundfile

from benchmarks import damaged_files
from classifier.audio import recording
from classifier.storage import local_files

BY_SOUNDFILE = {  # suffix: format and subtype
    "wav": ("WAV", "PCM_16"),
    "wave": ("WAV", "PCM_16"),
    "bwf": ("WAV", "PCM_24"),
    "rf64": ("RF64", "PCM_16"),
    "w64": ("W64", "PCM_16"),
    "aiff": ("AIFF", "PCM_16"),
    "aif": ("AIFF", "PCM_24"),
    "aifc": ("AIFF", "FLOAT"),
    "au": ("AU", "PCM_16"),
    "snd": ("AU", "ULAW"),
    "caf": ("CAF", "ALAC_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "oga": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "ogv": ("OGG", "VORBIS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "voc": ("VOC", "PCM_16"),
    "ircam": ("IRCAM", "PCM_16"),
    "sph": ("NIST", "PCM_16"),
    "nist": ("NIST", "PCM_16"),
    "pvf": ("PVF", "PCM_16"),
    "paf": ("PAF", "PCM_16"),
    "avr": ("AVR", "PCM_16"),
    "svx": ("SVX", "PCM_16"),
    "8svx": ("SVX", "PCM_S8"),
    "iff": ("SVX", "PCM_16"),
    "gsm": ("RAW", "GSM610"),
}
BY_PYAV = {  # suffix: codec and container
    "m4a": ("aac", "mp4"),
    "m4b": ("aac", "mp4"),
    "m4r": ("aac", "mp4"),
    "mp4": ("aac", "mp4"),
    "m4v": ("aac", "mp4"),
    "f4v": ("aac", "f4v"),
    "mov": ("pcm_s16le", "mov"),
    "qt": ("aac", "mov"),
    "3gp": ("aac", "3gp"),
    "3gpp": ("libopencore_amrnb", "3gp"),
    "3g2": ("aac", "3g2"),
    "3gpp2": ("aac", "3g2"),
    "amr": ("libopencore_amrnb", "amr"),
    "aac": ("aac", "adts"),
    "adts": ("aac", "adts"),
    "webm": ("libopus", "webm"),
    "weba": ("libopus", "webm"),
    "mka": ("libmp3lame", "matroska"),
    "mkv": ("aac", "matroska"),
    "wma": ("wmav2", "asf"),
    "wmv": ("wmav2", "asf"),
    "asf": ("wmav2", "asf"),
    "mp2": ("mp2", "mp2"),
    "mpa": ("mp2", "mp2"),
    "m2a": ("mp2", "mp2"),
    "ac3": ("ac3", "ac3"),
    "eac3": ("eac3", "eac3"),
    "ec3": ("eac3", "eac3"),
    "wv": ("wavpack", "wv"),
    "tta": ("tta", "tta"),
    "ra": ("ac3", "rm"),
    "rm": ("ac3", "rm"),
    "avi": ("pcm_s16le", "avi"),
    "mpg": ("mp2", "mpeg"),
    "mpeg": ("mp2", "mpeg"),
    "vob": ("ac3", "vob"),
    "ts": ("aac", "mpegts"),
    "mts": ("ac3", "mpegts"),
    "m2ts": ("ac3", "mpegts"),
    "flv": ("aac", "flv"),
    "ogx": ("libopus", "ogg"),
    "sox": ("pcm_s32le", "sox"),
}
RARE = {
    "mp1",
    "awb",
    "spx",
    "dtshd",
    "ape",
    "tak",
    "mpc",
    "mp+",
    "shn",
    "dsf",
    "dff",
    "wsd",
    "qoa",
    "qcp",
    "dss",
    "aa3",
}
RARE |= {"aea", "vqf", "xwma", "thd", "mlp", "dts", "oma"}  # the decoder knows them, and no encoder here writes them


def test_each_suffix_is_written_here_or_rare():
    written = {*BY_SOUNDFILE, *BY_PYAV}
    assert written | RARE == {suffix[1:] for suffix in local_files.RECORDING_SUFFIXES}
    assert not written & RARE


def assert_read(path, seconds=2.0):
    assert local_files.find_recordings(path.parent) == [path]
    assert local_files.left_out(path.parent) == ""
    signal = recording.read(path, 16_000)
    assert abs(len(signal) / 16_000 - seconds) < 0.15
    assert abs(np.fft.rfftfreq(len(signal), 1 / 16_000)[np.abs(np.fft.rfft(signal)).argmax()] - 440) < 2


def tone(rate):
    return (0.3 * np.sin(2 * np.pi * 440 * np.arange(2 * rate) / rate)).astype("float32")


@pytest.mark.parametrize("suffix", BY_SOUNDFILE)
def test_by_soundfile(tmp_path, suffix):
    form, subtype = BY_SOUNDFILE[suffix]
    rate = 8_000 if suffix == "gsm" else 16_000
    path = tmp_path / f"a.{suffix.upper()}"
    soundfile.write(path, tone(rate), rate, format=form, subtype=subtype)
    assert_read(path)


@pytest.mark.parametrize("suffix", BY_PYAV)
def test_by_pyav(tmp_path, suffix):
    codec, container = BY_PYAV[suffix]
    rate = 8_000 if "amr" in codec else 48_000
    path = tmp_path / f"a.{suffix.upper()}"
    damaged_files.encode(path, codec, tone(rate), rate, container=container)
    assert_read(path)
