"""Which models say when: those whose file in classifier/models keeps time, and how long their frames are."""

from collections.abc import Sequence

from classifier.core import registry
from classifier.core.errors import InputError
from classifier.records.audio_format import AudioFormat
from classifier.scoring.frame_rule import FrameDecision
from classifier.scoring.thresholds import BACKGROUND

HOPS = "FRAME_HOPS"  # the constant of a model's file: hops of its features from one frame to the next


def names() -> list[str]:
    """The models that have frames."""
    return [name for name in registry.names("models") if registry.stated("models", name, HOPS)]


def samples(name: str, audio_format: AudioFormat) -> int:
    """Samples from one frame of a model to the next; the first has its middle at the start of a window.

    Raises:
        InputError: the model has no frames.
    """
    if name not in names():
        raise InputError(
            f"{name} has no frames: it mixes all times of a window; train one that has: {', '.join(names())}"
        )
    return registry.stated("models", name, HOPS) * audio_format.hop_length


def note_on(labels: Sequence[str], background: Sequence[str] = BACKGROUND) -> str | None:
    """What a person should know of frames of these labels; None: nothing. background: labels that are no events."""
    if any(label in background for label in labels):
        return None
    return (
        f"no label of this model says that nothing happens ({', '.join(BACKGROUND[:2])}): between two sounds its "
        "frames take one of the others; train it with --negatives, or with recordings of the background as a label"
    )


def note_on_rule(decision: FrameDecision | None) -> str | None:
    """What a person should know of the decision rule of frames; None: nothing, for it was chosen."""
    if decision and decision.rule:
        return None
    why = decision.why_default if decision else "the training chose none; a new one with TrainModel.py does"
    return f"the frames have the thresholds of windows and the usual smoothing, because {why}"
