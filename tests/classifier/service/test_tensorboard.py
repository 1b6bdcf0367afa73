"""TensorBoard: started once, shows what is trained, ends with the server."""

import json
import signal
import subprocess
import sys
from urllib.request import ProxyHandler, build_opener

import pytest

from classifier.service.settings import Refused, Settings
from classifier.service.tensorboard import TensorBoard
from tests.conftest import ROOT, wait_until

SERVER = """
import sys, time
from pathlib import Path
from classifier.service.settings import Settings
from classifier.service.tensorboard import TensorBoard
folder = Path(sys.argv[1])
print(TensorBoard(Settings(out=folder / "trained", home=folder / "served")).url(), flush=True)
time.sleep(600)
"""


def settings_in(folder):
    return Settings(out=folder / "trained, all: of them", home=folder / "served")


def get(url):
    with build_opener(ProxyHandler({})).open(url, timeout=10) as answer:
        return answer.read()


def is_up(url):
    try:
        return bool(get(url))
    except OSError:
        return False


def write_logs(folder):
    import tensorflow as tf

    with tf.summary.create_file_writer(str(folder)).as_default():
        tf.summary.scalar("loss", 0.5, step=1)


def test_it_starts_once_shows_models_and_work_under_way_starts_again_when_it_was_killed_and_ends(tmp_path):
    settings = settings_in(tmp_path)
    write_logs(settings.out / "signal_2026" / "logs" / "train")
    write_logs(settings.home / "work" / "abc" / "trained" / ".signal.training" / "logs" / "train")
    board = TensorBoard(settings)
    try:
        url = board.url()
        assert url.startswith("http://127.0.0.1:")
        assert board.url() == url
        shown = {"trained/signal_2026/logs/train", "work/abc/trained/.signal.training/logs/train"}
        wait_until(lambda: set(json.loads(get(f"{url}data/runs"))) == shown)
        board.child.kill()
        board.child.wait()
        url = board.url()
        assert is_up(url)
    finally:
        board.close()
    assert not is_up(url)
    board.close()


def test_it_ends_when_the_server_is_killed(tmp_path):
    command = [sys.executable, "-c", SERVER, tmp_path]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        url = server.stdout.readline().strip()
        assert is_up(url)
        server.send_signal(signal.SIGKILL)
        server.wait()
    wait_until(lambda: not is_up(url))


def test_when_it_can_not_run_its_own_words_say_why(tmp_path, monkeypatch):
    broken = tmp_path / "broken" / "tensorboard"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('no such protocol')")
    monkeypatch.setenv("PYTHONPATH", str(broken.parent))
    with pytest.raises(Refused, match="TensorBoard does not answer: ImportError: no such protocol"):
        TensorBoard(settings_in(tmp_path)).url()
