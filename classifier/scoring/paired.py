"""Compare two models on the same recordings: McNemar's test, a bootstrap over groups, and a verdict.

A verdict needs both: few groups make a bootstrap too sure, and McNemar's test takes recordings of one group for
independent ones. So the signs of whole groups are tested too, and the larger p counts.

Source: McNemar, Psychometrika 12 (1947), doi:10.1007/BF02295996
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy.special import bdtr

from classifier.scoring import confidence
from classifier.scoring.metrics import DRAWS, INTERVAL

BETTER, WORSE, UNKNOWN = "better", "worse", "cannot tell yet"
LEVEL = 0.05  # of the tests
REACH = 1.96 + 0.84  # standard errors that a difference must have to be found at LEVEL four times in five
VISIBLE = 0.05  # the difference that is asked for where none was found
MOST = 1000  # times as many recordings; what would need more is not asked for


@dataclass(frozen=True)
class Paired:
    """How a second model does beside a first one.

    Attributes:
        recordings, groups: that both predicted.
        both, first_only, second_only, neither: recordings that are right.
        difference: of the balanced accuracy of recordings, second less first, in [-1, 1].
        interval: 95 % of it, over groups: (lowest, highest); None where there is one group.
        p: of McNemar's exact test, over recordings.
        p_groups: of the sign test over groups; p where each recording is a group.
        verdict: of the second model: BETTER, WORSE or UNKNOWN.
        more: how many more recordings would tell; None where the verdict is known, or that cannot be said.
        more_for: the difference that these would show, where the recordings show none; None: the one that was found.
    """

    recordings: int
    groups: int
    both: int
    first_only: int
    second_only: int
    neither: int
    difference: float
    interval: tuple[float, float] | None
    p: float
    p_groups: float
    verdict: str
    more: int | None
    more_for: float | None


def compare(first: np.ndarray, second: np.ndarray, targets: np.ndarray, groups: np.ndarray, seed: int = 0) -> Paired:
    """Compare two models that predicted the same recordings, at least one.

    Args:
        first, second: (recordings,) bool, whether each is right.
        targets: (recordings,) index of the true label.
        groups: (recordings,) the group of each.
        seed: of the bootstrap.
    """
    change = second.astype(int) - first.astype(int)
    names, of = np.unique(groups, return_inverse=True)
    gained, total = (np.zeros((len(names), int(targets.max()) + 1)) for _ in range(2))
    np.add.at(gained, (of, targets), change)
    np.add.at(total, (of, targets), 1)
    counts = np.sum(first & ~second), np.sum(second & ~first)
    of_groups = gained.sum(axis=1)
    signs = np.sum(of_groups < 0), np.sum(of_groups > 0)
    difference = float(_balanced(gained.sum(axis=0), total.sum(axis=0)))
    interval, draws, overall = None, np.zeros(1), np.zeros(1)
    if len(names) > 1:
        drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), DRAWS)
        draws = _balanced(drawn @ gained, drawn @ total)
        overall = (drawn @ of_groups) / (drawn @ total.sum(axis=1))
        lowest, highest = np.percentile(draws, INTERVAL).tolist()
        interval = lowest, highest
    p, p_groups = exact_p(*counts), exact_p(*signs)
    verdict = _verdict(interval, max(p, p_groups), int(counts[1] - counts[0]))
    more, more_for = None, None
    if verdict == UNKNOWN and len(names) > 1:
        errors = float(draws.std()), float(overall.std())
        more, more_for = _more(len(first), len(names), (difference, float(change.mean())), errors, counts, signs)
    return Paired(
        recordings=len(first),
        groups=len(names),
        both=int(np.sum(first & second)),
        first_only=int(counts[0]),
        second_only=int(counts[1]),
        neither=int(np.sum(~first & ~second)),
        difference=difference,
        interval=interval,
        p=p,
        p_groups=p_groups,
        verdict=verdict,
        more=more,
        more_for=more_for,
    )


def exact_p(first_only: float, second_only: float) -> float:
    """How often chance alone splits so many differences at least as unevenly: McNemar's exact test, two-sided."""
    n = first_only + second_only
    return min(1.0, float(2 * bdtr(float(min(first_only, second_only)), int(n), 0.5))) if n else 1.0


def _balanced(gained, total):
    """The mean over labels of what is gained of their recall; of (..., labels), the labels that are there."""
    there = total > 0
    return (gained / np.maximum(1, total)).sum(axis=-1) / np.maximum(1, there.sum(axis=-1))


def _verdict(interval, p, net):
    if interval is None or p >= LEVEL:
        return UNKNOWN
    if interval[0] > 0 and net > 0:
        return BETTER
    return WORSE if interval[1] < 0 and net < 0 else UNKNOWN


def _more(n, n_groups, found, errors, counts, signs):
    """(how many more recordings would tell, as of Paired.more_for), if they are like those that are there."""
    if found[0] * found[1] <= 0:  # none, or one sign for frequent labels and another for all alike
        least = (confidence.interval(0.0, n_groups)[1] / n_groups) ** 0.5
        needed = n * (REACH * (errors[0] or least) / VISIBLE) ** 2
        return max(1, ceil(needed) - n), VISIBLE
    needed = [n * (REACH * error / of) ** 2 for error, of in zip(errors, found, strict=True)]
    times = 1.0
    while max(exact_p(*(round(times * one) for one in these)) for these in (counts, signs)) >= LEVEL:
        times *= 1.02
        if times > MOST:
            return None, None
    return max(1, ceil(max(*needed, times * n)) - n), None
