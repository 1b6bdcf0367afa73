"""What the values of a recipe may be: a typing error must not cost a training."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from classifier.core.bounds import check_range
from classifier.core.errors import InputError
from classifier.core.text import did_you_mean

if TYPE_CHECKING:
    from classifier.records.recipe import Recipe

NONE = "none"  # of what learns without steps, and has no rate
OPTIMIZERS = (
    *("adadelta", "adafactor", "adagrad", "adam", "adamax", "adamw", "ftrl", "lion", "muon", "nadam", "rmsprop", "sgd"),
    NONE,
)
LOSSES = (
    *("categorical_crossentropy", "categorical_focal_crossentropy", "categorical_hinge", "kl_divergence", "poisson"),
    *("binary_crossentropy", "binary_focal_crossentropy", "hinge", "squared_hinge", "cosine_similarity"),
    *("mean_squared_error", "mean_absolute_error", "mean_squared_logarithmic_error", "huber", "log_cosh"),
    NONE,
)
SMOOTHED = ("categorical_crossentropy", "binary_crossentropy")  # whose targets label_smoothing changes
WORDS = {"optimizer": OPTIMIZERS, "loss": LOSSES}
SHARE = {"least": 0, "most": 1}
PART = {"least": 0, "below": 1}
COUNT, POSITIVE, FREE = {"least": 1}, {"above": 0}, {"least": 0}
RANGES = {  # {value: (what it is, the arguments of check_range)}; of a pair, both
    "epochs": ("a whole number", COUNT),
    "batch_size": ("a number of windows", COUNT),
    "learning_rate": ("a rate", POSITIVE),
    "weight_decay": ("a rate", FREE),
    "warm_up": ("a number of epochs", FREE),
    "label_smoothing": ("a share of the targets", PART),
    "patience": ("a number of epochs", COUNT),
    "averaged": ("a number of epochs", COUNT),
    "shift": ("a share of a window", SHARE),
    "crop": ("a share of a window", PART),
    "gain_db": ("decibels", FREE),
    "equaliser_db": ("decibels", FREE),
    "pitch": ("semitones", FREE),
    "stretch": ("a share of the tempo", PART),
    "speed": ("a share of the speed", PART),
    "background_snr_db": ("decibels", {}),
    "noise_snr_db": ("decibels", {}),
    "negatives_snr_db": ("decibels", {}),
    "mixup": ("the parameter of a beta distribution", FREE),
    "masks": ("a share of the features", PART),
    "rt60_seconds": ("seconds", POSITIVE),
    "devices_db": ("decibels", FREE),
    "telephone": ("a share of the windows", SHARE),
    "codecs": ("a share of the windows", SHARE),
    "dropped_bands": ("a share of the frequencies", PART),
    "mixstyle": ("the parameter of a beta distribution", FREE),
    "fine_tuned": ("a number of layers", FREE),
    "teacher_weight": ("a share of the loss", SHARE),
    "teacher_temperature": ("a temperature", POSITIVE),
}


def check(recipe: "Recipe") -> None:
    """Look at every value of a recipe.

    Raises:
        InputError: one is out of its range; the value and the range are named.
    """
    for name, value in asdict(recipe).items():
        if name in WORDS and value not in WORDS[name]:
            raise InputError(
                f"{name} {value!r}: give one of {', '.join(WORDS[name])}{did_you_mean(value, WORDS[name])}"
            )
        if name not in RANGES or value is None or (name == "learning_rate" and recipe.optimizer == NONE):
            continue
        what, limits = RANGES[name]
        values = value if isinstance(value, (tuple, list)) else [value]
        for each in values:
            check_range(name, each, what, **limits)
        if list(values) != sorted(values):
            raise InputError(f"{name} {', '.join(f'{each:g}' for each in values)}: give the smaller one first")
    if recipe.label_smoothing and recipe.loss not in SMOOTHED:
        raise InputError(f"label_smoothing is for the loss {SMOOTHED[0]}, not for {recipe.loss}: leave one of them out")
