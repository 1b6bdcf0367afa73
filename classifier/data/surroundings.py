"""Give clips that are shorter than a window the recording around them.

Padding would tell labels: a model learns that clicks are what is padded, and finds none in a recording. Windows stay in
the recording, and out of what another label marks, or another split, wherever there is room.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from classifier.audio.windows import cut_audio_pad_last, cut_crops, filled
from classifier.data.audio_cache import AudioCache
from classifier.data.layouts import Clip


@dataclass(frozen=True)
class Heard:
    """What a model hears of clips, at one window length.

    Attributes:
        starts, ends: (clips,) samples that windows are cut from; of a short clip with its surroundings.
        is_short: (clips,) whether the clip is shorter than a window: it has one, filled where it is still too short.
        offsets: (clips,) samples from the start to that window, which has the clip in its middle; else 0.
    """

    starts: np.ndarray
    ends: np.ndarray
    is_short: np.ndarray
    offsets: np.ndarray

    def padded(self, window_length: int) -> np.ndarray:
        """(clips, 2): samples that are padded, and samples of all windows, of windows that touch."""
        samples = np.minimum(self.ends - self.starts, np.where(self.is_short, window_length, np.inf)).astype(int)
        all_windows = np.maximum(1, -(-samples // window_length)) * window_length
        return np.stack([np.maximum(0, window_length - samples), all_windows], axis=1)


def around(
    clips: Sequence[Clip], starts: np.ndarray, ends: np.ndarray, wholes: np.ndarray, window_length: int
) -> Heard:
    """What is heard of clips.

    Args:
        starts, ends: (clips,) where each lies, in samples or any other whole unit of time.
        wholes: (clips, 2) where its recording does.
        window_length: in the same unit.
    """
    is_short = ends - starts < window_length
    of_recording = defaultdict(list)
    for i, clip in enumerate(clips):
        of_recording[clip.path, clip.channel].append(i)
    sources = np.unique([repr((clip.group, clip.fold, clip.split)) for clip in clips], return_inverse=True)[1]
    labels = np.unique([clip.label for clip in clips], return_inverse=True)[1]
    found = np.stack([starts, ends, np.zeros_like(starts)])
    for i in np.flatnonzero(is_short):
        beside = np.array(of_recording[clips[i].path, clips[i].channel])
        part, parts = (int(starts[i]), int(ends[i])), (starts[beside], ends[beside])
        limits = _room(tuple(wholes[i]), part, parts, sources[beside] != sources[i])
        if clips[i].several is not None:  # its labels are those of this window: no other may be cut
            start, _, offset = _placed(part, limits, limits, window_length)
            found[:, i] = start + offset, min(start + offset + window_length, limits[1]), 0
            continue
        room = _room(limits, part, parts, labels[beside] != labels[i])
        found[:, i] = _placed(part, room, limits, window_length)
    return Heard(found[0], found[1], is_short, found[2])


def heard(store: AudioCache, window_length: int) -> Heard:
    """What is heard of the clips of an audio cache, in samples."""
    wholes = np.stack([store.starts, store.ends], axis=1) if store.wholes is None else store.wholes
    return around(store.clips, store.starts, store.ends, wholes, window_length)


def widened(store: AudioCache, window_length: int) -> tuple[AudioCache, Heard]:
    """An audio cache whose short clips have their surroundings, and what is heard of them."""
    found = heard(store, window_length)
    return replace(store, starts=found.starts, ends=found.ends), found


def cut(store: AudioCache, found: Heard, i: int, window_length: int, hop: int, crops: int | None = None) -> np.ndarray:
    """(windows, window_length) int16 of clip i of a widened audio cache; crops: as of Cut, in place of the hop."""
    samples = store.samples(i)
    if found.is_short[i]:
        return filled(samples[found.offsets[i] :][:window_length], window_length)[None]
    return cut_crops(samples, window_length, crops) if crops else cut_audio_pad_last(samples, window_length, hop)


def _room(limits, part, parts, are_others):
    """Where a part may reach to, between the others; those that overlap it do not count."""
    starts, ends = (bounds[are_others] for bounds in parts)
    low = ends[ends <= part[0]].max(initial=limits[0])
    return int(low), int(starts[starts >= part[1]].min(initial=limits[1]))


def _placed(part, room, limits, length):
    """(start, end, offset) of what is heard of a part: where its window may be, and where it is."""
    (start, end), (low, high) = part, room
    middle = (start + end - length) // 2
    if high - low >= length:
        window = min(max(middle, low), high - length)
        first = max(low, end - length)
        return first, min(high, start + length), window - first
    middle = min(max(middle, high - length), low)  # into the parts of other labels no further than a window needs
    low, high = limits
    window = min(max(middle, low), max(low, high - length))
    return window, min(high, window + length), 0
