"""Alter training windows, so that a model cannot learn the microphone, the level or the room instead of the sound.

Each function takes and returns (windows, samples) float32 and draws from the generator it is given. The strengths stand
in a model's recipe; the code never runs on windows to validate or to test.
"""

import numpy as np
from scipy import fft

from classifier.records.recipe import Recipe
from classifier.training import transmission

NOISE_SHARE = 0.5  # of the windows get noise, of the others nothing: clean recordings remain in the training
NOISE_SLOPES = (0.0, 2.2)  # exponent of 1/f: from white to a little browner than brown
NOISE_FLAT_BELOW = 30.0  # Hz; below, a slope would put all power where no microphone hears
CROP_SHARE = 0.5
EQUALISER_SHARE = 0.5
SPEED_SHARE = 0.5
SPEED_STEPS = 40  # speeds are multiples of a fortieth: resampling by such ratios is fast
BACKGROUND_SHARE = 0.5
EQUALISER_HZ = (0, 100, 300, 800, 2000, 4000, 8000)  # between these the gain goes straight over log frequency
LOUDNESS_SECONDS = 0.1  # a window is as loud as its loudest tenth of a second
LOG_FROM = 50.0  # Hz added before the logarithm, so that 0 Hz has one


def alter(windows: np.ndarray, recipe: Recipe, sample_rate: int, random: np.random.Generator) -> np.ndarray:
    """What the recipe asks for, in the order in which a device does it; windows: (windows, n) in [-1, 1].

    Rooms and what sounds in them come before: datasets.TrainingWindows has them.
    """
    if recipe.crop:
        windows = crop(windows, recipe.crop, random)
    if recipe.equaliser_db:
        windows = equalise(windows, recipe.equaliser_db, sample_rate, random)
    if recipe.devices_db:
        windows = transmission.through_devices(windows, recipe.devices_db, sample_rate, random)
    if recipe.telephone:
        windows = transmission.over_telephone(windows, recipe.telephone, sample_rate, random)
    if recipe.dropped_bands:
        windows = transmission.drop_bands(windows, recipe.dropped_bands, sample_rate, random)
    if recipe.gain_db:
        windows = gain(windows, recipe.gain_db, random)
    if recipe.noise_snr_db:
        windows = add_noise(windows, recipe.noise_snr_db, sample_rate, random)
    if recipe.codecs:
        windows = transmission.through_codecs(windows, recipe.codecs, sample_rate, random)
    return windows


def crop(windows: np.ndarray, strength: float, random: np.random.Generator) -> np.ndarray:
    """Some of (windows, n) end early: up to this share of each is silence."""
    chosen = random.random(len(windows)) < CROP_SHARE
    ends = windows.shape[1] * (1 - np.where(chosen, random.uniform(0, strength, len(windows)), 0))
    return np.where(np.arange(windows.shape[1]) < ends[:, None], windows, np.float32(0))


def gain(windows: np.ndarray, strength_db: float, random: np.random.Generator) -> np.ndarray:
    """Each of (windows, n) louder or softer by up to strength_db; what exceeds full scale is clipped."""
    gains_db = random.uniform(-strength_db, strength_db, (len(windows), 1))
    return np.clip(windows * np.float32(10) ** (gains_db / 20).astype("float32"), -1, 1)


def equalise(windows: np.ndarray, strength_db: float, sample_rate: int, random: np.random.Generator) -> np.ndarray:
    """Some of (windows, n) through another microphone: a smooth random response of up to strength_db."""
    chosen = np.flatnonzero(random.random(len(windows)) < EQUALISER_SHARE)
    log_hz = np.log(fft.rfftfreq(windows.shape[1], 1 / sample_rate) + LOG_FROM)
    knots = np.log(np.array(EQUALISER_HZ) + LOG_FROM)
    points_db = random.uniform(-strength_db, strength_db, (len(chosen), len(knots)))
    response_db = np.array([np.interp(log_hz, knots, row) for row in points_db]).reshape(len(chosen), len(log_hz))
    altered = windows.copy()
    altered[chosen] = transmission.filtered(windows[chosen], 10 ** (response_db / 20))
    return altered


def add_noise(
    windows: np.ndarray, snr_db: tuple[float, float], sample_rate: int, random: np.random.Generator
) -> np.ndarray:
    """Some windows in coloured noise, the window louder by snr_db = (least, most)."""
    chosen = np.flatnonzero(random.random(len(windows)) < NOISE_SHARE)
    ratios_db = random.uniform(*snr_db, (len(chosen), 1))
    noise = coloured_noise(len(chosen), windows.shape[1], sample_rate, random)
    level = np.sqrt(np.mean(np.square(windows[chosen]), axis=1, keepdims=True))
    altered = windows.copy()
    altered[chosen] += noise * level * (10 ** (-ratios_db / 20)).astype("float32")
    return np.clip(altered, -1, 1)


def speeds(n: int, strength: float, random: np.random.Generator) -> np.ndarray:
    """(n,) in steps of a fortieth: how many of its seconds fit into one; most stay at 1."""
    reach = round(strength * SPEED_STEPS)
    chosen = 1 + random.integers(-reach, reach + 1, n) / SPEED_STEPS
    return np.where(random.random(n) < SPEED_SHARE, chosen, 1.0)


def nearest_speed(speed: float) -> float:
    """The nearest of the speeds that `at_speed` knows."""
    return round(speed * SPEED_STEPS) / SPEED_STEPS


