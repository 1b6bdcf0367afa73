"""How well segments hit events in time: F1 with a collar as sed_eval counts it, and PSDS without cross triggers.

Source of PSDS: Bilen et al., ICASSP 2020, arXiv 1910.08440. Its package does not run with the pandas that is used here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from classifier.scoring.metrics import INTERVAL
from classifier.scoring.rule_choice import Placed

COLLAR = 0.2  # seconds that an onset may be off
OVERLAP = 0.7  # of a segment with events, and of an event with such segments: DCASE's first scenario, exact in time
MOST_PER_HOUR = 100.0  # false alarms of a label, up to which PSDS looks
SHARE = 0.2  # of an event's length, that its offset may be off where that is more than the collar


@dataclass(frozen=True)
class Hits:
    """Segments and events of one stretch of time. hits: pairs of them that match; no event is hit twice."""

    hits: int
    events: int
    segments: int


def hits(events: Sequence[Placed], segments: Sequence[Placed]) -> Hits:
    """Match segments to events of the same label so that as many as possible are hit."""
    fits = _fits(events, np.array([(of.start, of.end) for of in segments]).reshape(-1, 2))
    same = np.array([[event.label == of.label for of in segments] for event in events], bool).reshape(fits.shape)
    return _matched(fits & same)


def hits_of_label(events: Sequence[Placed], segments: np.ndarray) -> Hits:
    """`hits` where all have one label; segments: (n, 2) start and end, seconds."""
    return _matched(_fits(events, segments))


def _fits(events, segments):
    """(events, segments) whether a segment begins and ends where an event does, but for the collar."""
    times = np.array([(of.start, of.end) for of in events]).reshape(-1, 2)
    offset = np.maximum(COLLAR, SHARE * (times[:, 1] - times[:, 0]))
    off = np.abs(times[:, None] - segments[None])
    return (off[..., 0] <= COLLAR) & (off[..., 1] <= offset[:, None])


def _matched(fits):
    n = int((maximum_bipartite_matching(csr_matrix(fits), perm_type="column") >= 0).sum()) if fits.any() else 0
    return Hits(n, *fits.shape)


def f1(counted: Sequence[Hits]) -> float:
    """F1 of all stretches together, 0 to 1; 0 where there is neither event nor segment."""
    both = sum(of.events + of.segments for of in counted)
    return 2 * sum(of.hits for of in counted) / both if both else 0.0


def difference(
    ours: Sequence[Hits], theirs: Sequence[Hits], draws: int = 2000, seed: int = 0
) -> tuple[float, float, float]:
    """F1 of ours minus F1 of theirs on the same stretches, and its 95 % interval, by drawing stretches again."""
    random, n = np.random.default_rng(seed), len(ours)
    drawn = [random.integers(0, n, n) for _ in range(draws)]
    differences = [f1([ours[i] for i in of]) - f1([theirs[i] for i in of]) for of in drawn]
    low, high = np.percentile(differences, INTERVAL)
    return f1(ours) - f1(theirs), float(low), float(high)


def by_event(events: Sequence[Placed], segments: Sequence[Placed]) -> list[Hits]:
    """A Hits per event of a timeline: of the stretch from half way to the event before to half way to the next.

    A segment counts where its middle is.

    Args:
        events: by start, at least one.
    """
    borders = [(a.end + b.start) / 2 for a, b in zip(events, events[1:], strict=False)]
    places = np.searchsorted(borders, [(of.start + of.end) / 2 for of in segments])
    return [hits([event], [segments[j] for j in np.flatnonzero(places == i)]) for i, event in enumerate(events)]


@dataclass(frozen=True)
class Intersections:
    """Events of a label at one threshold. found: of `events`; false_alarms: segments that hold too little of them."""

    found: int
    events: int
    false_alarms: int


def intersections(events: Sequence[Placed], segments: Sequence[Placed]) -> Intersections:
    """Count events and segments of one label by how far they overlap; those of a kind do not overlap each other."""
    shared = np.array([[max(0.0, min(e.end, s.end) - max(e.start, s.start)) for s in segments] for e in events])
    shared = shared.reshape(len(events), len(segments))
    good = shared.sum(axis=0) >= OVERLAP * np.array([s.end - s.start for s in segments])
    found = shared[:, good].sum(axis=1) >= OVERLAP * np.array([e.end - e.start for e in events])
    return Intersections(int(found.sum()), len(events), int((~good).sum()))


def psds(by_threshold: Sequence[Intersections], hours: float) -> float:
    """PSDS of one label, 0 to 1: the mean share of events found, over 0 to MOST_PER_HOUR false alarms per hour.

    Args:
        by_threshold: of all timelines together, at several thresholds.
        hours: of the timelines.
    """
    points = sorted((of.false_alarms / hours, of.found / of.events) for of in by_threshold)
    rates = [min(rate, MOST_PER_HOUR) for rate, _ in points] + [MOST_PER_HOUR]
    best = np.maximum.accumulate([share for _, share in points])
    return float(np.sum(best * np.diff(rates)) / MOST_PER_HOUR)
