"""What a model predicts for a recording: probabilities by window, their mean, and the label."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.audio import recording
from classifier.audio.windows import cut_blocks, hop_length, window_starts
from classifier.inference.predictor import Predictor
from classifier.scoring.decision_rule import DecisionRule, window_labels
from classifier.scoring.metrics import heard
from classifier.scoring.thresholds import decide

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
    """

    labels: list[str]
    starts: np.ndarray
    ends: np.ndarray
    windows: np.ndarray
    recording: np.ndarray
    thresholds: dict[str, float]
    window_labels: list[str | None]
    clipped: int = 0

    @property
    def label(self) -> str | None:
        """The label of the recording; None where the most probable one stays below its threshold."""
        return label_of(self.recording, self.labels, self.thresholds)

    def as_dict(self) -> dict:
        """The prediction for JSON: label, probabilities {label: of the recording}, and windows, a list of dicts of
        start, end (seconds), label and probabilities."""

        def by_label(row: np.ndarray) -> dict[str, float]:
            return {label: round(float(value), 6) for label, value in zip(self.labels, row, strict=True)}

        columns = zip(self.starts, self.ends, self.window_labels, self.windows, strict=True)
        windows = [
            {"start": float(start), "end": float(end), "label": label, "probabilities": by_label(row)}
            for start, end, label, row in columns
        ]
        return {"label": self.label, "probabilities": by_label(self.recording), "windows": windows}


def label_of(probabilities: np.ndarray, labels: list[str], thresholds: dict[str, float]) -> str | None:
    """The most probable label of (labels,) probabilities; None where it stays below its threshold."""
    index = decide(probabilities[None], thresholds, labels)[0]
    return None if index is None else labels[index]


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
    ends = np.minimum(starts + length / rate, len(signal) / rate)
    mean = windows[heard(windows)].mean(axis=0)
    rule, times = predictor.rule or DecisionRule(predictor.thresholds), (hop / rate, length / rate)
    labels = window_labels(windows, rule, predictor.labels, *times, predictor.independent)
    return Prediction(predictor.labels, starts, ends, windows, mean, rule.thresholds, labels)