def at_speed(samples: np.ndarray, speed: float) -> np.ndarray:
    """(n,) samples played at a speed: (n / speed,), pitch and tempo changed together."""
    if speed == 1:
        return samples
    from scipy.signal import resample_poly  # takes a second, and only few recipes alter the speed

    return resample_poly(samples, SPEED_STEPS, round(speed * SPEED_STEPS)).astype("float32")


def add_background(
    windows: np.ndarray, background: np.ndarray, snr_db: tuple[float, float], random: np.random.Generator
) -> np.ndarray:
    """Some windows with another recording behind them, the window louder by snr_db = (least, most).

    Args:
        background: (windows, samples) what is behind each.
    """
    chosen = random.random(len(windows)) < BACKGROUND_SHARE
    ratios = 10 ** (random.uniform(*snr_db, len(windows)) / 20)
    loud, quiet = (np.sqrt(np.mean(np.square(audio), axis=1)) for audio in (windows, background))
    share = np.where(chosen & (quiet > 0), loud / (ratios * np.maximum(quiet, 1e-9)), 0)
    return np.clip(windows + background * share[:, None].astype("float32"), -1, 1)


def mix(
    windows: np.ndarray, targets: np.ndarray, weights: np.ndarray, strength: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mixup: each window with another of the batch.

    Source: Zhang, Cisse, Dauphin & Lopez-Paz, ICLR 2018, arXiv 1710.09412.

    Args:
        targets: (windows, labels). weights: (windows,).
        strength: the shares are from Beta(strength, strength).

    Returns:
        windows, targets and weights, mixed alike.
    """
    shares = random.beta(strength, strength, len(windows)).astype("float32")
    others = random.permutation(len(windows))

    def mixed(values: np.ndarray) -> np.ndarray:
        share = shares.reshape(-1, *[1] * (values.ndim - 1))
        return share * values + (1 - share) * values[others]

    return mixed(windows), mixed(targets), mixed(weights)


def between_classes(
    windows: np.ndarray, targets: np.ndarray, weights: np.ndarray, sample_rate: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each window mixed with one of another label of the batch, so that the targets tell how loud each is heard.

    The share of the first is drawn evenly from 0 to 1. Both are brought to one loudness before, or a loud window would
    drown a soft one whatever its share. The gradients of cross-entropy are those of the source's divergence.

    Source: Tokozume, Ushiku & Harada, Learning from Between-class Examples for Deep Sound Recognition, ICLR 2018,
        arXiv 1711.10282.

    Args:
        windows: (windows, samples). targets: (windows, labels) one-hot. weights: (windows,).

    Returns:
        windows, targets and weights, mixed; a window for which the batch has no other label stays as it is.
    """
    label = targets.argmax(axis=1)
    others = np.arange(len(windows))
    for i in others:
        among = np.flatnonzero(label != label[i])
        others[i] = random.choice(among) if len(among) else i
    share = np.where(others == np.arange(len(windows)), 1.0, random.random(len(windows)))[:, None]
    loud = loudness(windows, sample_rate)[:, None]
    first, second = share * loud[others], (1 - share) * loud  # each divided by its own loudness, times both
    part = np.where(first + second > 0, first / np.maximum(first + second, 1e-12), share)
    power = np.sqrt(part**2 + (1 - part) ** 2)
    mixed = (part * windows + (1 - part) * windows[others]) / power
    shares = share.astype("float32")
    return (
        np.clip(mixed, -1, 1).astype("float32"),
        shares * targets + (1 - shares) * targets[others],
        shares[:, 0] * weights + (1 - shares[:, 0]) * weights[others],
    )


def loudness(windows: np.ndarray, sample_rate: int) -> np.ndarray:
    """(windows,) root mean square of the loudest tenth of a second of (windows, samples), A-weighted.

    Source: IEC 61672-1, the A curve, by librosa.
    """
    import librosa  # takes seconds, and only few recipes ask for loudness

    hertz = fft.rfftfreq(windows.shape[1], 1 / sample_rate)
    hertz[0] = hertz[1] / 2  # the curve has no value at 0 Hz
    curve = 10 ** (librosa.A_weighting(hertz, min_db=-80) / 20)
    heard = fft.irfft(fft.rfft(windows) * curve.astype("float32"), n=windows.shape[1])
    length = min(round(LOUDNESS_SECONDS * sample_rate), windows.shape[1])
    whole = heard[:, : heard.shape[1] // length * length].reshape(len(heard), -1, length)
    return np.sqrt(np.mean(np.square(whole), axis=2)).max(axis=1)


def coloured_noise(n: int, samples: int, sample_rate: int, random: np.random.Generator) -> np.ndarray:
    """(n, samples) noise of RMS 1, each row of another colour."""
    slopes = random.uniform(*NOISE_SLOPES, (n, 1)).astype("float32")
    hertz = np.maximum(fft.rfftfreq(samples, 1 / sample_rate), NOISE_FLAT_BELOW).astype("float32")
    shape = (n, len(hertz))
    spectra = random.standard_normal(shape, "float32") + 1j * random.standard_normal(shape, "float32")
    noise = fft.irfft(spectra * hertz ** (-slopes / 2), n=samples).astype("float32")
    return noise / np.sqrt(np.mean(np.square(noise), axis=1, keepdims=True))
