"""Fit and predict with Keras so that Ctrl-C is heard between two batches, where TensorFlow cannot crash on it."""

import contextlib
from typing import Any

import keras
import numpy as np

from classifier.core import interrupts
from classifier.core.console import quiet_libraries


class BetweenBatches(keras.callbacks.Callback):
    """Raises a KeyboardInterrupt that is held back, after each batch and before each epoch."""

    def __init__(self, held: interrupts.Held):
        super().__init__()
        self.held = held

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.held.raise_if_came()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.held.raise_if_came()

    def on_test_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.held.raise_if_came()

    def on_predict_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.held.raise_if_came()


class QuietFirstBatch(keras.callbacks.Callback):
    """Holds back what TensorFlow logs while it compiles, in the first batch; `first` shows it where that fails."""

    def __init__(self, first: contextlib.ExitStack):
        super().__init__()
        self.first, self.began = first, False

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if not self.began:
            self.began = True
            self.first.enter_context(quiet_libraries(also_python=False))

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.first.close()


def fit(model: keras.Model, *args: Any, callbacks: tuple[keras.callbacks.Callback, ...] = (), **settings: Any) -> None:
    """keras.Model.fit with its arguments, without its output."""
    with interrupts.held() as held, contextlib.ExitStack() as first:
        model.fit(*args, callbacks=[QuietFirstBatch(first), *callbacks, BetweenBatches(held)], verbose=0, **settings)


def predict(model: keras.Model, inputs: Any, batch_size: int | None = None) -> np.ndarray:
    """keras.Model.predict without its output: (rows, ...) of inputs with as many rows, or in batches."""
    with interrupts.held() as held:
        return model.predict(inputs, batch_size=batch_size, callbacks=[BetweenBatches(held)], verbose=0)
