"""Which second of a recording spoke for which label, by a model with attention (models/_multilevel.py)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.audio.windows import cut_audio_pad_last, window_starts
from classifier.core import registry
from classifier.core.errors import InputError
from classifier.inference import prediction
from classifier.records import artifact
from classifier.scoring.thresholds import decide

BATCH = 32  # windows
ATTENTION = "attention_"  # the layers' names begin so; the rest of the name is the level
SAID = "said_"  # and so do those of the values that attention weighs


@dataclass(frozen=True)
class Attention:
    """What a model paid attention to in a recording.

    Attributes:
        answer: what it says of the whole recording.
        starts, ends: (steps,) seconds.
        spoke: (steps, labels) in [0, 1]: attention times the values it weighs, mean over the levels.
    """

    answer: prediction.Prediction
    starts: np.ndarray
    ends: np.ndarray
    spoke: np.ndarray


def load(folder: Path) -> artifact.Artifact:
    """A trained model with attention.

    Raises:
        InputError: the folder holds no trained model, or one without attention.
    """
    trained = artifact.load(folder)
    suitable = [name for name in registry.names("models") if registry.stated("models", name, "STEP")]
    if trained.name not in suitable:
        raise InputError(
            f"{folder} holds {trained.name}, which has no attention to draw; train one that has: {', '.join(suitable)}"
        )
    return trained


def attend(trained: artifact.Artifact, signal: np.ndarray) -> Attention:
    """Run a model on a recording, window by window, the last one ending with it.

    Args:
        trained: what `load` returns.
        signal: (samples,) of the recording, at the model's sample rate.

    Returns:
        Attention, without the steps that the window before has, and those of digital silence that ends a window: there
        the model repeats the steps before.
    """
    audio_format, step = trained.audio_format, registry.stated("models", trained.name, "STEP")
    windows = cut_audio_pad_last(signal, audio_format.window_length)
    probabilities, spoke = _run(artifact.load_keras(trained), windows)
    starts = window_starts(len(signal), audio_format.window_length) / audio_format.sample_rate
    end = len(signal) / audio_format.sample_rate
    ends = np.minimum(starts + audio_format.seconds, end)
    limits = trained.rule.thresholds
    labels = [None if i is None else trained.labels[i] for i in decide(probabilities, limits, trained.labels)]
    answer = prediction.Prediction(
        trained.labels, starts, ends, probabilities, probabilities.mean(axis=0), limits, labels
    )
    steps = np.arange(spoke.shape[1])
    is_new = starts[:, None] + (steps + 0.5) * step >= np.concatenate([[0], ends[:-1]])[:, None]
    window, step_in_it = np.nonzero(is_new & [steps < _sounding(row, len(steps)) for row in windows])
    starts = starts[window] + step_in_it * step
    return Attention(answer, starts, np.minimum(starts + step, end), spoke[window, step_in_it])


def _run(model, windows):
    """(windows, labels) probabilities and (windows, steps, labels) what spoke for them."""
    import keras

    body = model.get_layer("body")
    levels = [layer.name.removeprefix(ATTENTION) for layer in body.layers if layer.name.startswith(ATTENTION)]
    within = [body.get_layer(prefix + level).output for level in levels for prefix in (ATTENTION, SAID)]
    opened = keras.Model(body.inputs, [*body.outputs, *within])
    whole = keras.Model(model.inputs, [model.output, *opened(model.get_layer("standardise").output)[1:]])
    parts = [whole.predict_on_batch(windows[i : i + BATCH]) for i in range(0, len(windows), BATCH)]
    probabilities, *within = (np.concatenate(batches) for batches in zip(*parts, strict=True))
    attention, said = within[::2], within[1::2]
    return probabilities, np.mean([a * s for a, s in zip(attention, said, strict=True)], axis=0)


def _sounding(window, steps):
    """How many steps of a window come before the silence that ends it, counted as _embedding.py loops them."""
    sounding = np.flatnonzero(window)
    return max(1, int(np.ceil((sounding[-1] + 1) * steps / len(window)))) if len(sounding) else 1
