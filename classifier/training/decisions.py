"""The decision rule of a trained model: chosen on timelines of the validation split, measured on the test split's."""

from collections.abc import Mapping
from dataclasses import replace

import keras
import numpy as np

from classifier.audio.windows import cut_audio
from classifier.core.console import progress, say
from classifier.data import timelines
from classifier.data.negatives import UNLABELLED
from classifier.scoring import rule_choice
from classifier.scoring.decision_rule import DecisionRule
from classifier.scoring.rule_choice import DecisionRecord, Heard, Placed, RuleScores
from classifier.training.task import Task

OVERLAP = 0.5  # of windows: an app that listens asks at least so often


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
        why = "timelines are of one label at a time, and several may be right at once here"
        return DecisionRecord(rule=None, why_default=why, per_hour=per_hour, minutes={})
    rate, length = task.audio_format.sample_rate, task.audio_format.seconds
    present = {clip.label for clip in task.audio.clips}
    background = [label for label in (*task.labels, UNLABELLED) if label in present & {*task.background, UNLABELLED}]
    clips = {split: np.flatnonzero(task.split == split).tolist() for split in ("validation", "test")}
    minutes = {
        split: round(timelines.background_minutes(task.audio, of, background, rate), 2) for split, of in clips.items()
    }
    few = {split: timelines.too_few(task.audio, of, task.labels, background, rate) for split, of in clips.items()}
    why = few["validation"] and f"the validation split is too small to choose one: {few['validation']}"
    if few["validation"]:
        return DecisionRecord(rule=None, why_default=why, per_hour=per_hour, minutes=minutes)
    say(f"{task.name}: choosing a decision rule on timelines ...")
    hop = max(1, round(task.audio_format.window_length * (1 - OVERLAP))) / rate
    heard = _hear(task, model, clips["validation"], background, hop, seed)
    about = task.labels, hop, length
    wanted = [label for label in task.labels if label not in background]
    rule = rule_choice.choose(heard, task.labels, wanted, hop, length, per_hour)
    default = DecisionRule(dict(chosen_thresholds), hop=hop)
    scores = {"validation": _scores(heard, rule, default, *about)}
    if not few["test"]:
        heard = _hear(task, model, clips["test"], background, hop, seed)
        scores["test"] = _scores(heard, rule, default, *about)
    curves = rule_choice.curves(heard, task.labels, rule, hop, length)
    record = DecisionRecord(rule=rule, why_default=None, per_hour=per_hour, minutes=minutes, curves=curves)
    return replace(record, **scores)


def _scores(heard, rule, default, labels, hop, length):
    chosen, alone = (rule_choice.measure(heard, labels, one, hop, length) for one in (rule, default))
    return RuleScores(chosen=chosen, default=alone)


def _hear(task, model, clips, background, hop, seed):
    """What the model hears in the timelines of a split; each is predicted once, and let go."""
    rate, window = task.audio_format.sample_rate, task.audio_format.window_length
    built = timelines.build(task.audio, clips, background, rate, task.audio_format.seconds, seed)
    heard = []
    for timeline in progress(built, f"{task.name}, timelines"):
        windows = cut_audio(timeline.samples, window, round(hop * rate))
        probabilities = model.predict(windows, batch_size=task.recipe.batch_size, verbose=0)
        placed = tuple(Placed(event.label, event.start, event.end) for event in timeline.events)
        heard.append(Heard(probabilities, placed, len(timeline.samples) / rate))
        task.audio.forget()
    return heard
