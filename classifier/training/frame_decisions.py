"""The decision rule of a model's frames: chosen on timelines of the validation split, measured on the test split's."""

from collections.abc import Mapping
from dataclasses import replace

import keras
import numpy as np

from classifier.audio.windows import cut_blocks, hop_length
from classifier.core import interruptible
from classifier.core.console import say
from classifier.inference.frames import OVERLAP, FrameFormat
from classifier.models._by_frame import by_frame
from classifier.records import frames
from classifier.scoring import frame_rule
from classifier.scoring.frame_rule import EventScores, FrameDecision
from classifier.training import decisions
from classifier.training.task import Task


def choose(task: Task, model: keras.Model, thresholds: Mapping[str, float], seed: int) -> FrameDecision | None:
    """The decision rule of a model's frames, or why they have the default rule; None where it has no frames.

    Args:
        model: trained.
        thresholds: {label: threshold} of its windows.
        seed: of the timelines.
    """
    if task.name not in frames.names():
        return None
    if task.multi_label:
        return FrameDecision(rule=None, why_default=decisions.SEVERAL, minutes={})
    held = decisions.held_out(task)
    if held.why_default:
        return FrameDecision(rule=None, why_default=held.why_default, minutes=held.minutes)
    say(f"{task.name}: choosing a decision rule of its frames on timelines ...")
    samples = frames.samples(task.name, task.audio_format)
    each, opened = samples / task.audio_format.sample_rate, by_frame(model)
    length = task.audio_format.window_length
    hop = hop_length(length, OVERLAP)
    joint = FrameFormat(task.audio_format, samples, hop)

    def predict(audio):
        cut = cut_blocks([audio], length, hop)
        batch_size = task.recipe.batch_size
        batches = ((end, interruptible.predict(opened, windows, batch_size)) for _, windows, end in cut)
        return np.concatenate([rows for _, rows in joint.joined(batches)])

    def hear(split):
        return decisions.hear(task, predict, held.clips[split], held.background, seed)

    heard = hear("validation")
    default = frame_rule.default({label: thresholds[label] for label in held.wanted}, each)
    rule = frame_rule.choose(heard, task.labels, default)
    found = FrameDecision(rule=rule, why_default=None, minutes=held.minutes)
    found = replace(found, validation=_scores(heard, task.labels, rule, default))
    return found if held.few["test"] else replace(found, test=_scores(hear("test"), task.labels, rule, default))


def _scores(heard, labels, rule, default):
    chosen, alone = (frame_rule.measure(heard, labels, one) for one in (rule, default))
    return EventScores(chosen=chosen, default=alone)
