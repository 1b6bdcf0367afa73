"""One model to train: its recipe, the windows of each split, and the model before it learns."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

import keras
import numpy as np

from classifier.core import registry
from classifier.data import labels, splits, surroundings
from classifier.data.audio_cache import AudioCache
from classifier.models import assemble
from classifier.records.audio_format import AudioFormat
from classifier.records.config import TrainingConfig
from classifier.records.recipe import Recipe, fine_tuning_for, recipe_for
from classifier.training import distributed, embeddings, offline_augmentation
from classifier.training.data import TrainingData
from classifier.training.datasets import TrainingWindows, Windows

STATISTICS_WINDOWS = 500  # a mean over half a thousand windows moves no more with another thousand


@dataclass(frozen=True)
class Task:
    """One model to train.

    Attributes:
        file: of classifier/models.
        recipe: how it is trained; of a head on a pretrained network, the head.
        fine_tuning: how the network's last layers are trained after that; None where they are not.
        features: its features layer.
        audio: the decoded recordings.
        split: (clips,) "train", "validation" or "test".
        windows: {split: its windows of audio}; "train" is all that is learned from, altered as the recipe says.
        embedded: {split: the same windows as a pretrained network sees them}; {} where there is none.
    """

    name: str
    file: ModuleType
    audio_format: AudioFormat
    labels: list[str]
    recipe: Recipe
    fine_tuning: Recipe | None
    features: keras.Layer
    audio: AudioCache
    split: np.ndarray
    windows: dict[str, Windows]
    embedded: dict[str, Windows]

    @property
    def first(self) -> Windows:
        """What is learned from first: windows of audio, or a pretrained network's embeddings of them."""
        return (self.embedded or self.windows)["train"]


def prepare(name: str, config: TrainingConfig, data: TrainingData, learned: Sequence[str] = ("train",)) -> Task:
    """The training of a model: each split of the recordings, cut into windows.

    Args:
        learned: the splits that are learned from.
    """
    file, audio_format = registry.load("models", name), data.audio_formats[name]
    recipe, fine_tuning = distributed.widened(recipe_for(name, config)), fine_tuning_for(name, config)
    fine_tuning = fine_tuning and distributed.widened(fine_tuning)
    audio = data.audio[audio_format.sample_rate]
    background_noise = data.background_noise[audio_format.sample_rate]
    split = data.splits[audio_format.sample_rate]
    clips = {name: np.flatnonzero(split == name) for name in splits.SPLITS}
    clips["train"] = np.flatnonzero(np.isin(split, learned))
    features = assemble.features_of(file, audio_format, config.paper)
    learn = _to_learn(
        audio, clips["train"], data.labels, audio_format, fine_tuning or recipe, config.seed, background_noise
    )
    windows = {
        held_out: Windows(audio, clips[held_out], data.labels, audio_format, recipe.batch_size)
        for held_out in ("validation", "test")
    }
    embedded = {}
    if hasattr(features, "learn"):  # a pretrained network
        about, dealt = (data.labels, audio_format), {"recipe": recipe, "seed": config.seed}
        half = audio_format.window_length // 2
        embedded["train"] = embeddings.EmbeddedToLearn(features, audio, clips["train"], *about, hop=half, **dealt)
        embedded["validation"] = embeddings.Embedded(features, audio, clips["validation"], *about, recipe.batch_size)
    return Task(
        name,
        file,
        audio_format,
        data.labels,
        recipe,
        fine_tuning,
        features,
        audio,
        split,
        {"train": learn, **windows},
        embedded,
    )


def _to_learn(audio, clips, labels, audio_format, recipe, seed, background_noise):
    copies = ()
    if recipe.pitch or recipe.stretch:
        around, _ = surroundings.widened(audio, audio_format.window_length)
        copies = offline_augmentation.make(around, clips, recipe.pitch, recipe.stretch, audio_format.sample_rate, seed)
    background = None
    if background_noise:
        everything = np.arange(len(background_noise.clips))
        its_labels = sorted({clip.label for clip in background_noise.clips})
        background = Windows(background_noise, everything, its_labels, audio_format, recipe.batch_size)
    settings = {"recipe": recipe, "seed": seed, "copies": copies, "background": background}
    return TrainingWindows(audio, clips, labels, audio_format, **settings)


def build(task: Task) -> keras.Model:
    """The model of a training, its standardisation from the first windows to learn from."""
    first = task.first
    some = (first[batch][0] for batch in range(min(len(first), -(-STATISTICS_WINDOWS // task.recipe.batch_size))))
    heard = assemble.heard(task.features, task.audio_format.window_length)
    values = some if task.embedded else map(heard, some)
    statistics = assemble.statistics(task.features, values)
    silent = labels.silent(task.labels)
    return assemble.build(task.file, task.features, task.audio_format, len(task.labels), *statistics, silent)
