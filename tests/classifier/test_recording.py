import numpy as np
import pytest
import soundfile

from classifier import recording
from Constants import InputError
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
        ("text.wav", lambda _: b"these are words\n" * 50, "can not be read"),
        ("empty.wav", lambda _: b"", "can not be read"),
        ("header.wav", lambda folder: whole_wav(folder)[:30], "can not be read"),
        ("no samples.wav", lambda folder: whole_wav(folder)[:44], "holds no samples"),
        ("half.wav", lambda folder: whole_wav(folder)[: 44 + 48_000], "cut short: it promises 3.00 s and holds 1.50 s"),
        ("half.flac", lambda folder: whole_wav(folder, ".flac")[:20_000], "can not be read"),
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


def test_recordings_are_found_in_nested_folders_in_any_case_and_not_among_hidden_ones(tmp_path):
    for name in ("b.wav", "a/deep/c.FLAC", "a/notes.txt", ".hidden/d.wav", "._b.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [path.relative_to(tmp_path).as_posix() for path in recording.find(tmp_path)] == ["a/deep/c.FLAC", "b.wav"]
