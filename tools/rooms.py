"""Rooms: how one sounds when nobody speaks, and what it does to a voice.

Sixteen kinds of room; every recording of every class stands in its own copy of one, with its numbers shaken a little.
So silence is a room without a voice, not digital zero, and no room belongs to a class.
"""

from typing import NamedTuple

import numpy as np
from scipy import signal as dsp

LOWEST_HZ = 40.0  # below it phone microphones hear nothing
SPEED_OF_DECAY = 3 * np.log(10)  # a reverberation time is that of a fall by 60 dB: a factor of 1000


class Room(NamedTuple):
    """Levels in dB against the room's hiss; -99 where the room has no such thing."""

    decay_s: float  # reverberation time
    slope_db: float  # of the hiss, per octave: 0 white, -3 pink, -6 brown
    hum_hz: float
    hum_db: float
    ventilation_db: float
    rumble_db: float
    clicks_per_s: float
    bandwidth_hz: float  # of the microphone standing in it


ROOMS = {
    "attic": Room(0.35, -4.0, 50, -99, -99, -6, 0.5, 7000),
    "bathroom": Room(0.90, -2.0, 50, -12, 0, -99, 0.1, 7600),
    "bedroom": Room(0.25, -3.0, 50, -18, -99, -6, 0.1, 6500),
    "cellar": Room(0.70, -5.0, 50, -3, -99, 0, 0.3, 5500),
    "church": Room(1.40, -4.5, 50, -99, -10, 2, 0.3, 7000),
    "classroom": Room(0.55, -3.0, 50, -10, -2, -8, 0.3, 7600),
    "garage": Room(0.65, -6.0, 60, -6, -99, 3, 0.2, 5000),
    "greenhouse": Room(0.45, -1.0, 50, -99, 2, -99, 0.6, 7600),
    "hallway": Room(0.85, -3.5, 60, -14, -4, -6, 0.3, 4500),
    "kitchen": Room(0.40, -2.5, 50, 0, 0, -99, 0.4, 7000),
    "laundry": Room(0.50, -2.0, 60, 1, 3, 0, 0.1, 6000),
    "library": Room(0.60, -4.0, 50, -20, -6, -10, 0.4, 7600),
    "lift": Room(0.30, -5.0, 50, 0, 2, 4, 0.2, 4000),
    "office": Room(0.40, -3.0, 60, -12, 2, -10, 0.4, 6500),
    "stairwell": Room(1.20, -4.0, 50, -16, -99, -2, 0.2, 5500),
    "workshop": Room(0.60, 0.0, 60, -4, -2, -4, 0.5, 3600),
}


def shaken(room, rng):
    """A room of the same kind: no two recordings have quite the same one."""
    return room._replace(
        decay_s=room.decay_s * rng.uniform(0.8, 1.25),
        slope_db=room.slope_db + rng.uniform(-0.7, 0.7),
        hum_hz=room.hum_hz * rng.uniform(0.998, 1.002),  # as far as the mains strays
        hum_db=room.hum_db + rng.uniform(-3, 3),
        ventilation_db=room.ventilation_db + rng.uniform(-3, 3),
        rumble_db=room.rumble_db + rng.uniform(-3, 3),
        bandwidth_hz=min(room.bandwidth_hz * rng.uniform(0.9, 1.1), 7800),
    )


def reverberated(signal, room, rng, sample_rate):
    """(n,) samples as heard across the room: the direct sound, then a noise that fades, the treble first."""
    n = round(room.decay_s * sample_rate)
    decay = np.exp(-SPEED_OF_DECAY * np.arange(n) / n)
    bright, dull = rng.normal(size=(2, n))
    dull = dsp.sosfilt(dsp.butter(1, 1500, fs=sample_rate, output="sos"), dull)
    tail = bright * decay**2.5 + 1.5 * dull * decay
    tail[: round(rng.uniform(0.003, 0.010) * sample_rate)] = 0  # until the first wall answers
    tail *= 10 ** (rng.uniform(-12, -3) / 20) / np.sqrt(np.sum(tail**2))  # the reverberation against the direct sound
    tail[0] = 1
    return dsp.fftconvolve(signal, tail)[: len(signal)]


