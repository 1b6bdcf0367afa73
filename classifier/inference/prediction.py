"""What a model predicts for a recording: probabilities by window, their mean, and the label."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from classifier.audio import recording
from classifier.audio.windows import cut_blocks, hop_length, window_starts
from classifier.inference.predictor import Predictor
from classifier.scoring.decision_rule import DecisionRule, RuleStream
from classifier.scoring.metrics import heard
from classifier.scoring.thresholds import of_recording

NO_LABEL = "none of them"  # shown where the most probable label stays below its threshold


@dataclass(frozen=True)
class Prediction:
    """What a model predicts for a recording.

    Attributes:
        labels: in the order of the columns.
        starts: (windows,) seconds.
        ends: (windows,) seconds, none behind the end of the recording.
        windows: (windows, labels) probabilities.
        recording: (labels,) mean over the windows in which something is heard.
        thresholds: {label: least probability to report it}.
        window_labels: the label that the decision rule reports in each window.
        clipped: samples that were cut to [-1, 1] before.
        independent: whether several labels may be reported at once: each has a probability and a threshold of its own.
        of_windows: all labels that the rule reports in each window, likeliest first, where several may be right.
    """

    labels: list[str]
    starts: np.ndarray
    ends: np.ndarray
    windows: np.ndarray
    recording: np.ndarray
    thresholds: dict[str, float]
    window_labels: list[str | None]
    clipped: int = 0
    independent: bool = False
    of_windows: list[list[str]] = field(default_factory=list)

    @property
    def reported(self) -> list[list[str]]:
        """The labels that are reported in each window: any number, or at most the one."""
        return self.of_windows if self.independent else [[label] if label else [] for label in self.window_labels]

    @property
    def several(self) -> list[str]:
        """The labels of the recording, the most probable first: all that reach their thresholds, or the one."""
        return of_recording(self.recording, self.thresholds, self.labels, self.independent)

    @property
    def label(self) -> str | None:
        """The label of the recording; None where the most probable one stays below its threshold.

        Where several may be right, it is the most probable of those that reach theirs.
        """
        return next(iter(self.several), None)

    def as_dict(self) -> dict:
        """The prediction for JSON: label, probabilities {label: of the recording}, and windows, a list of dicts of
        start, end (seconds), label and probabilities; where several labels may be right at once, labels too."""

        def by_label(row: np.ndarray) -> dict[str, float]:
            return {label: round(float(value), 6) for label, value in zip(self.labels, row, strict=True)}

        columns = zip(self.starts, self.ends, self.window_labels, self.windows, strict=True)
        windows = [
            {"start": float(start), "end": float(end), "label": label, "probabilities": by_label(row)}
            for start, end, label, row in columns
        ]
        of_all = {"label": self.label}
        if self.independent:
            of_all = {"multi_label": True, **of_all, "labels": self.several}
            windows = [{**window, "labels": labels} for window, labels in zip(windows, self.reported, strict=True)]
        return {**of_all, "probabilities": by_label(self.recording), "windows": windows}


def predict_recording(predictor: Predictor, path: Path | str) -> Prediction:
    """Predict a recording of any format; windows touch, or overlap as the model's decision rule has it.

    Raises:
        InputError: the recording cannot be read.
    """
    return predict_signal(predictor, recording.read(path, predictor.audio_format.sample_rate, predictor.channel))


def predict_signal(predictor: Predictor, signal: np.ndarray, overlap: float | None = None) -> Prediction:
    """Predict audio window by window, the last window ending with the audio.

    Args:
        signal: (samples,) float32 at the model's sample rate, at least one sample.
        overlap: share of a window that the next one repeats, 0 to less than 1; None: as the decision rule has it.
    """
    rate, length = predictor.audio_format.sample_rate, predictor.audio_format.window_length
    hop = hop_length(length, predictor.overlap if overlap is None else overlap)
    windows = np.concatenate([predictor.probabilities(cut) for _, cut, _ in cut_blocks([signal], length, hop)])
    starts = window_starts(len(signal), length, hop) / rate
    seconds = len(signal) / rate
    ends = np.minimum(starts + length / rate, seconds)
    mean = windows[heard(windows)].mean(axis=0)
    rule, labels = predictor.rule or DecisionRule(predictor.thresholds), predictor.labels
    stream = RuleStream.of(rule, labels, hop / rate, length / rate, predictor.independent, seconds)
    decided = stream.whole(windows)
    best = [None if i is None else labels[i] for i in decided.labels]
    about = labels, starts, ends, windows, mean, rule.thresholds, best
    if not predictor.reports_several:
        return Prediction(*about)
    return Prediction(*about, independent=True, of_windows=[[labels[i] for i in of] for of in decided.ranked])
