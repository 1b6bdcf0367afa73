"""Count a model's false alarms in recordings without its labels.

Windows overlap by half, as in an app; an app that asks more often has somewhat more alarms.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from classifier.audio import recording
from classifier.audio.windows import cut_blocks, hop_length
from classifier.core.errors import InputError
from classifier.data import provenance
from classifier.data.audio_cache import to_int16
from classifier.inference.predictor import Predictor
from classifier.inference.segments import Segment, SegmentMerger
from classifier.scoring.decision_rule import DecisionRule
from classifier.scoring.thresholds import BACKGROUND, FalseAlarms, in_order, rates

OVERLAP = 0.5  # share of a window


@dataclass(frozen=True, kw_only=True)
class LabelAlarms(FalseAlarms):
    """The false alarms of a label; share_of_time: in alarm, in [0, 1]."""

    share_of_time: float


@dataclass(frozen=True, kw_only=True)
class NegativesResult(FalseAlarms):
    """The false alarms of all labels.

    Attributes:
        labels: {label: its own}.
        recordings: {path: its false alarms}.
        seen_in_training: {split: recordings of it}, of the splits that `count` was told of.
    """

    labels: dict[str, LabelAlarms]
    recordings: dict[str, list[Segment]]
    seen_in_training: dict[str, int] = field(default_factory=dict)


def count(
    predictor: Predictor,
    paths: Iterable[Path],
    rule: DecisionRule,
    background: Sequence[str] = BACKGROUND,
    known: Mapping[str, Collection[str]] | None = None,
) -> NegativesResult:
    """The false alarms in recordings that hold none of the labels and that were not in the training data.

    Recordings are read block by block: of a day of audio, memory holds the alarms and a minute of audio.

    Args:
        predictor: its probabilities calibrated if the rule was chosen on calibrated ones.
        rule: alarms are segments that it reports, of the labels that have a threshold.
        background: labels that may occur in the recordings and raise no alarm.
        known: {split: sounds of it, as of provenance.sound}, to count recordings that the model was trained with.

    Raises:
        InputError: there are no recordings, one cannot be read, or a threshold is for an unknown label.
    """
    labels = predictor.labels
    wanted = [label for label in rule.thresholds if label not in background]
    in_order(rule.thresholds, labels)  # an error now, and not after the first day
    raised = {str(path): _alarms_in(path, predictor, rule, wanted) for path in paths}
    if not raised:
        raise InputError("no recordings to count false alarms in; give long ones that hold none of the labels")
    hours = sum(seconds / 3600 for _, seconds, _ in raised.values())
    every = [alarm for found, _, _ in raised.values() for alarm in found]
    seen = {name: sum(sound in sounds for _, _, sound in raised.values()) for name, sounds in (known or {}).items()}
    by_label = {label: [alarm for alarm in every if alarm.label == label] for label in wanted}
    rows = {
        label: LabelAlarms(**rates(len(own), hours), share_of_time=sum(a.end - a.start for a in own) / 3600 / hours)
        for label, own in by_label.items()
    }
    recordings = {path: found for path, (found, _, _) in raised.items()}
    return NegativesResult(**rates(len(every), hours), labels=rows, recordings=recordings, seen_in_training=seen)


def _alarms_in(
    path: Path, predictor: Predictor, rule: DecisionRule, wanted: Sequence[str]
) -> tuple[list[Segment], float, str]:
    """(alarms, length in seconds, sound) of one recording; windows of one label that touch or overlap are one alarm."""
    rate, length = predictor.audio_format.sample_rate, predictor.audio_format.window_length
    hop = hop_length(length, OVERLAP)
    merger, n_samples = SegmentMerger(rule, tuple(predictor.labels), predictor.audio_format, hop), 0
    digest = hashlib.sha256()

    def blocks() -> Iterator[np.ndarray]:
        for block in recording.blocks(path, rate, channel=predictor.channel):
            digest.update(to_int16(block).data)
            yield block

    for _, windows, end in cut_blocks(blocks(), length, hop):
        merger.add(predictor.probabilities(windows))
        n_samples = end
    found = [segment for segment in merger.finish(n_samples) if segment.label in wanted]
    return found, n_samples / rate, provenance.sound(digest.hexdigest())
