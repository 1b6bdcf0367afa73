"""What a search may change in a recipe, and the values it tries."""

from dataclasses import dataclass
from typing import Any

from classifier.records.config import RunConfig


@dataclass(frozen=True)
class Numbers:
    """All numbers from low to high; on a logarithmic axis, small ones are tried as often as large ones."""

    low: float
    high: float
    is_logarithmic: bool = False


@dataclass(frozen=True)
class Options:
    """One of some values."""

    values: tuple[Any, ...]


SPACE: dict[str, Numbers | Options] = {  # {value of a recipe: what is tried}
    "batch_size": Options((16, 32, 64)),
    "learning_rate": Numbers(1e-4, 1e-2, is_logarithmic=True),
    "weight_decay": Options((None, 0.004, 0.03, 0.1)),
    "label_smoothing": Options((0.0, 0.1)),
    "averaged": Options((1, 3)),
    "shift": Options((0.0, 0.25, 0.5)),
    "crop": Options((0.0, 0.3)),
    "gain_db": Options((0, 6, 12, 20)),
    "equaliser_db": Options((0, 6)),
    "speed": Options((0.0, 0.1, 0.25)),
    "noise_snr_db": Options((None, (10, 40), (0, 30))),
    "background_snr_db": Options(((5, 30), (0, 20), (10, 40))),
    "negatives_snr_db": Options(((0, 25), (5, 30), (10, 40))),
    "mixup": Options((0.0, 0.2)),
    "between_class": Options((False, True)),
    "masks": Options((0.0, 0.1, 0.2)),
    "rt60_seconds": Options((None, (0.1, 1.0))),
    "devices_db": Options((0, 8)),
    "telephone": Options((0.0, 0.2)),
    "codecs": Options((0.0, 0.2)),
    "dropped_bands": Options((0.0, 0.2)),
    "mixstyle": Options((0.0, 0.4)),
}
LEFT_OUT = {  # {value of a recipe: why it is not searched}
    "epochs": "more of them always cost more: a person says what a training may take (--epochs)",
    "patience": "goes with the epochs",
    "warm_up": "goes with the epochs",
    "cosine": "goes with the epochs",
    "optimizer": "the paper's, or adamw",
    "loss": "the paper's, or cross-entropy",
    "balanced": "the search is for balanced accuracy",
    "pitch": "every training would first make two copies of all recordings",
    "stretch": "as pitch",
    "fine_tuned": "a flag says it (--fine-tune)",
    "teacher_weight": "a search has no teacher",
    "teacher_temperature": "a search has no teacher",
}
NEEDS = {"background_snr_db": "background_noise", "negatives_snr_db": "negatives"}  # {value: what the run must have}


def of(run: RunConfig, has_bands: bool = True) -> dict[str, Numbers | Options]:
    """The part of SPACE that changes anything in a run.

    Args:
        has_bands: whether the model's features have bands and frames.
    """
    useless = {name for name, flag in NEEDS.items() if not getattr(run, flag)} | (set() if has_bands else {"mixstyle"})
    return {name: tried for name, tried in SPACE.items() if name not in useless}
