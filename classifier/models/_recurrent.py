"""What the recurrent networks share: spectrograms as sequences of frames."""

from keras import KerasTensor, layers


def time_first(x: KerasTensor) -> KerasTensor:
    """(bands, frames, channels) -> (frames, bands * channels)."""
    return layers.Reshape((x.shape[2], -1))(layers.Permute((2, 1, 3))(x))


def lstm(x: KerasTensor, units: int, dropout: float, return_sequences: bool) -> KerasTensor:
    """(steps, values) -> (steps, units), or the last step's (units,).

    Args:
        dropout: share of the input values. LSTM's own dropout would leave its random state in the exported file.
    """
    x = layers.SpatialDropout1D(dropout)(x)  # made first: initial weights depend on the order
    return layers.LSTM(units, return_sequences=return_sequences)(x)
