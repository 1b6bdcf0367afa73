"""Batches of windows, cut from the audio cache when they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import keras
import numpy as np

from classifier.audio.windows import filled, window_starts
from classifier.core.errors import InputError
from classifier.data import multi_hot, surroundings
from classifier.data.audio_cache import AudioCache, to_float
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import Recipe
from classifier.training import augmentation, rooms
from Constants import SILENT_LABELS

if TYPE_CHECKING:
    from classifier.training.soft_targets import Teaching

SHIFT_SHARE = 0.5  # of the windows are shifted; the others are cut as a test cuts them
LEAST_AUDIO = 4  # a shifted window of a short recording holds at least a quarter of a window of it


class Windows(keras.utils.PyDataset):
    """The windows of some recordings, the last of each ending with it: what a test sees.

    A clip that is shorter than a window has one, with its surroundings (classifier.data.surroundings).

    A batch: (windows, window_length) float32, (windows, labels) one-hot, (windows,) weights. These make every label
    count the same, however many windows it has: weighted accuracy is the mean of the per-label recalls.

    hop: samples from one start to the next; a window where not given, so that windows touch and do not overlap.
    targets: (windows,) index of the label; where clips may have several, (windows, labels) of 0 and 1, and all weights
    are 1. positive_weights: (labels,) what a window of a label counts in the loss for one without it, or None.
    recordings: (windows,) index into the store. starts: (windows,) samples, in
    what the store has of the recording, surroundings included.
    """

    def __init__(
        self,
        store: AudioCache,
        recordings: np.ndarray,
        labels: list[str],
        audio_format: AudioFormat,
        batch_size: int,
        hop: int | None = None,
    ):
        super().__init__()
        self.store, self.heard = surroundings.widened(store, audio_format.window_length)
        self.begins = self.heard.starts - store.starts
        is_part = store.ends - store.starts < self.heard.ends - self.heard.starts
        self.latest = np.where(is_part, -self.begins, store.ends - store.starts)  # a later window cuts into the clip
        self.audio_format, self.batch_size, self.n_labels = audio_format, batch_size, len(labels)
        hop = hop or audio_format.window_length
        samples = np.where(self.heard.is_short, 1, store.ends - store.starts)[recordings]
        starts = [window_starts(n, audio_format.window_length, hop) for n in samples]
        self.recordings = np.repeat(recordings, list(map(len, starts)))
        self.starts = np.concatenate(starts) + self.heard.offsets[self.recordings]
        self.positive_weights = None
        if any(store.clips[i].several is not None for i in recordings):
            self.targets = multi_hot.of_clips(store.clips, labels)[self.recordings]
            self.weights = np.ones(len(self.targets), "float32")
            self.positive_weights = multi_hot.positive_weights(self.targets)
            return
        self.targets = np.array([labels.index(store.clips[i].label) for i in self.recordings])
        counts = np.bincount(self.targets, minlength=self.n_labels)
        self.weights = (len(self.targets) / (self.n_labels * np.maximum(1, counts)))[self.targets].astype("float32")

    def without_silence(self) -> Self:
        """The same but for windows of digital silence, such as padding; a recording of nothing else keeps them."""
        sounds = np.array(
            [np.ptp(self.samples(i, start)) > 0 for i, start in zip(self.recordings, self.starts, strict=True)], bool
        )
        kept = sounds | ~np.isin(self.recordings, self.recordings[sounds])
        for name in ("recordings", "starts", "targets", "weights"):
            setattr(self, name, getattr(self, name)[kept])
        self.store.forget()
        return self

    def samples(self, recording: int, start: int) -> np.ndarray:
        """(samples,) int16 of a recording, at most a window from a sample on."""
        return self.store.samples(recording)[start : start + self.audio_format.window_length]

    def __len__(self):
        return -(-len(self.targets) // self.batch_size)

    def begin(self, epoch: int) -> None:
        """Get ready for an epoch, from 0: these have one order in all of them."""

    def __getitem__(self, index: int):
        chosen = self.of_batch(index)
        return self.cut(chosen, self.starts[chosen]), *self.targets_and_weights(chosen)

    def of_batch(self, batch: int) -> np.ndarray:
        """(windows,) index of those of a batch."""
        return np.arange(len(self.targets))[batch * self.batch_size : (batch + 1) * self.batch_size]

    def targets_and_weights(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(chosen, labels) one-hot targets, or those of several labels, and (chosen,) weights."""
        if self.targets.ndim == 2:
            return self.targets[chosen].astype("float32"), self.weights[chosen]
        return np.eye(self.n_labels, dtype="float32")[self.targets[chosen]], self.weights[chosen]

    def predictions(self, probabilities: np.ndarray) -> dict[str, np.ndarray]:
        """(windows, labels) probabilities, with targets, recordings and starts, as Artifact.predictions has them."""
        _, number = np.unique(self.recordings, return_inverse=True)  # in the order of the split's list in run.json
        starts = (self.starts + self.begins[self.recordings]) / self.audio_format.sample_rate
        return {"probabilities": probabilities, "targets": self.targets, "recordings": number, "starts": starts}

    def cut(self, chosen: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """(chosen, window_length) of the recordings those windows are from, from a sample on."""
        audio = np.zeros((len(chosen), self.audio_format.window_length), "float32")
        for row, i, start in zip(audio, self.recordings[chosen], starts, strict=True):
            self.put(to_float(self.samples(i, start)), i, row)
        self.store.forget()
        return audio

    def put(self, samples: np.ndarray, recording: int, row: np.ndarray) -> None:
        """Put samples of a recording into a row of zeros, (window_length,); those of a short one are filled."""
        samples = filled(samples, len(row)) if self.heard.is_short[recording] else samples
        row[: len(samples)] = samples


class Dealt(Windows):
    """Windows in another order every epoch, mixed in pairs where the recipe says so. Same seed, same batches.

    With a teacher, what it says of the windows is behind their targets (soft_targets).
    """

    def __init__(self, *args, recipe: Recipe, seed: int, hop: int | None = None, teaching: Teaching | None = None):
        super().__init__(*args, recipe.batch_size, hop)
        self.recipe, self.seed, self.teaching = recipe, seed, teaching
        if not recipe.balanced:
            self.weights, self.positive_weights = np.ones_like(self.weights), None
        self.begin(epoch=0)

    def begin(self, epoch: int) -> None:
        """Deal the windows for an epoch."""
        self.epoch = epoch
        self.order = np.random.default_rng([self.seed, epoch]).permutation(len(self.targets))

    def on_epoch_end(self) -> None:
        self.begin(self.epoch + 1)

    def __getitem__(self, index: int):
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        random = np.random.default_rng([self.seed, self.epoch, index])
        found = self.inputs(chosen, random), *self.targets_and_weights(chosen)
        if self.recipe.between_class:
            found = augmentation.between_classes(*found, self.audio_format.sample_rate, random)
        elif self.recipe.mixup:
            found = augmentation.mix(*found, self.recipe.mixup, random)
        return self.taught(*found)

    def taught(self, inputs: np.ndarray, targets: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, ...]:
        """A batch, with what a teacher says of its windows, as they are altered and mixed, behind the targets."""
        if self.teaching:
            targets = np.concatenate([targets, self.teaching.probabilities(inputs)], axis=1)
        return inputs, targets, weights

    def inputs(self, chosen: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """What a model is given of the windows chosen."""
        return self.cut(chosen, self.starts[chosen])


@dataclass(frozen=True)
class _Behind:
    """What is mixed in behind windows that are learned.

    Attributes:
        windows, among: windows, and the indexes of those that may be.
        snr_db: (least, most) by which they are quieter; None: they are not mixed in.
        goes_with: (windows,) behind which of those that are learned.
    """

    windows: Windows
    among: np.ndarray
    snr_db: tuple[float, float] | None
    goes_with: np.ndarray


class TrainingWindows(Dealt):
    """Windows to learn from, altered as the recipe says.

    copies: of the audio cache, at another pitch and tempo (offline_augmentation.make).
    background: Windows that are mixed in behind these; those of silent labels where not given.
    negatives: Windows that are mixed in behind these, but for those of silent labels and of negatives themselves, in
        which nothing of a label would be left.
    """

    def __init__(
        self,
        *args,
        copies: Sequence[AudioCache] = (),
        background: Windows | None = None,
        negatives: Windows | None = None,
        **settings,
    ):
        super().__init__(*args, **settings)
        self.stores = [self.store, *copies]
        labels = np.array([self.store.clips[i].label for i in self.recordings])
        silent, everywhere = np.isin(labels, SILENT_LABELS), np.ones(len(labels), bool)
        among = np.arange(len(background.targets)) if background else np.flatnonzero(silent)
        self.behind = [_Behind(background or self, among, self.recipe.background_snr_db, everywhere)]
        if negatives:
            own = {negatives.store.clips[i].label for i in negatives.recordings}
            heard = ~(silent | np.isin(labels, list(own)))
            among = np.arange(len(negatives.targets))
            self.behind.append(_Behind(negatives, among, self.recipe.negatives_snr_db, heard))

    def inputs(self, chosen: np.ndarray, random: np.random.Generator) -> np.ndarray:
        recipe, audio, sample_rate = self.recipe, self._heard(chosen, random), self.audio_format.sample_rate
        if recipe.rt60_seconds:
            audio = rooms.reverberate(audio, recipe.rt60_seconds, sample_rate, random)
        for behind in self.behind:
            rows = np.flatnonzero(behind.goes_with[chosen])
            if behind.snr_db and len(behind.among) and len(rows):
                drawn = behind.among[random.integers(len(behind.among), size=len(rows))]
                background = behind.windows.cut(drawn, _shifted(behind.windows, drawn, recipe.shift, random))
                audio[rows] = augmentation.add_background(audio[rows], background, behind.snr_db, random)
        return augmentation.alter(audio, recipe, sample_rate, random)

    def _heard(self, chosen, random):
        """`cut`, from the recordings or their copies; of a window that is played faster, more of the recording."""
        starts = _shifted(self, chosen, self.recipe.shift, random)
        if len(self.stores) == 1 and not self.recipe.speed:
            return self.cut(chosen, starts)
        of_stores = random.integers(len(self.stores), size=len(chosen))
        speeds = augmentation.speeds(len(chosen), self.recipe.speed, random)
        audio = np.zeros((len(chosen), self.audio_format.window_length), "float32")
        for row, window, start, of_store, speed in zip(audio, chosen, starts, of_stores, speeds, strict=True):
            i, store = self.recordings[window], self.stores[of_store]
            samples = store.samples(i)
            start, n = round(start * len(samples) / len(self.store.samples(i))), round(speed * len(row))
            start = start if self.heard.is_short[i] else min(start, max(0, len(samples) - n))
            played = augmentation.at_speed(to_float(samples[start : start + n]), speed)
            row[:] = filled(played[: len(row)], len(row))  # faster, a recording may be shorter than a window
        for store in self.stores:
            store.forget()
        return audio


def _shifted(windows, chosen, shift, random):
    """(chosen,) samples at which windows start when half of them are shifted by up to `shift` of a window."""
    length = windows.audio_format.window_length
    reach = round(shift * length)
    starts = windows.starts[chosen]
    samples = (windows.store.ends - windows.store.starts)[windows.recordings[chosen]]
    latest = np.maximum(0, samples - np.where(samples >= length, length, length // LEAST_AUDIO))
    latest = np.where(samples < length, np.minimum(latest, windows.latest[windows.recordings[chosen]]), latest)
    shifted = np.clip(starts + random.integers(-reach, reach + 1, len(chosen)), 0, latest)
    return np.where(reach and random.random(len(chosen)) < SHIFT_SHARE, shifted, starts)


class Share(keras.utils.PyDataset):
    """What one of several processes takes of each batch of Windows; what all take is the batch, in its order.

    All devices take equally many. What the last batch has beyond that is left out where windows are dealt anew every
    epoch; others are filled up with windows that weigh nothing, and weights grow by as much as means over them shrink.
    """

    def __init__(self, windows: Windows, process: int, processes: int, devices: int):
        super().__init__()
        self.windows, self.process, self.processes, self.devices = windows, process, processes, devices
        self.is_dealt, self.recipe = isinstance(windows, Dealt), getattr(windows, "recipe", None)
        whole, rest = divmod(len(windows.targets), windows.batch_size)
        taken = rest // devices * devices if self.is_dealt else -(-rest // devices) * devices
        self.n_batches = whole + (taken > 0)
        self.filled = (whole * windows.batch_size + taken) / len(windows.targets)
        if not self.n_batches:
            raise InputError(f"{rest} windows to learn from are too few for {devices} devices")

    def __len__(self):
        return self.n_batches

    def begin(self, epoch: int) -> None:
        self.windows.begin(epoch)

    def on_epoch_end(self) -> None:
        self.windows.on_epoch_end()

    def __getitem__(self, index: int):
        if self.is_dealt:  # all of it, for what it is altered by is drawn for all of it
            found = self.windows[index]
            mine = self._mine(np.arange(len(found[0]) // self.devices * self.devices))
            return tuple(values[mine] for values in found)
        chosen = self.windows.of_batch(index)
        n = -(-len(chosen) // self.devices) * self.devices
        mine, is_real = self._mine(np.resize(chosen, n)), self._mine(np.arange(n) < len(chosen))
        targets, weights = self.windows.targets_and_weights(mine)
        return self.windows.cut(mine, self.windows.starts[mine]), targets, weights * is_real * np.float32(self.filled)

    def _mine(self, rows):
        return np.array_split(rows, self.processes)[self.process]
