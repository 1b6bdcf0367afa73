"""One model to train: its recipe, the windows of each split, and the model before it learns."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

import keras
import numpy as np

from classifier.core import registry
from classifier.core.console import warn
from classifier.data import labels, splits, surroundings
from classifier.data.audio_cache import AudioCache
from classifier.data.negatives import UNLABELLED
from classifier.models import assemble
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import Recipe, fine_tuning_for, recipe_for
from classifier.records.training_config import TrainingConfig
from classifier.records.window_predictions import OF_NEGATIVES
from classifier.scoring.thresholds import BACKGROUND, background_of
from classifier.training import distributed, embeddings, offline_augmentation, soft_targets, starting_weights
from classifier.training.data import TrainingData
from classifier.training.datasets import TrainingWindows, Windows

HELD = ("validation", "test")  # splits that are not learned from
VALIDATION_NEGATIVES, TEST_NEGATIVES = (f"{held}{OF_NEGATIVES}" for held in HELD)
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
        windows: {split: its windows of audio}; "train" is all that is learned from, altered as the recipe says; of
            HELD, with OF_NEGATIVES behind the name, those of negatives that no output learns, where there are some.
        embedded: {split: the same windows as a pretrained network sees them}; {} where there is none.
        background: labels that an app does not report.
        start: the model whose weights are its first ones; None: these are random.
        multi_label: whether several labels may be right at once.
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
    background: tuple[str, ...] = BACKGROUND
    start: starting_weights.Start | None = None
    multi_label: bool = False

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
    rate = audio_format.sample_rate
    audio = data.audio[rate]
    clips = {split_name: data.clips_of(rate, split_name) for split_name in splits.SPLITS}
    clips["train"] = data.clips_of(rate, *learned)
    apart = {} if data.learns_negatives else {f"{held}{OF_NEGATIVES}": data.negatives_of(rate, held) for held in HELD}
    features = assemble.features_of(file, audio_format, config.paper)
    teaching = soft_targets.Teaching(data.teacher.of(learned), data.labels) if data.teacher else None
    about, batch_size = (data.labels, audio_format), recipe.batch_size
    windows: dict[str, Windows] = {
        "train": _to_learn(data, learned, fine_tuning or recipe, config.seed, audio_format, teaching),
        **{held: Windows(audio, clips[held], *about, batch_size) for held in HELD},
        **{held: _of_own_labels(audio, of, audio_format, batch_size) for held, of in apart.items() if len(of)},
    }
    embedded: dict[str, Windows] = {}
    if data.negatives and not (fine_tuning or recipe).negatives_snr_db:
        warn(
            f"{name} learns from recordings as they are: no negatives are mixed in behind them; --fine-tune 2 does that"
        )
    if hasattr(features, "learn"):  # a pretrained network
        learns, half = (features, audio, clips["train"], *about), audio_format.window_length // 2
        embedded["train"] = embeddings.EmbeddedToLearn(
            *learns, hop=half, recipe=recipe, seed=config.seed, teaching=teaching
        )
        embedded["validation"] = embeddings.Embedded(features, audio, clips["validation"], *about, batch_size)
        if VALIDATION_NEGATIVES in windows:
            of, own = apart[VALIDATION_NEGATIVES], [UNLABELLED]
            embedded[VALIDATION_NEGATIVES] = embeddings.Embedded(features, audio, of, own, audio_format, batch_size)
    return Task(
        name,
        file,
        audio_format,
        data.labels,
        recipe,
        fine_tuning,
        features,
        audio,
        data.splits[rate],
        windows,
        embedded,
        background_of(config.learned_negatives),
        starting_weights.load(config),
        config.multi_label,
    )


def _to_learn(data, learned, recipe, seed, audio_format, teaching):
    """The windows to learn from, with all that the recipe mixes in behind them, and what teaches."""
    rate = audio_format.sample_rate
    audio, noise = data.audio[rate], data.background_noise[rate]
    clips, negatives = data.clips_of(rate, *learned), data.negatives_of(rate, *learned)
    copies = ()
    if recipe.pitch or recipe.stretch:
        around, _ = surroundings.widened(audio, audio_format.window_length)
        copies = offline_augmentation.make(around, clips, recipe.pitch, recipe.stretch, rate, seed)
    sizes = audio_format, recipe.batch_size
    behind = {
        "background": _of_own_labels(noise, np.arange(len(noise.clips)), *sizes) if noise else None,
        "negatives": _of_own_labels(audio, negatives, *sizes) if len(negatives) else None,
    }
    about = audio, clips, data.labels, audio_format
    return TrainingWindows(*about, recipe=recipe, seed=seed, teaching=teaching, copies=copies, **behind)


def _of_own_labels(audio, clips, audio_format, batch_size):
    """Windows whose labels are not those of the model."""
    return Windows(audio, clips, sorted({audio.clips[i].label for i in clips}), audio_format, batch_size)


def build(task: Task) -> keras.Model:
    """The model of a training, its standardisation from the first windows to learn from."""
    first = task.first
    some = (first[batch][0] for batch in range(min(len(first), -(-STATISTICS_WINDOWS // task.recipe.batch_size))))
    heard = assemble.heard(task.features, task.audio_format.window_length)
    values = some if task.embedded else map(heard, some)
    statistics = task.start.statistics if task.start else assemble.statistics(task.features, values)
    silent = labels.silent(task.labels)
    model = assemble.build(
        task.file, task.features, task.audio_format, len(task.labels), *statistics, silent, task.multi_label
    )
    if task.start:
        starting_weights.take(model, task.labels, task.file, task.start)
    return model
