"""TensorBoard, started when somebody asks for it; it ends with the server.

python -m classifier.service.tensorboard FLAG ...     is TensorBoard itself, for as long as whoever started it lives
"""

import contextlib
import http.client
import re
import runpy
import signal
import subprocess
import threading
import time
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from classifier.service import scrub
from classifier.service.jobs import process
from classifier.service.settings import Refused

LOG = "tensorboard.log"
HOST = "127.0.0.1"
PATIENCE = 60  # seconds until it must answer
POLL = 0.2  # seconds between looks
ANSWER = 5  # seconds for an answer
GRACE = 5  # seconds to end


class TensorBoard:
    """One TensorBoard over the trained models and the trainings under way."""

    def __init__(self, settings):
        self.settings = settings
        self.lock = threading.Lock()
        self.child = self.address = None

    def url(self):
        """Its address, such as http://127.0.0.1:6006/; starts it where it does not run.

        Raises:
            Refused: it does not answer; the message ends with its own words.
        """
        with self.lock:
            if not self.child or self.child.poll() is not None:
                self._end()
                self._start()
            return self.address

    def close(self):
        with self.lock:
            self._end()

    def _start(self):
        shown = self._folders()
        log = self.settings.home / LOG
        log.unlink(missing_ok=True)
        flags = ("--logdir", shown, "--host", HOST, "--port", 0)
        self.child = process.start(__spec__.name, *flags, log=log)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.child.poll() is None:
            said = re.search(rf"http://{HOST}:\d+/", log.read_text(encoding="utf-8", errors="replace"))
            if said and _answers(said[0]):
                self.address = said[0]
                return
            time.sleep(POLL)
        self._end()
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        why = scrub.scrub(lines[-1], scrub.folders(self.settings)) if lines else "it said nothing"
        raise Refused(f"TensorBoard does not answer: {why}")

    def _folders(self):
        """A folder of two links; a list of folders, which TensorBoard takes too, is misled by colons and commas."""
        shown = self.settings.home / "tensorboard"
        shown.mkdir(parents=True, exist_ok=True)
        for name, folder in (("trained", self.settings.out), ("work", self.settings.home / "work")):
            folder.mkdir(parents=True, exist_ok=True)
            link = shown / name
            link.unlink(missing_ok=True)
            try:
                link.symlink_to(folder.resolve(), target_is_directory=True)
            except OSError as error:  # Windows asks for a right
                raise Refused("TensorBoard needs links: on Windows, switch on the developer mode") from error
        return shown.resolve()

    def _end(self):
        if self.child:
            process.send(self.child, signal.SIGTERM)
            with self.child.stdin, contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(GRACE)
            process.send(self.child, process.KILL)
            self.child.wait()
        self.child = self.address = None


def _answers(url):
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=ANSWER) as answer:
            return answer.status == http.client.OK
    except (URLError, OSError, http.client.HTTPException):
        return False


if __name__ == "__main__":
    process.end_with_starter()
    runpy.run_module("tensorboard.main", run_name="__main__", alter_sys=True)
