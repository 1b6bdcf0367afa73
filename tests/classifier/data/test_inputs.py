import functools
import http.server
import os
import threading
import zipfile

import pytest

from classifier.core.errors import InputError
from classifier.data import inputs
from classifier.inference.config import ClassificationConfig
from classifier.inference.recording_classifier import classify
from classifier.inference.settings import make_settings
from tests.classifier.export.test_inspection import with_metadata
from tests.classifier.storage.test_archives import write_tar
from tests.conftest import write_tone


def touch(*paths):
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"RIFF")
    return paths


def found(*given, lines=()):
    return inputs.find(list(map(str, given)), lines)[0]


def test_recordings_folders_archives_patterns_and_lists_in_the_order_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    touch(
        tmp_path / "z.wav", tmp_path / "in" / "b.FLAC", tmp_path / "in" / "a" / "c.mp3", tmp_path / "in" / "notes.txt"
    )
    touch(tmp_path / "more" / "1.wav", tmp_path / "more" / "x" / "2.wav", tmp_path / "listed.wav")
    write_tar(tmp_path / "archive.tar.gz", [("q/5.wav", b""), ("q/4.wav", b""), ("read.me", b""), ("._5.wav", b"")])
    got = found("z.wav", "in", "archive.tar.gz", "more/**/*.wav", "-", lines=["listed.wav\n", "\n", "in\r\n"])
    assert [(source.name, source.file) for source in got] == [
        ("z.wav", "z.wav"),
        ("in/a/c.mp3", "in/a/c.mp3"),
        ("in/b.FLAC", "in/b.FLAC"),
        ("archive.tar.gz!/q/4.wav", "archive.tar.gz/q/4.wav"),
        ("archive.tar.gz!/q/5.wav", "archive.tar.gz/q/5.wav"),
        ("more/1.wav", "more/1.wav"),
        ("more/x/2.wav", "more/x/2.wav"),
        ("listed.wav", "listed.wav"),
    ]


def test_a_recording_named_twice_is_one(tmp_path, monkeypatch):
    (path,) = touch(tmp_path / "in" / "a.wav")
    monkeypatch.chdir(tmp_path)
    os.symlink(path, tmp_path / "in" / "b.wav")
    assert len(found("in/a.wav", path, "in", "in/../in/a.wav", path.as_uri())) == 1


def test_files_of_two_recordings_never_meet(tmp_path):
    touch(*(tmp_path / name for name in ("1/in/a.wav", "2/in/a.wav", "2/in/a.flac", "2/in/A.wav", "2/in/a (2).wav")))
    touch(
        tmp_path / "3" / "in" / "a.wav.txt" / "b.wav", tmp_path / "4" / "in" / "a.wav.Table.1.selections.txt" / "b.wav"
    )
    got = found(*(tmp_path / number / "in" for number in "1234"))
    folder = tmp_path / "out"
    for source in got:
        for ending in (".txt", ".Table.1.selections.txt"):
            path = folder / f"{source.file}{ending}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("x").close()
    assert len({source.file.casefold() for source in got}) == len(got) == 7


@pytest.mark.parametrize("given", ["../../a.wav", "/a/../../b.wav", "..", "a/./b.wav", "//x//y.wav", "C:/x.wav"])
def test_no_file_leaves_the_folder(given):
    parts = inputs._Files().new(given).split("/")
    assert not {"", ".", "..", "C:"} & set(parts)


def test_what_can_not_be_a_name_becomes_one(tmp_path):
    files = inputs._Files()
    for name in ("a\nb\\c.wav", "é" * 127 + ".wav", os.fsdecode(b"\xff\xfe.wav")):
        path = tmp_path / f"{files.new(name)}.Table.1.selections.txt"
        path.write_text("")
        assert path.parent == tmp_path
    assert files.new("é" * 127 + ".wav") != files.new("é" * 127 + ".wav")


def test_a_name_is_no_formula_and_is_utf_8(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    touch(tmp_path / "=cmd().wav", tmp_path / os.fsdecode(b"\xff.wav"))
    got = found("=cmd().wav", os.fsdecode(b"\xff.wav"))
    assert [source.name for source in got] == ["./=cmd().wav", "\\xff.wav"]
    assert os.path.exists(got[0].location) and os.path.exists(got[1].location)


def test_a_hostile_archive_is_refused_and_the_others_go_on(tmp_path):
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("good.wav", b"")
        archive.writestr("../../evil.wav", b"")
    tone = write_tone(tmp_path / "tone.wav")
    got, refused, _ = inputs.find([str(tmp_path / "evil.zip"), str(tone)])
    assert [source.location for source in got] == [str(tone)]
    assert "'../../evil.wav' leads out of its folder" in refused[str(tmp_path / "evil.zip")]
    with pytest.raises(InputError, match="nothing to classify: .*evil.zip: .* leads out"):
        found(tmp_path / "evil.zip")


def test_what_is_not_there_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    for given, why in (("nowhere.wav", "there is no such recording, folder or archive"), ("empty", "no recordings"),
                       ("*.wav", "there is no such")):  # fmt: skip
        with pytest.raises(InputError, match=why):
            found(tmp_path / given)
    assert [source.stamp for source in found("-", lines=[f"{tmp_path}/nowhere.wav"])] == [None]
    with pytest.raises(InputError, match="nothing to classify"):
        found("-")


@pytest.fixture
def address(tmp_path):
    """Where a web server on loopback shows the folder of the test."""
    show = functools.partial(Quiet, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), show) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_an_address_is_found_and_classified_like_a_path(tmp_path, address):
    tone = write_tone(tmp_path / "in" / "tone.wav", seconds=0.5)
    (tmp_path / "tiny.tflite").write_bytes(with_metadata())
    settings, _ = make_settings(ClassificationConfig(model=str(tmp_path / "tiny.tflite")))
    (source,) = found(f"{address}/in/tone.wav")
    assert source.name == f"{address}/in/tone.wav"
    assert source.file == f"{address.removeprefix('http://')}/in/tone.wav"
    assert source.stamp[0] == tone.stat().st_size
    far = classify(0, source.location, source.name, settings).result
    assert far == classify(0, str(tone), "tone", settings).result
    (tmp_path / "in" / "text.wav").write_text("words")
    reason = classify(0, f"{address}/in/text.wav", "a name", settings).reason
    assert reason.startswith("a name cannot be read")


def test_files_of_unknown_suffix_are_counted_in_folders_and_archives(tmp_path):
    touch(tmp_path / "in" / "a.wav", tmp_path / "in" / "Thumbs.db")
    for name in ("b.pcm", "deep/c.pcm"):
        (tmp_path / "in" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_bytes(bytes(2000))
    write_tar(tmp_path / "a.tar.gz", [("q/5.wav", b""), ("q/4.xyz", b""), ("read.md", b""), ("__MACOSX/5.wav", b"")])
    got, _, left_out = inputs.find([str(tmp_path / "in"), str(tmp_path / "a.tar.gz"), str(tmp_path / "in")])
    assert len(got) == 2
    assert [sentence.partition(";")[0] for sentence in left_out] == [
        f"{tmp_path / 'in'}: 2 files left out, for their suffixes are no recording's (.pcm 2)",
        f"{tmp_path / 'a.tar.gz'}: 1 file left out, for its suffix is no recording's (.xyz 1)",
    ]
    (tmp_path / "in" / "a.wav").unlink()
    with pytest.raises(InputError, match=r"holds no recordings.*2 files left out.*\(.pcm 2\)"):
        found(tmp_path / "in")
