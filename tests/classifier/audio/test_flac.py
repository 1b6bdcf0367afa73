import numpy as np
import pytest
import soundfile

from classifier.audio import flac, recording

RATE = 16_000


def declared(path, n):
    """Write another number of samples into the header of a flac file."""
    held = bytearray(path.read_bytes())
    total = int.from_bytes(held[flac.TOTAL], "big")
    held[flac.TOTAL] = ((total >> 36 << 36) + n).to_bytes(8, "big")
    path.write_bytes(held)
    return path


def written(path, seconds=4.0, channels=1):
    signal = np.random.default_rng(0).normal(0, 0.1, (round(seconds * RATE), channels))
    soundfile.write(path, signal, RATE)
    return path


@pytest.mark.parametrize("n", [1, 4_095, 30_000, 63_999])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_flac_that_declares_too_few_samples_is_read_to_its_end(tmp_path, n, channels):
    path = written(tmp_path / "a.flac", channels=channels)
    whole = recording.read(path, RATE)
    declared(path, n)
    assert recording.properties(path).seconds == 4
    assert np.array_equal(recording.read(path, RATE), whole)


def test_what_is_behind_a_tag_or_another_stream_is_found_too(tmp_path):
    path = written(tmp_path / "a.flac")
    whole = recording.read(path, RATE)
    other = declared(written(tmp_path / "b.flac", seconds=1.5), 100)
    declared(path, 5_000)
    path.write_bytes(path.read_bytes() + other.read_bytes() + b"TAG" + bytes(125))
    found = recording.read(path, RATE)
    assert np.array_equal(found[: len(whole)], whole) and len(found) == len(whole) + 1.5 * RATE


def test_a_right_header_is_left_alone_and_so_is_what_has_no_last_frame(tmp_path):
    held = written(tmp_path / "a.flac").read_bytes()
    assert flac.corrected_begin(held, held) is None
    lying = declared(tmp_path / "a.flac", 100).read_bytes()
    assert flac.corrected_begin(lying, lying)
    assert flac.corrected_begin(lying, lying[:-1]) is None
    assert flac.corrected_begin(lying[:41], lying) is None
    assert flac.corrected_begin(b"RIFF" + lying[4:], lying) is None
