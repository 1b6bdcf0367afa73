"""Make one channel of several, and measure what is odd about them."""

import numpy as np

from classifier.audio.levels import CLIPPED_SHARE, decibels
from classifier.core.arguments import CHANNELS
from classifier.core.errors import InputError

MIX, FIRST, SECOND, LOUDEST = CHANNELS
EACH = "each"  # of PrepareData.py: a recording of its own
CANCELLED_DB = -10  # from where channels that have nothing in common mix to; quieter ones cancel each other
SILENT_DB = -40  # from the loudest channel; one so far below holds no sound
AUDIBLE_DB = -70  # from full scale; quieter channels are not judged
MOST_DB = 60  # that is said of a mix; sums of float32 tell no more
ROWS = 1 << 14  # summed at once in float32
OFFSET = 0.02  # of full scale
OFFSET_SHARE = 0.1  # of the RMS; a smaller offset is not heard beside the sound

CANCELS = "channels cancel each other when they are mixed (take one with --channel first or second)"
SILENT = "a channel is silent beside another, so that their mix is quieter (take the other with --channel loudest)"
OFFSETS = "a constant (DC) offset (remove it with a high-pass filter, or record again)"
BEYOND = "samples beyond full scale, which are clipped (export again, quieter)"
ODDITIES = (CANCELS, SILENT, OFFSETS, BEYOND)


def number(name: str | int, channels: int, path: object) -> int | None:
    """Which channel a name means, from 0; None for the mix.

    Args:
        name: of CHANNELS, but "loudest"; or the number itself.
        channels: of the recording.

    Raises:
        InputError: it has no second one.
    """
    if name == SECOND and channels < 2:
        raise InputError(f"{path} has one channel, and --channel second was asked for; use --channel loudest")
    return name if isinstance(name, int) else {MIX: None, FIRST: 0, SECOND: 1}[name]


def to_mono(block: np.ndarray, chosen: int | None) -> np.ndarray:
    """(n, channels) float32 -> (n,): one channel, from 0, or the mean of all for None."""
    n = block.shape[1]
    if n == 1 or chosen is not None:
        return block[:, min(chosen or 0, n - 1)]
    return block @ np.full(n, 1 / n, "float32")  # numpy's mean takes 30 times as long


class ChannelLevels:
    """Levels of the channels of a recording that comes block by block; of the first ones where their number changes."""

    def __init__(self) -> None:
        self.n, self.beyond = 0, 0
        self.sums, self.products = np.zeros(0), np.zeros((0, 0))

    def add(self, block: np.ndarray) -> None:
        """Take (n, channels) float32."""
        if not self.n:
            self.sums, self.products = np.zeros(block.shape[1]), np.zeros((block.shape[1],) * 2)
        if block.shape[1] != len(self.sums) or not len(block):
            return
        self.n += len(block)
        for start in range(0, len(block), ROWS):
            rows = block[start : start + ROWS]
            self.sums += np.ones(len(rows), "float32") @ rows
            self.products += rows.T @ rows
        if max(block.max(), -block.min()) > 1:
            self.beyond += int((np.abs(block).max(axis=1) > 1).sum())

    @property
    def powers(self) -> np.ndarray:
        """(channels,) mean power, without a constant offset."""
        return np.maximum(np.diag(self.products) / self.n - (self.sums / self.n) ** 2, 0)

    @property
    def loudest(self) -> int:
        """The channel with the most power, from 0."""
        return int(self.powers.argmax()) if self.n else 0

    def oddities(self, channel: str = MIX) -> dict[str, str]:
        """{what is odd: how much}, of CANCELS and SILENT, which matter to a mix, OFFSETS and BEYOND."""
        found: dict[str, str] = {}
        if not self.n:
            return found
        powers, means = self.powers, self.sums / self.n
        channels, loudest = len(powers), self.loudest
        if channel == MIX and channels > 1 and decibels(np.sqrt(powers[loudest])) > AUDIBLE_DB:
            mix = max(self.products.mean() / self.n - means.mean() ** 2, 0.0)
            quieter = decibels(np.sqrt(mix)) - decibels(np.sqrt(powers[loudest]))
            expected = decibels(np.sqrt(powers.mean() / channels)) - decibels(np.sqrt(powers[loudest]))
            silent = [i + 1 for i in range(channels) if powers[i] < powers[loudest] * 10 ** (SILENT_DB / 10)]
            if silent:
                found[SILENT] = f"channel {', '.join(map(str, silent))} of {channels}, {-quieter:.0f} dB"
            if quieter < expected + CANCELLED_DB:
                found[CANCELS] = f"{min(-quieter, MOST_DB):.0f} dB quieter than channel {loudest + 1}"
        rms = np.sqrt(np.diag(self.products) / self.n)
        worst = int(np.abs(means).argmax())
        if abs(means[worst]) > OFFSET and abs(means[worst]) > OFFSET_SHARE * rms[worst]:
            found[OFFSETS] = f"{means[worst]:+.2f} of full scale"
        if self.beyond > CLIPPED_SHARE * self.n:
            found[BEYOND] = f"{self.beyond} samples"
        return found
