"""What a training on normal recordings alone was asked for, and what came of it."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from classifier.core import registry
from classifier.core.errors import InputError
from classifier.data.one_class import NORMAL
from classifier.records.refit import NONE
from classifier.scoring.one_class import Detection

FALSE_ALARM_RATE = 0.05  # where a person names none
NOT_FOR_IT = (  # flags that decide how labels are learned
    "background_noise",
    "negatives",
    "teacher",
    "fine_tune",
    "labels",
    "start",
    "train_share",
    "outside_fold",
    "coordinator",
    "max_minutes",
)


@dataclass(frozen=True, kw_only=True)
class OneClassRecord:
    """What is known of a model that learned from normal recordings alone.

    Attributes:
        false_alarm_rate: share of normal windows that was asked for.
        windows, groups: normal ones, held out of what was learned, that chose the threshold.
        is_proven: whether there were enough groups: of fewer, the highest distance is the threshold.
        detection: what the test split says.
    """

    false_alarm_rate: float
    windows: int
    groups: int
    is_proven: bool
    detection: Detection


def decided(args: Namespace, models: Sequence[str]) -> dict[str, Any]:
    """{field of RunConfig: value} that --normal and --false-alarm-rate decide; None each where labels are learned.

    The model that ships is the one that was measured: after a refit, its threshold would be of other distances.

    Raises:
        InputError: the flags and the models do not go together.
    """
    alone = [model for model in models if registry.is_one_class(model)]
    there = ", ".join(registry.names(registry.ONE_CLASS))
    if not alone:
        for name in ("normal", "false_alarm_rate"):
            if getattr(args, name) is not None:
                flag = f"--{name.replace('_', '-')}"
                raise InputError(f"{flag} is for models that learn from normal recordings alone: --model {there}")
        return {}
    if others := [model for model in models if model not in alone]:
        raise InputError(
            f"--model {','.join(models)}: {', '.join(alone)} learn from normal recordings alone, and "
            f"{', '.join(others)} from labels; train them with one command each"
        )
    for name in NOT_FOR_IT:
        if getattr(args, name) is not None:
            flag = "--from" if name == "start" else f"--{name.replace('_', '-')}"
            raise InputError(f"{flag} decides how labels are learned, and {alone[0]} learns none: leave out {flag}")
    rate = FALSE_ALARM_RATE if args.false_alarm_rate is None else args.false_alarm_rate
    return {"normal": args.normal or NORMAL, "false_alarm_rate": rate, "refit": NONE}
