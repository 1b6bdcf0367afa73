"""A short run of benchmarks/fuzz_readers.py and of the tables that it reads."""

from benchmarks import fuzz_readers, fuzz_tables


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
