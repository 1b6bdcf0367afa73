import sys

import pytest

from classifier.core import places
from classifier.core.errors import InputError


def test_a_new_folder_can_be_written_and_nothing_is_left_of_the_trial(tmp_path):
    places.check_writable(tmp_path / "new" / "deep")
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file is a file, not a folder; name another folder with --out"):
        places.check_writable(tmp_path / "file" / "results")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone has /proc, where nobody can write")
def test_where_nothing_can_be_written_is_said_with_the_flag():
    with pytest.raises(InputError) as told:
        places.check_writable("/proc/results")
    said = "/proc/results: nothing can be written in /proc (No such file or directory); name another folder with --out"
    assert str(told.value) == said
