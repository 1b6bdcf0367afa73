"""Distances of normal windows to models that have not heard them, for a threshold that holds for others."""

from dataclasses import dataclass
from types import ModuleType

import keras
import numpy as np

from classifier.core import interruptible
from classifier.core.console import progress
from classifier.data import group_dealing
from classifier.data.audio_cache import AudioCache
from classifier.data.one_class import ABNORMAL, LABELS
from classifier.models import assemble
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import Recipe
from classifier.records.training_config import TrainingConfig
from classifier.scoring.one_class import groups_needed
from classifier.training.datasets import Windows
from classifier.training.train import start_anew

PARTS = 5  # that are held out in turn: each model learns from four fifths


@dataclass(frozen=True)
class Learner:
    """What makes a model of normal windows.

    Attributes:
        file: of classifier/models/one_class.
        audio: the recordings.
    """

    file: ModuleType
    audio_format: AudioFormat
    recipe: Recipe
    audio: AudioCache
    config: TrainingConfig

    def windows(self, clips: np.ndarray, overlap: bool = False) -> Windows:
        """The windows of (n,) clips that touch, or overlap by half; without those of digital silence."""
        hop = self.audio_format.window_length // 2 if overlap else None
        windows = Windows(self.audio, clips, list(LABELS), self.audio_format, self.recipe.batch_size, hop)
        return windows.without_silence()

    def untrained(self) -> keras.Model:
        """A model that has heard nothing: it shows whether it can be converted."""
        features = assemble.features_of(self.file, self.audio_format, self.config.paper)
        return self._built(features)

    def learned(self, windows: Windows) -> keras.Model:
        """A model, (batch, window_length) audio -> (batch, 2), that knows these windows; its threshold is not set."""
        start_anew(self.config.seed)
        features = assemble.features_of(self.file, self.audio_format, self.config.paper)
        heard = assemble.heard(features, self.audio_format.window_length)
        model = self._built(features, *assemble.statistics(features, map(heard.predict_on_batch, _audio(windows))))
        front = keras.Model(model.input, model.get_layer("standardise").output)
        batches = map(front.predict_on_batch, progress(_audio(windows), "normal", len(windows)))
        self.file.learn(model.get_layer("body"), batches, self.recipe, self.config.seed)
        return model

    def _built(self, features, mean=0.0, variance=1.0):
        silent = LABELS.index(ABNORMAL)
        return assemble.build(self.file, features, self.audio_format, len(LABELS), mean, variance, silent)


def held_out(learner: Learner, train: np.ndarray, validation: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Distances of normal windows to models that learned from other groups.

    Where the validation split has too few groups to prove a false-alarm rate, all groups are held out, in turns.

    Args:
        train, validation: (clips,) indices.

    Returns:
        (windows,) distances, and (windows,) groups.
    """
    clips = np.concatenate([train, validation])
    audio = learner.audio
    groups = group_dealing.joined(np.array([audio.clips[i].group for i in clips]), [audio.contents[i] for i in clips])
    parts = [groups[len(train) :]]
    if len(np.unique(parts[0])) < groups_needed(rate):
        shuffled = np.random.default_rng(learner.config.seed).permutation(np.unique(groups))
        parts = np.array_split(shuffled, min(PARTS, len(shuffled)))
    distances, of = [], []
    for part in parts:
        held = np.isin(groups, part)
        windows = learner.windows(clips[held])
        distances.append(_distances(learner.learned(learner.windows(clips[~held], overlap=True)), windows))
        of.append(groups_of(windows))
    return np.concatenate(distances), np.concatenate(of)


def groups_of(windows: Windows) -> np.ndarray:
    """(windows,) the group of each."""
    return np.array([windows.store.clips[i].group for i in windows.recordings])


def _distances(model, windows):
    body = model.get_layer("body")
    distance = keras.Model(body.input, body.get_layer("distance").output)
    of_audio = keras.Model(model.input, distance(model.get_layer("standardise").output))
    return interruptible.predict(of_audio, windows)[:, 0]


def _audio(windows):
    return (windows[batch][0] for batch in range(len(windows)))
