"""The folders of trainings: what is under way, what was uploaded, and where trained models go.

home/work/<uuid>/     job.json  log.txt  trained/     while it is trained, and as long as it can go on
home/uploads/<uuid>/  data that came with a request
out/<architecture>_<date>/     the trained model, moved here whole
"""

import errno
import os
import shutil
import time
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

from classifier.core import atomic_files
from classifier.records import artifact
from classifier.records.auto import AUTO
from classifier.service.jobs import process
from classifier.service.settings import Settings


class JobFolders:
    """The folders of one service."""

    def __init__(self, settings: Settings):
        self.out = settings.out
        self._work, self._uploads = (settings.home.resolve() / name for name in ("work", "uploads"))
        for folder in (self._work, self._uploads):
            folder.mkdir(parents=True, exist_ok=True)

    def work(self, uuid: str) -> Path:
        """The folder in which a run is trained."""
        return self._work / uuid

    def upload(self, uuid: str) -> Path:
        """The folder of the data that came with the request of a run."""
        return self._uploads / uuid

    def trained(self, uuid: str, architecture: str) -> Path:
        """The folder of the trained model of a run, before it is moved; of auto, the one that was chosen."""
        folder = self.work(uuid) / process.TRAINED
        return folder / (architecture == AUTO and artifact.chosen(folder) or architecture)

    def new_model_name(self, architecture: str, now: str) -> str:
        """A name that no trained model has, with this second, as of Runs.now, or a later one in it."""
        date = datetime.fromisoformat(now)
        while (self.out / (name := f"{architecture}_{date:%Y-%m-%d_%H%M%S}")).exists():
            date += timedelta(seconds=1)
        return name

    def move_model(self, uuid: str, architecture: str, name: str, now: str) -> None:
        """Move the trained model of a run, with its log, to where trained models are; it is there whole or not.

        Args:
            name: that it gets.
            now: as of Runs.now; where the clock was set back the model is dated so, to be the newest.
        """
        trained, target = self.trained(uuid, architecture), self.out / name
        shutil.copyfile(self.work(uuid) / process.LOG, trained / process.LOG)
        second = datetime.fromisoformat(now).timestamp()
        if second > time.time():
            os.utime(trained / artifact.RUN, (second, second))
        self.out.mkdir(parents=True, exist_ok=True)
        try:
            os.replace(trained, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            with atomic_files.new_folder(target) as fresh:  # onto another file system
                shutil.copytree(trained, fresh, dirs_exist_ok=True)

    def delete(self, uuid: str, keep_upload: bool = False) -> None:
        """Delete the work of a run, and its upload."""
        shutil.rmtree(self.work(uuid), ignore_errors=True)
        if not keep_upload:
            shutil.rmtree(self.upload(uuid), ignore_errors=True)

    def delete_strays(self, uuids: Collection[str]) -> None:
        """Delete work of runs that are not among these, and uploads that were half unpacked."""
        half_unpacked = self._uploads.glob(".*")
        for stray in (*half_unpacked, *(path for path in self._work.iterdir() if path.name not in uuids)):
            shutil.rmtree(stray, ignore_errors=True)
