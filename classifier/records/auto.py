"""Which model fits an amount of data: a head on a pretrained network, or a network from scratch.

The figures are those of docs/results.md. Imports neither TensorFlow nor Keras.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from classifier.core.console import warn
from classifier.core.errors import InputError

if TYPE_CHECKING:
    from classifier.records.training_config import TrainingConfig

AUTO = "auto"  # for a model's name: the best of CANDIDATES
HEAD, SCRATCH = "yamnet_transfer", "residual"
CANDIDATES = (HEAD, "yamnet_layers", "yamnet_small", SCRATCH)  # which head is better differs by data set
FEW = 100  # recordings of a label: the heads were better at 10 and at 40 of them, SCRATCH at 330


def fitting(config: "TrainingConfig") -> "TrainingConfig":
    """The config without the models that its flags do not fit, which is said.

    Raises:
        InputError: they fit none.
    """
    fit, refused = [], []
    for model in config.models:
        try:
            config.check_model(model)
            fit.append(model)
        except InputError as error:
            refused.append(error)
            if len(refused) == len(config.models):
                raise
            warn(f"{model}: left out, because {error}")
    return replace(config, models=tuple(fit))


def advice(config: "TrainingConfig", labels: Iterable[str]) -> str | None:
    """A sentence on the model that fits better than those of a config, and why; None where it is among them.

    Args:
        labels: of each recording.
    """
    from classifier.pretrained.weights import PUBLISHED  # what it downloads with takes a third of a second to import

    rarest, n = min(Counter(labels).items(), key=lambda item: item[1])
    trained = " and ".join(config.models)
    if n < FEW and _fits(config, HEAD):
        better = HEAD
        megabytes = (
            ""
            if PUBLISHED["yamnet"].path.exists()
            else f"; its weights ({PUBLISHED['yamnet'].megabytes:g} MB) are downloaded"
        )
        why = (
            f"{rarest!r} has {n} recordings, and with ten per label of ESC-10 it had 97.5 % of the recordings right, "
            f"{SCRATCH} from scratch 81.5 %{megabytes}"
        )
    else:
        better = SCRATCH
        why = (
            f"each label has {n} recordings or more, and on 984 recordings of voices it had a balanced accuracy of "
            "97.0 %, mel 95.4 %, yamnet_transfer 90.8 %"
            if n >= FEW
            else f"{rarest!r} has {n} recordings, no pretrained network goes with these flags, and on 984 recordings "
            "of voices it had a balanced accuracy of 97.0 %, mel 95.4 %"
        )
    if better in config.models:
        return None
    tries = f"--model {AUTO} tries it, and chooses the best by validation"
    return f"{better} may fit this amount of data better than {trained}: {why}; {tries}"


def _fits(config, model):
    try:
        config.check_model(model)
    except InputError:
        return False
    return True
