"""The decision rule of a .tflite in plain Python: copy this file into your program."""

import json
import zipfile
from collections import deque

SLACK = 1e-4  # seconds


def load(path: str) -> tuple[dict, list[str]]:
    """The rule and the labels in a .tflite that WriteMetadataToModel.py wrote."""
    with zipfile.ZipFile(path) as file:
        return json.loads(file.read("decision_rule.json")), file.read("labels.txt").decode().splitlines()


class DecisionRule:
    """decide() takes the probabilities of each window, in order, and returns the labels that are reported now.

    hop, length: seconds from one window to the next (the rule's own "hop", where it has one), and of a window.
    independent: whether several labels may be right at once; the rule of such a model says so itself.
    """

    def __init__(self, rule: dict, labels: list[str], hop: float, length: float, independent: bool = False):
        self.rule, self.labels, self.hop, self.length = rule, labels, hop, length
        self.independent = independent or rule.get("multi_label", False)
        self.recent, self.window = deque(maxlen=rule["smooth"]), -1
        self.first, self.last = [0] * len(labels), [None] * len(labels)
        self.counting = [deque(maxlen=rule["among"]) for _ in labels]

    def decide(self, probabilities: list[float]) -> list[str]:
        """The labels that are reported now; probabilities: of the next window."""
        self.recent.append(list(probabilities))
        if len(self.recent) <= self.rule["smooth"] // 2:
            return []  # the windows after the first are not there yet
        self.window += 1
        smoothed = [sum(values) / len(self.recent) for values in zip(*self.recent, strict=True)]
        best = smoothed.index(max(smoothed))
        return [
            label
            for i, label in enumerate(self.labels)
            if self._holds(i, smoothed[i], self.independent or i == best)
            and (self.window - self.first[i]) * self.hop + self.length >= self.rule["min_duration"] - SLACK
        ]

    def _holds(self, i, probability, leads):
        rule, window, last = self.rule, self.window, self.last[i]
        threshold = rule["thresholds"].get(self.labels[i], 0)
        counts = leads and probability >= threshold and probability > 0  # all are 0 in digital silence
        reaches = last is not None and (window - last) * self.hop - self.length <= rule["merge_gap"] + SLACK
        has_release = rule["release"] < 1 and threshold > 0
        held = has_release and last == window - 1 and probability >= rule["release"] * threshold
        goes_on = reaches and (counts or held)
        self.counting[i].append(window if counts and not goes_on else None)
        which = [at for at in self.counting[i] if at is not None]
        if not goes_on:
            if not counts or len(which) < rule["needed"]:
                return False
            self.first[i] = which[0]
            self.counting[i].clear()
        self.last[i] = window
        return True
