"""What pretrained features make of every piece of a store, computed once: what stands on them learns in seconds.

They are kept beside the decoded recordings; a killed computation goes on where it was.
"""

import hashlib
import os

import keras
import numpy as np

from classifier import atomic, augmentation
from classifier.console import progress
from classifier.pieces import Pieces

AT_ONCE = 32  # pieces


def to_learn_and_validate(features, store, on_side, labels, contract, recipe, seed):
    """The sides "train", whose pieces overlap by half, and "validation", as features see them: two Embedded."""
    of_features, settings = (features, store), (labels, contract, recipe.batch_size)
    half = contract.piece_length // 2
    learn = Embedded(*of_features, on_side["train"], *settings, half, recipe, seed)
    return learn, Embedded(*of_features, on_side["validation"], *settings)


class Embedded(Pieces):
    """Pieces of some recordings as the features see them: a batch is (pieces, *features), one-hot truth, weights.

    recipe: of a training, which gets them in another order every epoch; None leaves them in theirs.
    """

    def __init__(self, features, store, recordings, labels, contract, batch_size, hop=None, recipe=None, seed=0):
        super().__init__(store, recordings, labels, contract, batch_size, hop)
        self.recipe, self.seed, self.epoch = recipe, seed, 0
        everything = Pieces(store, np.arange(len(store.clips)), labels, contract, AT_ONCE, hop)
        self.values = _of_all(features, everything, hop or contract.piece_length)
        self.rows = np.flatnonzero(np.isin(everything.recordings, recordings))
        if recipe and not recipe.balanced:
            self.weights = np.ones_like(self.weights)

    def on_epoch_end(self):
        self.epoch += 1

    def __getitem__(self, batch):
        chosen = np.arange(len(self.truth))
        random = np.random.default_rng([self.seed, self.epoch])
        if self.recipe:
            chosen = random.permutation(chosen)
        chosen = chosen[batch * self.batch_size : (batch + 1) * self.batch_size]
        found = self.values[self.rows[chosen]], *self.truth_and_weights(chosen)
        if self.recipe and self.recipe.mixup:
            return augmentation.mix(*found, self.recipe.mixup, np.random.default_rng([self.seed, self.epoch, batch]))
        return found


def _of_all(features, pieces, hop):
    """(pieces, *features) float32 of all pieces of a store: an array on disk, or in memory where the store is."""
    audio = keras.Input((pieces.contract.piece_length,))
    compute = keras.Model(audio, features(audio))
    shape = (len(pieces.truth), *compute.output_shape[1:])
    if pieces.store.folder is None:
        values = np.zeros(shape, "float32")
        _fill(values, compute, pieces)
        return values
    kind = _hash(sorted(features.get_config().items(), key=str), *features.get_weights())
    content = _hash(pieces.store.contents, pieces.recordings, pieces.starts)
    prefix = f"embeddings-{pieces.contract.piece_length}-{hop}-{kind}"
    path = pieces.store.folder / f"{prefix}-{content}.npy"
    with atomic.alone_in(pieces.store.folder):
        if not path.is_file():
            part = path.with_suffix(".part")
            if not part.is_file():
                with atomic.new_file(part) as fresh:
                    np.lib.format.open_memmap(fresh, "w+", "float32", shape)
            values = np.lib.format.open_memmap(part, "r+")
            _fill(values, compute, pieces)
            values.flush()
            os.replace(part, path)
        for old in pieces.store.folder.glob(f"{prefix}-*"):  # of recordings that have changed since
            if old != path:
                old.unlink()
    return np.load(path, mmap_mode="r")


def _fill(values, compute, pieces):
    """Compute the batches whose rows are all zero, as they are in a new array."""
    starts = range(0, len(values), AT_ONCE)
    for i, start in enumerate(progress(starts, "embedding pieces", len(starts))):
        rows = values[start : start + AT_ONCE]
        if not rows.any():
            rows[:] = compute.predict_on_batch(pieces[i][0])


def _hash(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
    return digest.hexdigest()[:12]
