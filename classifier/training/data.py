"""The recordings of a training: found, labelled and decoded, before Keras is imported."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.core.console import say, warn
from classifier.data import (
    audio_cache,
    clips,
    duplicates,
    held_out,
    negatives,
    negatives_split,
    one_class,
    splits,
    unlabelled,
)
from classifier.data.audio_cache import AudioCache
from classifier.data.label_lists import of_each
from classifier.data.layouts import folder_of
from classifier.data.negatives import Negatives
from classifier.pretrained import weights
from classifier.records import teachers
from classifier.records.audio_format import AudioFormat
from classifier.records.teachers import Teacher
from classifier.records.training_config import TrainingConfig
from classifier.training import start


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
        negatives: what hold none of the labels, among the recordings; None where there are none.
        teacher: whose probabilities are learned, too; None where there is none.
    """

    labels: list[str]
    audio_formats: dict[str, AudioFormat]
    audio: dict[int, AudioCache]
    background_noise: dict[int, AudioCache | None]
    splits: dict[int, np.ndarray]
    n_clips: int
    negatives: Negatives | None = None
    teacher: Teacher | None = None

    def clips_of(self, rate: int, *split_names: str) -> np.ndarray:
        """(clips,) indexes of the recordings of splits that have one of the labels."""
        return self._indexes(rate, split_names, self.labels)

    def negatives_of(self, rate: int, *split_names: str) -> np.ndarray:
        """(clips,) indexes of the negatives of splits; where these are learned, of `clips_of` too."""
        return self._indexes(rate, split_names, [self.negatives.label] if self.negatives else [])

    def _indexes(self, rate, split_names, labels):
        clips = self.audio[rate].clips
        is_wanted = np.array([bool(labels) and (clip.several is not None or clip.label in labels) for clip in clips])
        return np.flatnonzero(is_wanted & np.isin(self.splits[rate], split_names))

    @property
    def learns_negatives(self) -> bool:
        """Whether an output learns them."""
        return self.negatives is not None and self.negatives.is_learned

    @property
    def labels_of_clips(self) -> list[str]:
        """The labels of the recordings that could be read."""
        return [label for label in of_each(next(iter(self.audio.values())).clips) if label in self.labels]

    @property
    def skipped(self) -> list:
        """(clip, reason) of each that could not be read."""
        return next(iter(self.audio.values())).skipped


def load(config: TrainingConfig) -> TrainingData:
    """Find, label, decode and split the recordings of a training.

    Raises:
        InputError: there are none, a label has none that can be read, labels and labels file differ, a sound has two
            labels, or they cannot be split; the teacher cannot teach, or has heard what tests.
    """
    weights.take(config.weights, weights.networks_of(config.models))
    audio_formats = {model: config.audio_format(model) for model in config.models}
    for audio_format in dict.fromkeys(audio_formats.values()):
        if audio_format != AudioFormat():
            length = f"{audio_format.seconds:g} s at {audio_format.sample_rate} Hz"
            say(f"this run: windows of {length}; Constants.py says otherwise")
    chosen = config.negatives_chosen
    found = config.read_clips()
    ready = weights.ready(config.models, leave_out=config.leave_out)
    learns_labels = config.normal is None
    labels = negatives.label_order(found, config.labels, chosen) if learns_labels else list(one_class.LABELS)
    found = config.all_clips(found)
    teacher = teachers.find(config, labels, {model: audio_formats[model] for model in ready})
    _check_windows(config, found, audio_formats)
    rates = dict.fromkeys(audio_formats[model].sample_rate for model in ready)
    how = config.cache, config.channel
    audio = {
        rate: duplicates.settle(
            audio_cache.read(found, config.data, rate, *how), folder_of(config.data), config.duplicates
        )
        for rate in rates
    }
    dealt, outside = (config.fold, config.seed, chosen), negatives_split.outside
    if not learns_labels:
        split = {rate: one_class.split(of.clips, of.contents, *dealt[:2]) for rate, of in audio.items()}
        return TrainingData(labels, {model: audio_formats[model] for model in ready}, audio, {}, split, len(found))
    split = {
        rate: outside(of.clips, of.contents, config.outside_fold, *dealt, config.train_share)
        for rate, of in audio.items()
    }
    split = {rate: start.keep_split(config, audio[rate], of) for rate, of in split.items()}
    rate, of_any = next(iter(audio.items()))
    if config.outside_fold is None:
        whole = negatives_split.split(of_any.clips, of_any.contents, *dealt) if config.train_share else split[rate]
        for sentence in splits.untested(of_any.clips, {config.fold: whole}):
            warn(sentence)
    teacher = teacher and teachers.unheard(teacher, config, of_any, split[rate])
    noise = {rate: _background_noise(config, rate, audio[rate], split[rate]) for rate in rates}
    return TrainingData(
        labels, {model: audio_formats[model] for model in ready}, audio, noise, split, len(found), chosen, teacher
    )


def _check_windows(config, found, audio_formats):
    """Warn of models whose windows are longer than those that unlabelled parts and blocks of time are made for."""
    longest = max(audio_format.seconds for audio_format in audio_formats.values())
    is_marked = any((clip.start, clip.end) != (0, None) for clip in found)
    if is_marked and config.unlabelled == unlabelled.NEGATIVES and longest > config.window_seconds:
        warn(
            f"windows of {longest:g} s reach from unlabelled parts, which are at least {config.window_seconds:g} s "
            f"long, into labelled ones: give --window {longest:g}"
        )


def _background_noise(config, rate, audio, split):
    """The decoded recordings that are mixed in, without what validates or tests; None where there are none."""
    if not config.background_noise:
        return None
    folder = Path(config.background_noise)
    noise = audio_cache.read(clips.of_background_noise(folder), folder, rate, config.cache, config.channel)
    return held_out.without(noise, audio, split, folder, config.group_by)
