"""Events lie where a timeline says, in background that is used once, by group and at a range of SNR."""

from pathlib import Path

import numpy as np
import pytest

from classifier.data import timelines
from classifier.data.audio_cache import to_int16
from classifier.data.clips import Clip

RATE = 1000
BACKGROUND = ("silence",)


class Store:
    """As an AudioCache: recordings of noise, those of events louder; a group for every two."""

    def __init__(self, *counts, seconds=10.0):
        self.clips, self.signals = [], []
        for label, n, level in counts:
            for i in range(n):
                random = np.random.default_rng([len(self.clips), 1])
                self.signals.append(to_int16(random.normal(0, level, round(seconds * RATE))))
                self.clips.append(Clip(Path(f"{label}{i}.wav"), label, group=f"{label}{i // 2}"))
        self.ends = np.cumsum([len(signal) for signal in self.signals])
        self.starts = self.ends - [len(signal) for signal in self.signals]

    def samples(self, i):
        return self.signals[i]

    def forget(self):
        pass


@pytest.fixture(scope="module")
def store():
    return Store(("silence", 40, 0.01), ("song", 12, 0.1), ("speech", 12, 0.1))


def built(store, seed=0):
    return list(timelines.build(store, range(len(store.clips)), BACKGROUND, RATE, 2.0, seed))


def test_events_are_where_it_says_and_at_the_snr_it_says(store):
    found = built(store)
    events = [event for timeline in found for event in timeline.events]
    assert sorted({event.label for event in events}) == ["song", "speech"] and len(events) == 24
    for timeline in found:
        is_event = np.zeros(len(timeline.samples), bool)
        for event in timeline.events:
            first, end = round(event.start * RATE), round(event.end * RATE)
            is_event[first:end] = True
            power, behind = np.mean(np.square(timeline.samples[first:end])), 0.01**2
            assert 10 * np.log10((power - behind) / behind) == pytest.approx(event.snr_db, abs=2.5)
        assert np.std(timeline.samples[~is_event]) == pytest.approx(0.01, rel=0.1)
        gaps = [b.start - a.end for a, b in zip(timeline.events, timeline.events[1:], strict=False)]
        assert min(gaps) > 2 * 2.0
    reached = [round(event.snr_db) for event in events]
    assert min(reached) == 0 and max(reached) == 25


def test_all_background_is_used(store):
    assert sum(len(timeline.samples) for timeline in built(store)) >= 400 * RATE


def test_background_without_events_is_a_timeline_too():
    found = built(Store(("silence", 60, 0.01), ("song", 1, 0.1)))
    assert sum(len(timeline.samples) for timeline in found) == 600 * RATE
    assert [len(timeline.events) for timeline in found] == [1, 0]


def test_a_seed_makes_one_timeline_and_another_another(store):
    one, same, other = built(store), built(store), built(store, seed=1)
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(one, same, strict=True))
    assert [a.events for a in one] == [b.events for b in same] != [b.events for b in other]


def test_groups_take_turns():
    store = Store(("silence", 8, 0.01))
    order = timelines._in_turn(store, list(range(8)), np.random.default_rng(0))
    assert len({store.clips[i].group for i in order[:4]}) == len({store.clips[i].group for i in order[4:]}) == 4


def test_a_background_of_zeros_and_recordings_of_zeros_are_survived():
    store = Store(("silence", 40, 0.0), ("song", 4, 0.1), ("speech", 3, 0.0))
    events = [event for timeline in built(store) for event in timeline.events]
    assert [event.label for event in events] == ["song"] * 4  # nobody can hear the others
    assert all(event.snr_db == np.inf for event in events)


@pytest.mark.parametrize(
    ("counts", "background", "why"),
    [
        ([("song", 12, 0.1)], (), "no label is background"),
        ([("silence", 29, 0.1), ("song", 12, 0.1)], BACKGROUND, "4.8 minutes of background, and 5 are needed"),
        ([("silence", 30, 0.1), ("song", 9, 0.1)], BACKGROUND, "it holds 9 recordings of song, and 10 are needed"),
        ([("silence", 30, 0.1), ("song", 10, 0.1)], BACKGROUND, None),
    ],
)
def test_what_is_too_little_is_said(counts, background, why):
    store = Store(*counts)
    labels = sorted({clip.label for clip in store.clips})
    found = timelines.too_few(store, range(len(store.clips)), labels, background, RATE)
    assert found == why if why is None else why in found
