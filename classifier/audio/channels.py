"""Make one channel of several, and measure what is odd about them."""

import numpy as np

from classifier.audio.levels import CLIPPED_SHARE, decibels
from classifier.core.arguments import CHANNELS, EACH, TRACK
from classifier.core.errors import InputError

MIX, FIRST, SECOND, LOUDEST = CHANNELS
CANCELLED_DB = -10  # from where channels that have nothing in common mix to; quieter ones cancel each other
SILENT_DB = -40  # from the loudest channel; one so far below holds no sound
AUDIBLE_DB = -70  # from full scale; quieter channels are not judged
MOST_DB = 60  # that is said of a mix; sums of float32 tell no more
ROWS = 1 << 14  # summed at once in float32
FRAME = 1024  # samples; one of each ROWS is looked at, to compare what channels hold
BANDS = ((1, 3), (3, 6), (6, 12), (12, 24), (24, 48), (48, 96), (96, 192), (192, 513))  # bins of it: octaves
HEARD_DB = -25  # from a channel's loudest band; quieter bands of a frame are not compared
BESIDE_DB = -20  # from the loudest channel; one so far below adds little to the mix
APART_DB = 10  # mean difference of bands from which on channels hold different sounds; of one sound it is 2 to 7
FLOOR_DB = -60  # from a channel's loudest band
MOST_FRAMES = 4096  # that are compared: the first half minute, or more, of hours
OFFSET = 0.02  # of full scale
OFFSET_SHARE = 0.1  # of the RMS; a smaller offset is not heard beside the sound

CANCELS = "channels cancel each other when they are mixed (take one with --channel first or second)"
SILENT = "a channel is silent beside another, so that their mix is quieter (take the other with --channel loudest)"
UNLIKE = (
    "channels that hold different sounds, which are mixed (take one with --channel first or second, or divide them "
    "with --channel each)"
)
OFFSETS = "a constant (DC) offset (remove it with a high-pass filter, or record again)"
TRACKS = "several sound tracks, of which the first is read (take another with --channel track2)"
BEYOND = "samples beyond full scale, which are clipped (if you made the file, export it quieter)"
ODDITIES = (CANCELS, SILENT, UNLIKE, OFFSETS, BEYOND, TRACKS)


def number(name: str | int, channels: int, path: object) -> int | None:
    """Which channel a name means, from 0; None for the mix.

    Args:
        name: of CHANNELS, but "loudest"; a track, of which it is the mix; or the number itself.
        channels: of the recording.

    Raises:
        InputError: it has no second one.
    """
    if name == SECOND and channels < 2:
        raise InputError(f"{path} has one channel, and --channel second was asked for; use --channel loudest")
    return name if isinstance(name, int) else {FIRST: 0, SECOND: 1}.get(name)


def track(name: str | int) -> int | None:
    """Which sound track a name means, from 0; None where it means a channel of the first."""
    found = TRACK.fullmatch(str(name))
    return int(found[1]) - 1 if found else None


def note_of_one(channel: str, channels: int, path: object) -> str | None:
    """What is heard where a model that was trained on each channel gives one answer; None where that is plain."""
    if channel != EACH or channels < 2:
        return None
    return f"{path} has {channels} channels, of which the loudest is heard; ClassifyRecordings.py classifies each"


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
        self.bands: list[np.ndarray] = []  # of each frame, (channels, bands) power
        self.rate: int | None = None  # Hz, the lowest
        self.tracks = 1

    def add(self, block: np.ndarray, rate: int | None = None) -> None:
        """Take (n, channels) float32, at a rate in Hz."""
        self.rate = rate if self.rate is None or rate is None else min(self.rate, rate)
        if not self.n:
            self.sums, self.products = np.zeros(block.shape[1]), np.zeros((block.shape[1],) * 2)
        if block.shape[1] != len(self.sums) or not len(block):
            return
        self.n += len(block)
        for start in range(0, len(block), ROWS):
            rows = block[start : start + ROWS]
            self.sums += np.ones(len(rows), "float32") @ rows
            self.products += rows.T @ rows
            if block.shape[1] > 1 and len(rows) >= FRAME and len(self.bands) < MOST_FRAMES:
                self.bands.append(_bands(rows[:FRAME]))
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
        """{what is odd: how much}, of CANCELS, SILENT and UNLIKE, which matter to a mix, OFFSETS, BEYOND, TRACKS."""
        is_track = track(channel) is not None
        found = {TRACKS: f"{self.tracks} tracks"} if self.tracks > 1 and not is_track else {}
        if not self.n:
            return found
        powers, means = self.powers, self.sums / self.n
        channels, loudest = len(powers), self.loudest
        if (channel == MIX or is_track) and channels > 1 and decibels(np.sqrt(powers[loudest])) > AUDIBLE_DB:
            mix = max(self.products.mean() / self.n - means.mean() ** 2, 0.0)
            quieter = decibels(np.sqrt(mix)) - decibels(np.sqrt(powers[loudest]))
            expected = decibels(np.sqrt(powers.mean() / channels)) - decibels(np.sqrt(powers[loudest]))
            silent = [i + 1 for i in range(channels) if powers[i] < powers[loudest] * 10 ** (SILENT_DB / 10)]
            if silent:
                found[SILENT] = f"channel {', '.join(map(str, silent))} of {channels}, {-quieter:.0f} dB"
            if quieter < expected + CANCELLED_DB:
                found[CANCELS] = f"{min(-quieter, MOST_DB):.0f} dB quieter than channel {loudest + 1}"
            elif (other := self._unlike()) is not None:
                found[UNLIKE] = f"channels {min(loudest, other) + 1} and {max(loudest, other) + 1}"
        rms = np.sqrt(np.diag(self.products) / self.n)
        worst = int(np.abs(means).argmax())
        if abs(means[worst]) > OFFSET and abs(means[worst]) > OFFSET_SHARE * rms[worst]:
            found[OFFSETS] = f"{means[worst]:+.2f} of full scale"
        if self.beyond > CLIPPED_SHARE * self.n:
            found[BEYOND] = f"{self.beyond} samples"
        return found

    def _unlike(self) -> int | None:
        """The channel that holds another sound than the loudest, and is not far quieter; None where there is none.

        The same sound, heard from two places, has about the same bands at the same time, whatever its phase.
        """
        if not self.bands:
            return None
        powers, loudest = self.powers, self.loudest
        db = 10 * np.log10(np.maximum(np.stack(self.bands), 1e-20))
        db = np.maximum(db - db.max(axis=(0, 2), keepdims=True), FLOOR_DB)
        for other in np.flatnonzero(powers > powers[loudest] * 10 ** (BESIDE_DB / 10)):
            one, two = db[:, loudest], db[:, other]
            heard = np.maximum(one, two) > HEARD_DB
            if other != loudest and np.abs(one - two)[heard].mean() > APART_DB:
                return int(other)
        return None


def _bands(frame: np.ndarray) -> np.ndarray:
    """(channels, bands) power of (FRAME, channels)."""
    power = np.square(np.abs(np.fft.rfft(frame * np.hanning(FRAME)[:, None], axis=0)))
    return np.stack([power[first:end].sum(axis=0) for first, end in BANDS], axis=1)
