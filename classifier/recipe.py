"""A recipe: how a model is trained. Its defaults are no technique at all; a model's file says what it uses."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """What the paper, or a measurement, knows about training one model.

    epochs, batch_size, optimizer, learning_rate, loss: as in Keras.
    cosine: the learning rate falls to a hundredth along a cosine.
    patience: epochs without a better mean recall on the validation side after which training stops; the best epoch's
        weights are kept. None trains all epochs and keeps the last.
    balanced: every label counts the same in the loss, however many pieces it has.
    shift: a piece starts up to this part of a piece earlier or later, in another place every epoch.
    gain_db: it is up to this much louder or softer.
    equaliser_db: its frequency response is bent by up to this much.
    noise_snr_db: (least, most) by which it is louder than the coloured noise that is mixed in.
    """

    epochs: int
    batch_size: int
    optimizer: str
    learning_rate: float
    loss: str
    cosine: bool = False
    patience: int | None = None
    balanced: bool = False
    shift: float = 0.0
    gain_db: float = 0.0
    equaliser_db: float = 0.0
    noise_snr_db: tuple | None = None
