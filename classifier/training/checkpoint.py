"""What an epoch leaves behind: the best weights so far, and a file from which a killed training goes on.

After each epoch `<out>/.<model>.training/` holds all that decides on the rest: weights, optimiser, random states and
history. The training that goes on from there ends with the weights of one that was never killed.
"""

import io
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from classifier.core import atomic_files
from classifier.records.recipe import Recipe
from classifier.training import distributed, unfinished
from classifier.training.unfinished import STATE

LOGS = "logs"  # for TensorBoard; they become a part of the trained model's folder


class Checkpoint(keras.callbacks.Callback):
    """Keeps the best epochs, stops when there has long been no better one, and writes the file.

    history: {name: [a value an epoch]}. seconds: that its epochs took; seconds_before: of those before it went on.
    is_cut: whether a time limit ended it before it was over.
    history: {name: [a value an epoch]}. seconds: that its epochs took; seconds_before: of those before it went on;
    until: the sum after each.
    Keras' early stopping does the first two, but cannot go on.
    """

    def __init__(
        self, folder: Path, run: dict[str, Any], recipe: Recipe, best: Sequence[str], names: Mapping[str, str]
    ):
        """
        Args:
            folder: for the file and the logs.
            run: dict of what must be the same for a training to go on.
            best: the names of what is to be large, as Keras calls them; where the first are equal, the next decides.
            names: {Keras' name: name in the history}.
        """
        super().__init__()
        self.folder, self.run, self.recipe, self.best, self.names = Path(folder), run, recipe, best, names
        self.history: dict[str, list[float]] = {name: [] for name in names.values()}
        self.kept: list[tuple[list[float], int, list[np.ndarray]]] = []  # (values, epoch, weights), the best first
        self.seconds = self.seconds_before = self.began = 0.0
        self.is_cut = False
        self.until: list[float] = []

    @property
    def epoch(self) -> int:
        """Epochs that are done."""
        return len(next(iter(self.history.values())))

    @property
    def is_over(self) -> bool:
        """Whether all epochs are done, or there has long been no better one."""
        patience = self.recipe.patience
        is_patient = patience is None or not self.kept or self.epoch - self.kept[0][1] < patience
        return self.epoch >= self.recipe.epochs or not is_patient

    def begin(self, resume: bool) -> bool:
        """Forget an earlier training, or, with resume, read how far it came: process 0 does, for all processes.

        Raises:
            InputError: it was another training.
        """
        path = self.folder / STATE
        state = resume and distributed.from_first(path.read_bytes() if path.is_file() else b"")
        if not state:
            if distributed.is_first():
                shutil.rmtree(self.folder, ignore_errors=True)
                self.folder.mkdir(parents=True)
            return False
        with np.load(io.BytesIO(state)) as held:
            about = json.loads(str(held["about"]))
            arrays = {name: held[name] for name in held.files}
        unfinished.compare(self.folder, about["run"], self.run)
        self.history = about["history"]
        self.seconds = self.seconds_before = about.get("seconds", 0.0)
        self.until = about.get("until", [self.seconds * (i + 1) / self.epoch for i in range(self.epoch)])
        for i, (values, epoch) in enumerate(about["kept"]):
            n = sum(name.startswith(f"kept{i}_") for name in arrays)
            values = values if isinstance(values, list) else [values]  # of older versions
            self.kept.append((values, epoch, [arrays[f"kept{i}_{j}"] for j in range(n)]))
        self.arrays = arrays
        return True

    def restore(self) -> None:
        """Put the model and its optimiser where the earlier training left them."""
        self.model.optimizer.build(self.model.trainable_variables)
        for name, variables in self._variables().items():
            for i, variable in enumerate(variables):
                variable.assign(self.arrays[f"{name}{i}"])
        del self.arrays

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = logs or {}
        self.seconds += time.monotonic() - self.began
        self.until.append(self.seconds)
        for theirs, ours in self.names.items():
            self.history[ours].append(float(logs[theirs]))
        if self.recipe.patience is not None:
            self._keep_best([float(logs[name]) for name in self.best], epoch + 1)
            self.model.stop_training = self.is_over
        if distributed.is_first():
            self._write()

    def _keep_best(self, values, epoch):
        self.kept.append((values, epoch, self.model.get_weights()))
        self.kept.sort(key=lambda row: ([-value for value in row[0]], row[1]))
        del self.kept[self.recipe.averaged :]

    def _write(self):
        about = {"run": self.run, "history": self.history, "kept": [row[:2] for row in self.kept]}
        about.update(seconds=self.seconds, until=self.until)
        arrays: dict[str, Any] = {"about": json.dumps(about)}
        for i, (_, _, weights) in enumerate(self.kept):
            arrays.update({f"kept{i}_{j}": values for j, values in enumerate(weights)})
        for name, variables in self._variables().items():
            arrays.update({f"{name}{i}": variable.numpy() for i, variable in enumerate(variables)})
        with atomic_files.new_file(self.folder / STATE) as fresh, fresh.open("wb") as file:
            np.savez(file, **arrays)

    def _variables(self):
        return {"model": self.model.variables, "optimizer": self.model.optimizer.variables}

    def finish(self) -> int:
        """Give the model the best weights, or their mean, and let go of it; returns the best epoch, counted from 1."""
        best = self.epoch
        if self.kept:
            weights = [np.mean(values, axis=0) for values in zip(*(row[2] for row in self.kept), strict=True)]
            self.model.set_weights(weights if len(self.kept) > 1 else self.kept[0][2])
            best = self.kept[0][1]
        self.kept = []
        self.set_model(None)
        return best
