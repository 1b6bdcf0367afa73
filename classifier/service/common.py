"""What all processes of a server have in common: the trainings, and what each client has used up."""

import secrets
import time

from classifier.service.clients import Counts
from classifier.service.home import Home
from classifier.service.jobs.queue import TrainingQueue
from classifier.service.jobs.runs import Runs
from classifier.service.settings import Settings
from classifier.service.tensorboard import TensorBoard
from classifier.service.tokens import Guesses
from classifier.service.wanted import AudioBudget


class Common:
    """It lives in one process, which holds the home folder; workers reach it through `remote.Remote`."""

    def __init__(self, settings: Settings):
        """
        Raises:
            InputError: the home folder cannot be used, or another server trains in it.
        """
        self.home = Home(settings)
        self.settings = settings = self.home.settings
        self.queue: TrainingQueue | None = None
        try:
            if not settings.predict_only:
                self.queue = TrainingQueue(settings, Runs(settings.home))
        except BaseException:
            self.home.close()
            raise
        self.tensorboard, self.guesses, self._key = TensorBoard(settings), Guesses(), secrets.token_urlsafe(32)
        self.audio = AudioBudget(settings.minute_seconds, time.monotonic)
        most = settings.connections.connections_per_client
        self.connections, self.requests = Counts(most), Counts(most)

    def session_key(self) -> str:
        """What the cookie of a page holds that has given the token; it ends with the server."""
        return self._key

    def forget(self, process: int) -> None:
        """Take back what clients held in a process that has ended."""
        self.connections.forget(process)
        self.requests.forget(process)

    def close(self) -> None:
        """End what was started, and let another server in."""
        for part in (self.queue, self.tensorboard, self.home):
            if part:
                part.close()
