import os

import pytest

from classifier.core.errors import InputError
from classifier.inference import written
from tests.classifier.core.test_disk import run_limited


def output(folder, **files):
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


@pytest.fixture
def out(tmp_path):
    """A folder with an output `audacity` of two files, as it was written."""
    place = tmp_path / "out" / "audacity"
    place.parent.mkdir()
    with written.replaced(place.parent, {"audacity": output(tmp_path / "fresh", a="speech", b="song")}):
        os.replace(tmp_path / "fresh", place)
    return place.parent


def test_what_is_as_it_was_written_may_be_replaced(out):
    written.check(out, "audacity")
    (out / "audacity" / "a.txt").unlink()  # nothing of it is lost
    (out / "audacity" / ".DS_Store").touch()
    written.check(out, "audacity")


@pytest.mark.parametrize("name", ["a.txt", "new.txt"])
def test_what_a_person_has_changed_or_added_is_named(out, name):
    (out / "audacity" / name).write_text("song")
    with pytest.raises(InputError, match=f"{name} was changed since it was written: .* give another folder with --out"):
        written.check(out, "audacity")


def test_several_are_counted(out):
    for name in "ab":
        (out / "audacity" / f"{name}.txt").write_text("silence")
    with pytest.raises(InputError, match="a.txt was changed since it was written, and so were 1 more: "):
        written.check(out, "audacity")


@pytest.mark.parametrize("moved", [False, True])
def test_a_run_that_is_killed_while_it_replaces_an_output_leaves_nothing_that_is_taken_for_changed(
    out, tmp_path, moved
):
    replacing = written.replaced(out, {"audacity": output(tmp_path / "next", a="song", b="song")})
    replacing.__enter__()
    if moved:
        os.replace(out / "audacity", tmp_path / "old")
        os.replace(tmp_path / "next", out / "audacity")
    written.check(out, "audacity")


def test_where_the_disk_fills_no_output_is_replaced(tmp_path):
    (tmp_path / "small").write_text("old")
    said = run_limited(
        "from pathlib import Path\n"
        "from types import SimpleNamespace\n"
        "from classifier.inference import result_folder\n"
        "small = SimpleNamespace(NAME='small', write=lambda read, labels, path: path.write_text('new'))\n"
        "large = SimpleNamespace(NAME='large', write=lambda read, labels, path: path.write_bytes(bytes(100_000)))\n"
        "with result_folder.unfinished(Path('.')) as beside:\n"
        "    fresh = result_folder.prepare([small, large], lambda writer: [], [], beside, Path('.'))\n"
        "    result_folder.move(fresh, beside, Path('.'))",
        most_bytes=50_000,
        cwd=tmp_path,
    )
    assert (
        "large cannot be written, for files cannot be so large here; the recordings that were classified are " in said
    )
    assert "kept, and results that were there before are untouched; make room and run the same command again" in said
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("small", "old")]
