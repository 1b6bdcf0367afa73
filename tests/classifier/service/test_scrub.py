"""No path of the server in what a client is told; checked on messages that are really said."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from classifier.audio import recording
from classifier.core.errors import InputError
from classifier.data import clips
from classifier.service import scrub
from classifier.service.settings import Settings
from Constants import ROOT


def said_by(call, *args):
    with pytest.raises(InputError) as refused:
        call(*args)
    return str(refused.value)


def test_what_lies_in_the_project_is_named_from_there():
    message = said_by(recording.read, ROOT / "data_short" / "song" / "none.wav", 16_000)
    assert str(ROOT) in message
    assert scrub.scrub(message) == "data_short/song/none.wav: there is no such recording"


def test_the_project_itself_has_no_name():
    assert scrub.scrub(f"it lies in {ROOT}, and in {ROOT}.") == "it lies in …, and in …."


def test_a_temporary_file_is_named_without_its_folder():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "broken.wav"
        path.write_bytes(b"no sound")
        scrubbed = scrub.scrub(said_by(recording.read, path, 16_000))
    assert scrubbed.startswith("…/") and "broken.wav cannot be read" in scrubbed
    assert f"{tempfile.gettempdir()}/" not in scrubbed


def test_a_path_is_what_the_client_calls_it(tmp_path):
    message = said_by(clips.read_clips, tmp_path / "voices")
    scrubbed = scrub.scrub(message, {tmp_path / "voices": "your data"})
    assert scrubbed.startswith("your data: there is no such folder")


def test_the_inside_of_a_folder_without_a_name_is_named_alone(tmp_path):
    assert scrub.scrub(f"{tmp_path}/labels.txt, line 2", {tmp_path: ""}) == "labels.txt, line 2"


def test_the_longest_path_that_fits_is_taken(tmp_path):
    names = {tmp_path: "home", tmp_path / "uploads": "your data"}
    assert scrub.scrub(f"{tmp_path}/uploads/song {tmp_path}/runs", names) == "your data/song home/runs"


def test_the_beginning_of_a_longer_name_is_left_alone(tmp_path):
    assert scrub.scrub("/srv/models2/a /srv/models-old /srv/models.bak", {"/srv/models": "x"}) == (
        "/srv/models2/a /srv/models-old /srv/models.bak"
    )
    assert scrub.scrub("it is in /srv/models.", {"/srv/models": "x"}) == "it is in x."


def test_addresses_and_words_of_the_client_stay():
    text = "http://example.org/tmp/song.wav and a/tmp/b.wav: 3 labels, /v2/models/ lists them"
    assert scrub.scrub(text) == text


def test_a_traceback_names_neither_the_environment_nor_the_person():
    program = "import json; json.loads('{')"
    text = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stderr
    assert sys.base_prefix in text
    scrubbed = scrub.scrub(f"{text}\nFile '{Path.home()}/notes.txt', {sys.prefix}/lib")
    for path in (sys.base_prefix, sys.prefix, str(Path.home())):
        assert path not in scrubbed
    assert "JSONDecodeError" in scrubbed


def test_a_path_after_a_written_line_end_is_scrubbed_too():
    assert str(ROOT) not in scrub.scrub(repr(f"no\n{ROOT}/labels.txt"))


def test_a_path_behind_a_link_is_known(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert scrub.scrub(f"{tmp_path}/real/a.wav", {tmp_path / "link": "data"}) == "data/a.wav"


def test_the_folders_of_a_service_have_the_names_that_clients_know(tmp_path):
    settings = Settings(out=tmp_path / "models", home=tmp_path / "served", data=(tmp_path / "birds",))
    text = f"{tmp_path}/models/signal {tmp_path}/served/work {tmp_path}/birds/wren"
    assert scrub.scrub(text, scrub.folders(settings)) == "models/signal work birds/wren"
