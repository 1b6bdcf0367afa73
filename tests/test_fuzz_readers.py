"""A short run of benchmarks/fuzz_readers.py and of the tables that it reads."""

import struct

import pytest

from benchmarks import fuzz_readers, fuzz_tables
from classifier.audio import recording
from classifier.core.errors import InputError


def test_a_damaged_header_is_read_or_refused_by_name_in_bounded_memory(tmp_path, recwarn):
    counts = fuzz_readers.fuzz(tmp_path, seed=1, examples=300)
    assert {name for name, _ in counts} == {*fuzz_readers.FORMATS, "wav, mp3"}
    assert sum(n for (_, was_read), n in counts.items() if was_read) > 50
    assert sum(n for (_, was_read), n in counts.items() if not was_read) > 50
    assert [str(warning.message) for warning in recwarn if issubclass(warning.category, RuntimeWarning)] == []


def test_damages_are_written_where_they_say():
    assert fuzz_readers.damaged(b"abcdef", [(1, b"XY"), (-1, b"12")], cut=0, behind=b"gh") == b"aXYde1gh"
    assert fuzz_readers.damaged(b"abcdef", [], cut=4, behind=b"") == b"ab"


def test_any_table_or_labels_file_is_read_or_refused_by_name(tmp_path):
    counts = fuzz_tables.fuzz(tmp_path, seed=1, examples=300)
    assert {what for what, _ in counts} == {*fuzz_tables.READERS}
    assert sum(n for (_, was_read), n in counts.items() if was_read) > 25
    assert sum(n for (_, was_read), n in counts.items() if not was_read) > 50


def test_a_size_in_a_header_does_not_fill_the_memory(tmp_path):
    """The list of words before an mp3 in a wav: FFmpeg would clear as many bytes as the next four in it say."""
    suffix, content = fuzz_readers.recordings(tmp_path)["wav, mp3"]
    at = content.index(b"LIST")
    head, path = content[: at + 4] + struct.pack("<I", 0xFF000000) + b"INFO", tmp_path / f"list.{suffix}"
    path.write_bytes(head + b"ISFT" + struct.pack("<I", 0x70000000) + content[at + 12 :])
    before = fuzz_readers.memory()
    with pytest.raises(InputError, match="list.wav cannot be read .its chunk LIST promises 4278190080 bytes, and"):
        recording.read(path, 16_000)
    assert fuzz_readers.memory() - before < 64 << 20