def noise_floor(room, n, rng, sample_rate):
    """(n,) samples of the room with nobody in it, rms 1 before reverberation and microphone."""
    t = np.arange(n) / sample_rate
    total = _coloured(n, room.slope_db, rng, sample_rate)
    total += _gain(room.hum_db) * _unit(_hum(t, room.hum_hz, rng)) * _slow(t, 0.1, rng)
    total += (
        _gain(room.ventilation_db) * _unit(_band(n, 120, rng.uniform(500, 1200), rng, sample_rate)) * _slow(t, 0.2, rng)
    )
    total += _gain(room.rumble_db) * _unit(_band(n, LOWEST_HZ, 110, rng, sample_rate)) * _slow(t, 0.4, rng)
    total = _unit(total)
    for _ in range(rng.poisson(room.clicks_per_s * n / sample_rate)):
        knock = _creak(rng, sample_rate) if rng.random() < 0.4 else _click(rng, sample_rate)
        start = rng.integers(0, n - len(knock))
        total[start : start + len(knock)] += knock * rng.uniform(1, 5)
    return total


def microphone(signal, room, sample_rate):
    """(n,) samples as a microphone of the room's bandwidth records them."""
    band = dsp.butter(4, [LOWEST_HZ, room.bandwidth_hz], "bandpass", fs=sample_rate, output="sos")
    return dsp.sosfilt(band, signal)


def _coloured(n, slope_db, rng, sample_rate):
    """Noise of rms 1 whose power falls by slope_db an octave, level below LOWEST_HZ."""
    spectrum = np.fft.rfft(rng.normal(size=n))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(n, 1 / sample_rate), LOWEST_HZ) / LOWEST_HZ)
    return _unit(np.fft.irfft(spectrum * 10 ** (slope_db * octaves / 20), n))


def _band(n, low_hz, high_hz, rng, sample_rate):
    sos = dsp.butter(2, [low_hz, high_hz], "bandpass", fs=sample_rate, output="sos")
    return dsp.sosfilt(sos, rng.normal(size=n))


def _hum(t, hum_hz, rng):
    """The mains and its harmonics; the even ones, of rectifiers and transformers, the stronger."""
    harmonics = range(1, 13)
    strengths = [rng.uniform(0.3, 1) / k * (2 if k % 2 == 0 else 1) for k in harmonics]
    phases = rng.uniform(0, 2 * np.pi, len(harmonics))
    return sum(s * np.sin(2 * np.pi * hum_hz * k * t + p) for k, s, p in zip(harmonics, strengths, phases, strict=True))


def _slow(t, depth, rng):
    """A gain that wanders around 1."""
    return 1 + depth * np.sin(2 * np.pi * rng.uniform(0.1, 0.7) * t + rng.uniform(0, 2 * np.pi))


def _click(rng, sample_rate):
    """Something small that falls or snaps: some ms of noise around one resonance."""
    n = round(0.08 * sample_rate)
    t = np.arange(n) / sample_rate
    tone = np.sin(2 * np.pi * rng.uniform(300, 2500) * t) + rng.normal(0, 0.5, n)
    return tone * np.exp(-t / rng.uniform(0.003, 0.02))


def _creak(rng, sample_rate):
    """Wood that gives way: a row of ever quicker snaps."""
    out = np.zeros(round(0.5 * sample_rate))
    at = np.cumsum(np.geomspace(0.05, rng.uniform(0.008, 0.02), 10))
    for second in at[at < 0.4]:
        start = round(second * sample_rate)
        snap = _click(rng, sample_rate)
        out[start : start + len(snap)] += 0.5 * snap
    return out


def _gain(db):
    return 10 ** (db / 20)


def _unit(signal):
    return signal / np.sqrt(np.mean(signal**2))
