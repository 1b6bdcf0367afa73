"""Windows in epochs of another length than one turn through all of them."""

import keras

from classifier.training.datasets import Share, Windows


class Turns(keras.utils.PyDataset):
    """Batches of windows, so many an epoch; when all windows have been taken, they are dealt anew and go on.

    With the steps of another training as its epochs, a training takes as many.
    """

    def __init__(self, windows: Windows | Share, steps: int):
        super().__init__()
        self.windows, self.steps, self.turn = windows, steps, 0
        self.begin(0)

    def __len__(self):
        return self.steps

    def begin(self, epoch: int) -> None:
        """Get ready for an epoch, from 0."""
        self.done = epoch * self.steps

    def on_epoch_end(self) -> None:
        self.done += self.steps

    def __getitem__(self, index: int):
        turn, batch = divmod(self.done + index, len(self.windows))
        if turn != self.turn:
            self.windows.begin(turn)
            self.turn = turn
        return self.windows[batch]
