"""What a model was trained from, where its first weights were those of another: --from trained/residual."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class StartRecord:
    """The model whose weights a training began with.

    Attributes:
        folder: where it lay.
        labels: in the order of its outputs.
        train, validation: sounds that it had learned from and was chosen with, as of provenance.sound: no later test
            of either model may count them as new.
    """

    folder: str
    labels: list[str]
    train: list[str]
    validation: list[str]
