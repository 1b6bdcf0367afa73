"""The decision rule of a trained model: chosen on timelines of the validation split, measured on the test split's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import keras
import numpy as np

from classifier.audio.windows import cut_audio
from classifier.core import interruptible
from classifier.core.console import progress, say
from classifier.data import timelines
from classifier.data.negatives import UNLABELLED
from classifier.scoring import rule_choice
from classifier.scoring.decision_rule import DecisionRule
from classifier.scoring.rule_choice import DecisionRecord, Heard, Placed, RuleScores
from classifier.training.task import HELD, Task

OVERLAP = 0.5  # of windows: an app that listens asks at least so often
SEVERAL = "timelines are of one label at a time, and several may be right at once here"


@dataclass(frozen=True)
class HeldOut:
    """What the splits that are not learned from hold for timelines.

    Attributes:
        clips: {split: indices into the audio}.
        background, wanted: labels that are no events, and those that are.
        minutes: {split: of background}.
        few: {split: why it is too small, or None}.
    """

    clips: dict[str, list[int]]
    background: list[str]
    wanted: list[str]
    minutes: dict[str, float]
    few: dict[str, str | None]

    @property
    def why_default(self) -> str | None:
        """Why no rule can be chosen; None where one can."""
        why = self.few["validation"]
        return why and f"the validation split is too small to choose one: {why}"


def choose(
    task: Task,
    model: keras.Model,
    chosen_thresholds: Mapping[str, float],
    seed: int,
    per_hour: float = rule_choice.PER_HOUR,
) -> DecisionRecord:
    """The decision rule of a model, or why it has the default rule: its thresholds, each window for itself.

    Args:
        model: trained.
        chosen_thresholds: {label: threshold} of the default rule.
        seed: of the timelines.
        per_hour: false alarms of a label that are allowed.
    """
    if task.multi_label:
        return DecisionRecord(rule=None, why_default=SEVERAL, per_hour=per_hour, minutes={})
    rate, length = task.audio_format.sample_rate, task.audio_format.seconds
    held = held_out(task)
    if held.why_default:
        return DecisionRecord(rule=None, why_default=held.why_default, per_hour=per_hour, minutes=held.minutes)
    say(f"{task.name}: choosing a decision rule on timelines ...")
    hop = max(1, round(task.audio_format.window_length * (1 - OVERLAP)))

    def predict(samples):
        windows = cut_audio(samples, task.audio_format.window_length, hop)
        return interruptible.predict(model, windows, task.recipe.batch_size)

    heard = hear(task, predict, held.clips["validation"], held.background, seed)
    about = task.labels, hop / rate, length
    rule = rule_choice.choose(heard, task.labels, held.wanted, hop / rate, length, per_hour)
    default = DecisionRule(dict(chosen_thresholds), hop=hop / rate)
    scores = {"validation": _scores(heard, rule, default, *about)}
    if not held.few["test"]:
        heard = hear(task, predict, held.clips["test"], held.background, seed)
        scores["test"] = _scores(heard, rule, default, *about)
    curves = rule_choice.curves(heard, task.labels, rule, hop / rate, length)
    record = DecisionRecord(rule=rule, why_default=None, per_hour=per_hour, minutes=held.minutes, curves=curves)
    return replace(record, **scores)


def held_out(task: Task) -> HeldOut:
    """What the splits that are not learned from hold for timelines."""
    rate, present = task.audio_format.sample_rate, {clip.label for clip in task.audio.clips}
    background = [label for label in (*task.labels, UNLABELLED) if label in present & {*task.background, UNLABELLED}]
    clips = {split: np.flatnonzero(task.split == split).tolist() for split in HELD}
    minutes = {
        split: round(timelines.background_minutes(task.audio, of, background, rate), 2) for split, of in clips.items()
    }
    few = {split: timelines.too_few(task.audio, of, task.labels, background, rate) for split, of in clips.items()}
    wanted = [label for label in task.labels if label not in background]
    return HeldOut(clips, background, wanted, minutes, few)


def _scores(heard, rule, default, labels, hop, length):
    chosen, alone = (rule_choice.measure(heard, labels, one, hop, length) for one in (rule, default))
    return RuleScores(chosen=chosen, default=alone)


def hear(
    task: Task, predict: Callable[[np.ndarray], np.ndarray], clips: Sequence[int], background: Sequence[str], seed: int
) -> list[Heard]:
    """What a model hears in the timelines of a split; each is predicted once, and let go.

    Args:
        predict: (n,) samples -> (windows or frames, labels) probabilities.
        clips, background, seed: as of timelines.build.
    """
    rate = task.audio_format.sample_rate
    built = timelines.build(task.audio, clips, background, rate, task.audio_format.seconds, seed)
    heard = []
    for timeline in progress(built, f"{task.name}, timelines"):
        placed = tuple(Placed(event.label, event.start, event.end) for event in timeline.events)
        heard.append(Heard(predict(timeline.samples), placed, len(timeline.samples) / rate))
        task.audio.forget()
    return heard
