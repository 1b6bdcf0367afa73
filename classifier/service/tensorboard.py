"""TensorBoard, started when somebody asks for it; it ends with the server.

It has no token of its own: a path that nobody can guess stands for one.
"""

import http.client
import re
import secrets
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from classifier.core import processes
from classifier.service import scrub
from classifier.service.settings import Refused, Settings

LOG = "tensorboard.log"
HOST = "127.0.0.1"
START_SECONDS = 60  # until it must answer
POLL_SECONDS = 0.2  # between two checks
ANSWER_SECONDS = 5  # for one answer
STOP_SECONDS = 5
LOG_BYTES = 4096  # of its log that are searched for a reason


class TensorBoard:
    """One TensorBoard over the trained models and the trainings under way."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.lock = threading.Lock()
        self.child: subprocess.Popen | None = None
        self.address: str | None = None

    def url(self) -> str:
        """Its address, such as http://127.0.0.1:6006/Xq3.../; starts it where it does not run.

        Raises:
            Refused: it does not answer; the message ends with its own words.
        """
        with self.lock:
            if not self.address or not self.child or self.child.poll() is not None:
                self._end()
                self.address = self._start()
            return self.address

    def close(self) -> None:
        """End it."""
        with self.lock:
            self._end()

    def _start(self) -> str:
        shown = self._folders()
        log = self.settings.home / LOG
        log.unlink(missing_ok=True)
        secret = secrets.token_urlsafe(16)
        flags = ("--logdir", str(shown), "--host", HOST, "--port", "0", "--path_prefix", f"/{secret}")
        self.child = processes.start([sys.executable, "-m", "tensorboard.main", *flags], log)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.child.poll() is None:
            found = re.search(rf"http://{HOST}:\d+/{secret}/", log.read_text(encoding="utf-8", errors="replace"))
            if found and _answers(found[0]):
                return found[0]
            time.sleep(POLL_SECONDS)
        self._end()
        lines = processes.last_lines(log, LOG_BYTES)
        why = scrub.scrub(lines[-1], scrub.folders(self.settings)) if lines else "it wrote nothing"
        raise Refused(f"TensorBoard does not answer: {why}")

    def _folders(self) -> Path:
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

    def _end(self) -> None:
        if self.child:
            processes.stop(self.child, STOP_SECONDS)
        self.child = self.address = None


def _answers(url: str) -> bool:
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=ANSWER_SECONDS) as answer:
            return answer.status == http.client.OK
    except (URLError, OSError, http.client.HTTPException):
        return False
