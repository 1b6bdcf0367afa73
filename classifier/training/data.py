"""The recordings of a training: found, labelled and decoded, before Keras is imported."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.core.console import say, warn
from classifier.data import audio_cache, clips, duplicates, splits
from classifier.data.audio_cache import AudioCache
from classifier.data.labels import label_order
from classifier.data.layouts import folder_of
from classifier.pretrained import weights
from classifier.records.audio_format import AudioFormat
from classifier.records.config import TrainingConfig


@dataclass(frozen=True)
class TrainingData:
    """What models learn from.

    Attributes:
        labels: in the order of the outputs.
        audio_formats: {model: what it takes}, of the models that can be trained.
        audio: {sample rate in Hz: decoded recordings}.
        background_noise: {sample rate in Hz: what is mixed behind them, or None}.
        splits: {sample rate in Hz: (clips,) the split of each decoded recording}.
        n_clips: how many there are, those that could not be read included.
    """

    labels: list[str]
    audio_formats: dict[str, AudioFormat]
    audio: dict[int, AudioCache]
    background_noise: dict[int, AudioCache | None]
    splits: dict[int, np.ndarray]
    n_clips: int

    @property
    def labels_of_clips(self) -> list[str]:
        """The label of each recording that could be read."""
        return [clip.label for clip in next(iter(self.audio.values())).clips]

    @property
    def skipped(self) -> list:
        """(clip, reason) of each that could not be read."""
        return next(iter(self.audio.values())).skipped


def load(config: TrainingConfig) -> TrainingData:
    """Find, label, decode and split the recordings of a training.

    Raises:
        InputError: there are none, a label has none that can be read, labels and labels file differ, a sound has two
            labels, or they cannot be split.
    """
    weights.take(config.weights)
    audio_formats = {model: config.audio_format(model) for model in config.models}
    for audio_format in dict.fromkeys(audio_formats.values()):
        if audio_format != AudioFormat():
            length = f"{audio_format.seconds:g} s at {audio_format.sample_rate} Hz"
            say(f"this run: windows of {length}; Constants.py says otherwise")
    found = clips.read_clips(config.data, config.group_by, config.layout, folds_by=config.folds_by)
    if config.ignore_folds:
        found = splits.without_folds(found)
    ready = weights.ready(config.models, leave_out=config.leave_out)
    labels = label_order(found, config.labels)
    rates = dict.fromkeys(audio_formats[model].sample_rate for model in ready)
    how = config.cache, config.channel
    audio = {
        rate: duplicates.settle(
            audio_cache.read(found, config.data, rate, *how), folder_of(config.data), config.duplicates
        )
        for rate in rates
    }
    noise: dict[int, AudioCache | None] = dict.fromkeys(rates)
    if config.background_noise:
        folder = Path(config.background_noise)
        behind = clips.of_background_noise(folder)
        noise |= {rate: audio_cache.read(behind, folder, rate, *how) for rate in rates}
    dealt = config.fold, config.seed
    split = {rate: splits.split(of.clips, of.contents, *dealt, config.train_share) for rate, of in audio.items()}
    rate, of_any = next(iter(audio.items()))
    whole = splits.split(of_any.clips, of_any.contents, *dealt) if config.train_share else split[rate]
    for sentence in splits.untested(of_any.clips, {config.fold: whole}):
        warn(sentence)
    return TrainingData(labels, {model: audio_formats[model] for model in ready}, audio, noise, split, len(found))
