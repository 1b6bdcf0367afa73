"""Timelines: recordings of events, placed at known times in background recordings.

A clip of five seconds says nothing of false alarms per hour, nor of a rule that needs several windows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from classifier.data.audio_cache import AudioCache, to_float

LEAST_MINUTES = 5.0  # of background recordings; a false alarm in less is more than ten an hour
LEAST_EVENTS = 10  # of a label: each is a tenth of its misses
STRETCH = 300.0  # seconds of a timeline: memory stays flat
LONGEST = 3600.0  # seconds of background that is used once
MOST_EVENTS = 60  # of a label
ALL_EVENTS = 400  # of all labels, but for the least of each
LONGEST_EVENT = 10.0  # seconds; of a longer recording the first are taken
SNR_DB = (0.0, 5.0, 10.0, 15.0, 20.0, 25.0)  # of events, in turn
QUIETEST_EVENT = 10 ** (-50 / 20)  # RMS of an event in a background of digital silence, and below
FADE = 0.01  # seconds at the ends of what is joined: a jump is a click
APART = 3  # windows between two events, at least: no window holds two of them


@dataclass(frozen=True)
class Event:
    """A recording in a timeline. start, end: seconds; snr_db: its mean power over that of the background there."""

    label: str
    start: float
    end: float
    snr_db: float


@dataclass(frozen=True)
class Timeline:
    """(n,) float32 samples in [-1, 1], and the events in them, by start."""

    samples: np.ndarray
    events: tuple[Event, ...]


def background_minutes(audio: AudioCache, clips: Sequence[int], background: Sequence[str], rate: int) -> float:
    """Minutes of the clips whose label is one of `background`."""
    samples = sum(int(audio.ends[i] - audio.starts[i]) for i in clips if audio.clips[i].label in background)
    return samples / rate / 60


def too_few(
    audio: AudioCache, clips: Sequence[int], labels: Sequence[str], background: Sequence[str], rate: int
) -> str | None:
    """Why no timelines can be built that say something of false alarms and misses; None where they can.

    Args:
        clips: of one split, as indices into `audio`.
        labels: of all outputs.
        background: those of them that are no events.
        rate: Hz of `audio`.
    """
    if not background:
        return "no label is background (silence, background, unknown ... or --negatives)"
    minutes = background_minutes(audio, clips, background, rate)
    if minutes < LEAST_MINUTES:
        return f"it holds {minutes:.1f} minutes of background, and {LEAST_MINUTES:g} are needed"
    for label in labels:
        n = sum(audio.clips[i].label == label for i in clips)
        if label not in background and n < LEAST_EVENTS:
            return f"it holds {n} recordings of {label}, and {LEAST_EVENTS} are needed"
    return None


def build(
    audio: AudioCache, clips: Sequence[int], background: Sequence[str], rate: int, window: float, seed: int
) -> Iterator[Timeline]:
    """Timelines of one split: all of its background up to LONGEST, and events of every other label.

    Recordings are taken group by group in turn, so that none speaks for all. Background is used again only where events
    are left. The same seed makes the same timelines.

    Args:
        clips: indices into `audio`.
        background: labels that are no events.
        rate: Hz.
        window: seconds of a model's window.
    """
    random = np.random.default_rng(seed)
    is_background = [audio.clips[i].label in background for i in clips]
    behind = _in_turn(audio, [i for i, is_it in zip(clips, is_background, strict=True) if is_it], random)
    waiting = _events(audio, [i for i, is_it in zip(clips, is_background, strict=True) if not is_it], rate, random)
    seconds = min(LONGEST, sum(_samples(audio, i) for i in behind) / rate)
    apart = _apart(audio, waiting, rate, window, seconds)
    while waiting or seconds > window:
        length = STRETCH if waiting and seconds < STRETCH else min(STRETCH, seconds)
        track = _track(audio, behind, round(length * rate), round(FADE * rate))
        seconds -= length
        yield _placed(audio, track, waiting, rate, apart, random)


def _placed(audio, track, waiting, rate, apart, random):
    """A timeline of a background track; takes from `waiting` the events that fit."""
    events, at = [], round(apart / 2 * rate)
    while waiting:
        i, snr_db = waiting[0]
        sound = to_float(audio.samples(i)[: round(LONGEST_EVENT * rate)])
        if at + len(sound) + round(apart / 2 * rate) > len(track) and events:
            break
        del waiting[0]
        there = track[at : at + len(sound)]
        behind, own = _rms(there), _rms(sound)
        gain = max(behind * 10 ** (snr_db / 20), QUIETEST_EVENT) / own
        gain = min(gain, 1 / float(np.abs(sound).max()))
        there += gain * _faded(sound, round(FADE * rate))[: len(there)]
        snr_db = 20 * np.log10(gain * own / behind) if behind else np.inf
        events.append(Event(audio.clips[i].label, at / rate, (at + len(there)) / rate, float(snr_db)))
        at += len(sound) + round(apart * random.uniform(0.75, 1.25) * rate)
    return Timeline(np.clip(track, -1, 1), tuple(events))


def _apart(audio, waiting, rate, window, seconds):
    """Seconds between two events: they are spread over all of the background."""
    heard = sum(min(_samples(audio, i) / rate, LONGEST_EVENT) for i, _ in waiting)
    return max(APART * window, (seconds - heard) / max(1, len(waiting)) * 0.8)


def _events(audio, clips, rate, random):
    """[(clip, SNR in dB)] in random order, equally many of each label as far as there are."""
    names = sorted({audio.clips[i].label for i in clips})
    most = min(MOST_EVENTS, max(LEAST_EVENTS, ALL_EVENTS // max(1, len(names))))
    chosen = []
    for name in names:
        of_label = _in_turn(audio, [i for i in clips if audio.clips[i].label == name], random)
        audible = (i for i in of_label if np.any(audio.samples(i)[: round(LONGEST_EVENT * rate)]))
        chosen += [(i, SNR_DB[n % len(SNR_DB)]) for n, i in zip(range(most), audible, strict=False)]
    return [chosen[i] for i in random.permutation(len(chosen))]


def _in_turn(audio, clips, random):
    """Clips in random order, the first of each group before the second of any."""
    shuffled = [clips[i] for i in random.permutation(len(clips))]
    seen: dict[str | None, int] = {}
    turns = []
    for i in shuffled:
        group = audio.clips[i].group
        seen[group] = seen.get(group, 0) + 1
        turns.append(seen[group])
    return [shuffled[i] for i in np.argsort(turns, kind="stable")]


def _track(audio, behind, n, fade):
    """(n,) samples of background recordings, one after the other; they go to the end of `behind`."""
    track, at = np.zeros(n, "float32"), 0
    while at < n:
        i = behind.pop(0)
        behind.append(i)
        sound = _faded(to_float(audio.samples(i)), fade)[: n - at]
        track[at : at + len(sound)] = sound
        at += len(sound)
    return track


def _faded(sound, fade):
    """A copy that begins and ends at 0."""
    fade = min(fade, len(sound) // 2)
    sound, ramp = sound.copy(), np.linspace(0, 1, fade, endpoint=False, dtype="float32")
    sound[:fade] *= ramp
    sound[len(sound) - fade :] *= ramp[::-1]
    return sound


def _samples(audio, i):
    return int(audio.ends[i] - audio.starts[i])


def _rms(sound):
    return float(np.sqrt(np.mean(np.square(sound, dtype="float64")))) if len(sound) else 0.0
