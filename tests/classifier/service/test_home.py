"""One home, one server that trains; others predict beside it."""

import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from classifier.core.errors import InputError
from classifier.service.home import Home
from classifier.service.settings import Settings
from classifier.service.workers import staged
from tests.classifier.service.conftest import served, write_tiny_model
from tests.conftest import ROOT, run_script

HOLDS = """
import sys, time
from pathlib import Path
from classifier.service.home import Home
from classifier.service.settings import Settings
from classifier.service.workers import staged
home = Home(Settings(home=Path(sys.argv[1]), predict_only="only" in sys.argv))
with staged(home.settings) as folder:
    (folder / "recording").touch()
    print("open", flush=True)
    time.sleep(600)
"""


def holding(home, *how):
    process = subprocess.Popen([sys.executable, "-c", HOLDS, home, *how], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "open\n"
    return process


def end(process):
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_the_second_server_says_who_holds_the_home_and_a_killed_one_holds_nothing(tmp_path):
    first = holding(tmp_path)
    with pytest.raises(InputError, match=rf"in use by another server \(process {first.pid} on .*--predict-only"):
        Home(Settings(home=tmp_path))
    assert len(list((tmp_path / "staging").iterdir())) == 1
    end(first)
    Home(Settings(home=tmp_path)).close()
    assert not (tmp_path / "staging").exists() and not (tmp_path / "server.json").exists()


def test_what_a_killed_server_that_only_predicted_has_left_goes_with_the_next(tmp_path):
    killed, alive = holding(tmp_path, "only"), holding(tmp_path, "only")
    end(killed)
    home = Home(Settings(home=tmp_path))
    assert [path.name for path in tmp_path.glob("staging-*")] in (
        [f"staging-{alive.pid}", f"staging-{alive.pid}.lock"],
        [f"staging-{alive.pid}.lock", f"staging-{alive.pid}"],
    )
    with staged(home.settings) as folder:
        assert folder.parent == tmp_path / "staging"
    home.close()
    end(alive)


@pytest.mark.parametrize("only", [False, True])
def test_a_home_that_cannot_be_written_is_named_at_once(tmp_path, only):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file/served cannot be written .*--home"):
        Home(replace(Settings(home=tmp_path / "file" / "served"), predict_only=only))


def test_a_second_server_exits_and_one_that_only_predicts_starts_beside_it(tmp_path):
    models, home = write_tiny_model(tmp_path / "models"), tmp_path / "home"
    with served(models, home) as first:
        flags = ("--port", "0", "--trained", models, "--home", home)
        _, said = run_script("ServeModel.py", *flags, cwd=tmp_path, expect=1)
        assert (
            f"in use by another server (process {first.process.pid}" in said
            and f"{first.address}/)"
            in said.replace("localhost", first.address.removeprefix("http://").partition(":")[0])
        )
        with served(models, home, "--predict-only") as second:
            ask = second.client
            recording = {"data": ("a.wav", (ROOT / "data_short/song/de-m1_02.wav").read_bytes())}
            assert ask.post("/v2/models/tiny/predict/", files=recording).json()["status"] == "OK"
            for refused in (
                ask.get("/v2/train/"),
                ask.post("/v2/models/mel/train/"),
                ask.post("/v2/tensorboard/"),
                ask.get("/v2/data/"),
            ):
                assert refused.status_code == 403 and "--predict-only" in refused.json()["message"]
            assert ask.get("/metrics").status_code == 200
            assert second.stop()[0] in (0, 130)
        assert first.client.get("/v2/train/").json() == {"runs": []}
        assert not list(home.glob("staging-*"))


def test_a_server_without_its_database_does_not_start(tmp_path):
    (tmp_path / "home" / "work" / "abc").mkdir(parents=True)
    flags = ("--port", "0", "--trained", tmp_path, "--home", tmp_path / "home")
    _, said = run_script("ServeModel.py", *flags, cwd=tmp_path, expect=1)
    assert "runs.sqlite3 is gone" in said and (tmp_path / "home" / "work" / "abc").is_dir()
