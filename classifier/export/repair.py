"""Which command writes a copy of a .tflite without its faults."""

import numpy as np

from classifier.core.errors import InputError
from classifier.export.inspection import Export
from classifier.export.runtime_trial import Trial
from classifier.export.runtimes import LITERT
from classifier.inference import tensors
from classifier.inference.outputs import Activation, in_range
from classifier.records import tflite_labels, tflite_metadata

SAID = "Write a copy that is right"
NEEDED = "--labels FILE --sample-rate HZ"  # where the file does not tell them


def advice(export: Export, trial: Trial, otherwise: str) -> str:
    """What to do about a fault: the command, at the end of a sentence; `otherwise` where none can write such a copy."""
    try:
        tensors.audio_shape(export.path, export.inputs, 1)
        tensors.check_type(export.path, export.head)
    except InputError:
        return otherwise
    if export.custom or export.mel:
        return otherwise
    flags = [_labels(export), _head(export)]
    said = SAID
    activation = _activation(trial)
    if activation != Activation.NONE:
        flags.append(f"--activation {activation}")
    if activation != trial.activation:
        said += " (or with --activation sigmoid, where several labels may be right at once)"
    return f"{said}: {tflite_metadata.command(export.path, ' '.join(filter(None, flags)))}"


def _labels(export):
    try:
        return "" if len(tflite_labels.describe(export.path).labels) == export.n_outputs else NEEDED
    except InputError:
        return NEEDED


def _head(export):
    """The flag that chooses the output that was looked at, where a person chose it."""
    return f"--head {export.head.title}" if export.is_chosen else ""


def _activation(trial):
    """That a person named; softmax where LiteRT gives no probabilities."""
    values = trial.predictions.get(LITERT)
    fine = np.empty(0) if values is None else values[np.isfinite(values)]
    is_logits = trial.activation == Activation.NONE and fine.size and not in_range(fine)
    return Activation.SOFTMAX if is_logits else trial.activation
