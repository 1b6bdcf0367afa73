"""What a cross-validation with --multi-label does not go with."""

from typing import TYPE_CHECKING

from classifier.records.multi_label import refuse_flags

if TYPE_CHECKING:
    from classifier.evaluation.config import EvaluationConfig


def check(config: "EvaluationConfig") -> None:
    """Refuse what says something of windows that have one label each, in a cross-validation of several.

    Raises:
        InputError: a flag does not go with --multi-label.
    """
    if not config.multi_label:
        return
    refuse_flags(
        ("--search", config.search, "a search compares recipes by balanced accuracy, which is of one label at a time"),
        ("--learning-curve", config.learning_curve, "a learning curve is of balanced accuracy"),
        ("--vote", config.vote, "windows vote on one label"),
        ("--overlap", config.overlap, "windows are scored as validation heard them: they touch"),
        ("--crops", config.crops, "windows are scored as validation heard them: they touch"),
    )
