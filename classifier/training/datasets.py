"""Batches of pieces, cut from a store when they are needed."""

import keras
import numpy as np

from classifier.core.errors import InputError
from classifier.data.audio_cache import to_float
from classifier.training import augmentation
from Constants import SILENT_LABELS

SHIFT_SHARE = 0.5  # of the pieces are shifted; the others are cut as a test cuts them, short last ones among them
LEAST_AUDIO = 4  # a shifted piece holds at least a quarter of a piece of its recording


class Pieces(keras.utils.PyDataset):
    """The pieces of some recordings, the last of each padded: what a test and the app see.

    A batch is (pieces, piece_length) float32, (pieces, labels) one-hot, (pieces,) weights. The weights make every label
    count the same, however many pieces it has: weighted accuracy is the mean of the per-label recalls.

    hop: samples from one start to the next; a piece where not given, so that pieces touch and do not overlap.
    truth: (pieces,) index of the label. recordings: (pieces,) index into the store.
    """

    def __init__(self, store, recordings, labels, contract, batch_size, hop=None):
        super().__init__()
        self.store, self.contract, self.batch_size, self.n_labels = store, contract, batch_size, len(labels)
        hop = hop or contract.piece_length
        samples = (store.ends - store.starts)[recordings]
        n_pieces = np.maximum(1, -(-samples // hop))  # overlapping ones hold those that touch, short last ones too
        self.recordings = np.repeat(recordings, n_pieces)
        self.starts = np.concatenate([np.arange(n) * hop for n in n_pieces])
        self.truth = np.array([labels.index(store.clips[i].label) for i in self.recordings])
        counts = np.bincount(self.truth, minlength=self.n_labels)
        self.weights = (len(self.truth) / (self.n_labels * np.maximum(1, counts)))[self.truth].astype("float32")

    def __len__(self):
        return -(-len(self.truth) // self.batch_size)

    def __getitem__(self, batch):
        chosen = self.of_batch(batch)
        return self.cut(chosen, self.starts[chosen]), *self.truth_and_weights(chosen)

    def of_batch(self, batch):
        """(pieces,) index of those of a batch."""
        return np.arange(len(self.truth))[batch * self.batch_size : (batch + 1) * self.batch_size]

    def truth_and_weights(self, chosen):
        return np.eye(self.n_labels, dtype="float32")[self.truth[chosen]], self.weights[chosen]

    def answers(self, probabilities):
        """What is said of the pieces, (pieces, labels), and what is true: as Artifact.answers returns it."""
        _, number = np.unique(self.recordings, return_inverse=True)  # in the order of the side's list in run.json
        starts = self.starts / self.contract.sample_rate
        return {"probabilities": probabilities, "truth": self.truth, "recordings": number, "starts": starts}

    def cut(self, chosen, starts):
        """(chosen, piece_length) of the recordings those pieces are from, from a sample on, padded with silence."""
        audio = np.zeros((len(chosen), self.contract.piece_length), "float32")
        for row, i, start in zip(audio, chosen, starts, strict=True):
            samples = self.store.samples(self.recordings[i])[start : start + len(row)]
            row[: len(samples)] = to_float(samples)
        self.store.forget()
        return audio


class Dealt(Pieces):
    """Pieces in another order every epoch, mixed in pairs where the recipe says so. Same seed, same batches."""

    def __init__(self, *args, recipe, seed, hop=None):
        super().__init__(*args, recipe.batch_size, hop)
        self.recipe, self.seed = recipe, seed
        if not recipe.balanced:
            self.weights = np.ones_like(self.weights)
        self.begin(epoch=0)

    def begin(self, epoch):
        """Deal the pieces for an epoch."""
        self.epoch = epoch
        self.order = np.random.default_rng([self.seed, epoch]).permutation(len(self.truth))

    def on_epoch_end(self):
        self.begin(self.epoch + 1)

    def __getitem__(self, batch):
        chosen = self.order[batch * self.batch_size : (batch + 1) * self.batch_size]
        random = np.random.default_rng([self.seed, self.epoch, batch])
        found = self.inputs(chosen, random), *self.truth_and_weights(chosen)
        return augmentation.mix(*found, self.recipe.mixup, random) if self.recipe.mixup else found

    def inputs(self, chosen, random):
        """What a model is given of the pieces chosen."""
        return self.cut(chosen, self.starts[chosen])


class TrainingPieces(Dealt):
    """Pieces to learn from, altered as the recipe says.

    copies: of the store, at another pitch and tempo (copies.make).
    background: Pieces that are mixed in behind these; those of silent labels where not given.
    """

    def __init__(self, *args, copies=(), background=None, **settings):
        super().__init__(*args, **settings)
        self.stores = [self.store, *copies]
        silent = np.isin([self.store.clips[i].label for i in self.recordings], SILENT_LABELS)
        self.background = (
            (background, np.arange(len(background.truth))) if background else (self, np.flatnonzero(silent))
        )

    def inputs(self, chosen, random):
        recipe, audio = self.recipe, self._heard(chosen, random)
        if recipe.background_snr_db and len(self.background[1]):
            pieces, among = self.background
            behind = among[random.integers(len(among), size=len(chosen))]
            background = pieces.cut(behind, _shifted(pieces, behind, recipe.shift, random))
            audio = augmentation.add_background(audio, background, recipe.background_snr_db, random)
        return augmentation.alter(audio, recipe, self.contract.sample_rate, random)

    def _heard(self, chosen, random):
        """`cut`, from the recordings or their copies; of a piece that is played faster, more of the recording."""
        starts = _shifted(self, chosen, self.recipe.shift, random)
        if len(self.stores) == 1 and not self.recipe.speed:
            return self.cut(chosen, starts)
        of_stores = random.integers(len(self.stores), size=len(chosen))
        speeds = augmentation.speeds(len(chosen), self.recipe.speed, random)
        audio = np.zeros((len(chosen), self.contract.piece_length), "float32")
        for row, piece, start, of_store, speed in zip(audio, chosen, starts, of_stores, speeds, strict=True):
            i, store = self.recordings[piece], self.stores[of_store]
            samples = store.samples(i)
            start = round(start * len(samples) / len(self.store.samples(i)))
            played = augmentation.at_speed(to_float(samples[start : start + round(speed * len(row))]), speed)[
                : len(row)
            ]
            row[: len(played)] = played
        for store in self.stores:
            store.forget()
        return audio


def _shifted(pieces, chosen, shift, random):
    """(chosen,) samples at which pieces start when half of them are shifted by up to `shift` of a piece."""
    length = pieces.contract.piece_length
    reach = round(shift * length)
    starts = pieces.starts[chosen]
    samples = (pieces.store.ends - pieces.store.starts)[pieces.recordings[chosen]]
    latest = np.maximum(0, samples - length // LEAST_AUDIO)
    shifted = np.clip(starts + random.integers(-reach, reach + 1, len(chosen)), 0, latest)
    return np.where(reach and random.random(len(chosen)) < SHIFT_SHARE, shifted, starts)


class Share(keras.utils.PyDataset):
    """What one of several processes takes of each batch of Pieces; what all take is the batch, in its order.

    All devices take equally many. What the last batch has beyond that is left out where pieces are dealt anew every
    epoch; others are filled up with pieces that weigh nothing, and weights grow by as much as means over them shrink.
    """

    def __init__(self, pieces, process, processes, devices):
        super().__init__()
        self.pieces, self.process, self.processes, self.devices = pieces, process, processes, devices
        self.is_dealt, self.recipe = isinstance(pieces, Dealt), getattr(pieces, "recipe", None)
        whole, rest = divmod(len(pieces.truth), pieces.batch_size)
        taken = rest // devices * devices if self.is_dealt else -(-rest // devices) * devices
        self.n_batches = whole + (taken > 0)
        self.filled = (whole * pieces.batch_size + taken) / len(pieces.truth)
        if not self.n_batches:
            raise InputError(f"{rest} pieces to learn from are too few for {devices} devices")

    def __len__(self):
        return self.n_batches

    def begin(self, epoch):
        self.pieces.begin(epoch)

    def on_epoch_end(self):
        self.pieces.on_epoch_end()

    def __getitem__(self, batch):
        if self.is_dealt:  # all of it, for what it is altered by is drawn for all of it
            found = self.pieces[batch]
            mine = self._mine(np.arange(len(found[0]) // self.devices * self.devices))
            return tuple(values[mine] for values in found)
        chosen = self.pieces.of_batch(batch)
        n = -(-len(chosen) // self.devices) * self.devices
        mine, is_real = self._mine(np.resize(chosen, n)), self._mine(np.arange(n) < len(chosen))
        truth, weights = self.pieces.truth_and_weights(mine)
        return self.pieces.cut(mine, self.pieces.starts[mine]), truth, weights * is_real * np.float32(self.filled)

    def _mine(self, rows):
        return np.array_split(rows, self.processes)[self.process]
