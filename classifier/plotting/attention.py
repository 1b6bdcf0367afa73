"""Which second of a recording spoke for which label: what a model with attention (_multilevel.py) heard there."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.audio import recording, spectrograms
from classifier.audio.windows import cut_audio_pad_last
from classifier.core import registry
from classifier.core.errors import InputError
from classifier.inference.prediction import NO_LABEL, Prediction
from classifier.plotting import plots
from classifier.records import artifact

MOST = 5  # labels in a picture
AT_ONCE = 32  # windows
LEVEL = "attention_"  # how the layers' names begin whose partners begin with the next
SAID = "said_"


@dataclass(frozen=True)
class Heard:
    """What a model heard of a recording.

    answer: what it says of the whole (Prediction).
    starts, ends: (steps,) seconds.
    spoke: (steps, labels) of 0 to 1: attention times what was said, mean of the levels.
    """

    answer: Prediction
    starts: np.ndarray
    ends: np.ndarray
    spoke: np.ndarray


def load(folder):
    """A trained model's folder.

    Raises:
        InputError: there is none, or its model has no attention that could be drawn.
    """
    trained = artifact.load(folder)
    having = [name for name in registry.names("models") if registry.stated("models", name, "STEP")]
    if trained.name not in having:
        raise InputError(
            f"{folder} holds {trained.name}, which has no attention to draw; train one that has: {', '.join(having)}"
        )
    return trained


def draw(trained, path, png, show=False):
    """A picture of a recording, and of what a model heard of it second by second.

    Args:
        trained: what `load` returns.
        path: of the recording.
        png: of the picture.
        show: open a window too, where there is a display.
    """
    audio_format = trained.audio_format
    signal = recording.read(path, audio_format.sample_rate)
    heard = hear(trained, signal)
    answer = heard.answer
    most = np.argsort(-answer.recording, kind="stable")[:MOST]
    strips = {f"{trained.labels[i]} {answer.recording[i]:.1%}": heard.spoke[:, i] for i in most}
    title = f"{Path(path).name}, by {trained.name}: {answer.label or NO_LABEL}"
    if answer.label:
        title += f", {answer.recording[trained.labels.index(answer.label)]:.1%}"
    mel_power = spectrograms.mel_spectrograms([signal], audio_format)[0]
    plots.attention(signal, mel_power, (heard.starts, heard.ends), strips, audio_format, title, png, show)


def hear(trained, signal):
    """Put a recording through a model, window by window, the last one padded with silence.

    Args:
        trained: what `load` returns.
        signal: (samples,) of the recording.

    Returns:
        Heard. Steps of the silence that ends a window are left out: there the model hears the steps before once more.
    """
    audio_format, step = trained.audio_format, registry.stated("models", trained.name, "STEP")
    windows = cut_audio_pad_last(signal, audio_format.window_length)
    probabilities, spoke = _asked(artifact.load_keras(trained), windows)
    starts = np.arange(len(windows)) * audio_format.seconds
    of_recording = len(signal) / audio_format.sample_rate
    ends = np.minimum(starts + audio_format.seconds, of_recording)
    answer = Prediction(trained.labels, starts, ends, probabilities, probabilities.mean(axis=0), trained.thresholds)
    window, step_in_it = np.nonzero([np.arange(spoke.shape[1]) < _sounding(row, spoke.shape[1]) for row in windows])
    starts = starts[window] + step_in_it * step
    return Heard(answer, starts, np.minimum(starts + step, of_recording), spoke[window, step_in_it])


def _asked(model, windows):
    """(windows, labels) probabilities and (windows, steps, labels) what spoke for them."""
    import keras

    body = model.get_layer("body")
    levels = [layer.name.removeprefix(LEVEL) for layer in body.layers if layer.name.startswith(LEVEL)]
    within = [body.get_layer(kind + level).output for level in levels for kind in (LEVEL, SAID)]
    looked_into = keras.Model(body.inputs, [*body.outputs, *within])
    found = keras.Model(model.inputs, looked_into(model.get_layer("standardise").output))
    parts = [found.predict_on_batch(windows[i : i + AT_ONCE]) for i in range(0, len(windows), AT_ONCE)]
    probabilities, *within = (np.concatenate(of_all) for of_all in zip(*parts, strict=True))
    attention, said = within[::2], within[1::2]
    return probabilities, np.mean([a * s for a, s in zip(attention, said, strict=True)], axis=0)


def _sounding(window, steps):
    """How many steps of a window come before the silence that ends it, counted as _embedding.py loops them."""
    sounding = np.flatnonzero(window)
    return max(1, int(np.ceil((sounding[-1] + 1) * steps / len(window)))) if len(sounding) else 1
