"""How far a share can be off that rests on few groups: Wilson's interval.

Windows and recordings of one group are not independent, so a share counts as one of so many groups, not windows. Where
all are right, drawing groups again would find no doubt; Wilson's interval still does.

Source: Wilson, JASA 22 (1927), doi:10.1080/01621459.1927.10502953; for a mean of shares: Zou & Donner, Statistics in
Medicine 27 (2008), doi:10.1002/sim.3095
"""

from collections.abc import Mapping

Z = 1.96  # of 95 % confidence
FEW = 20  # groups; of fewer, a score says how far it can be off
WITHIN = 0.1  # what is asked for


def interval(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share.

    Args:
        share: in [0, 1].
        n: groups that it rests on; 0 groups say nothing.

    Returns:
        (lowest, highest), in [0, 1].
    """
    if n == 0:
        return 0.0, 1.0
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    reach = Z * (share * (1 - share) / n + Z**2 / (4 * n**2)) ** 0.5 / (1 + Z**2 / n)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def balanced_interval(recall: Mapping[str, float], n_groups: Mapping[str, int]) -> tuple[float, float]:
    """The 95 % interval of a balanced accuracy, the mean of the recalls of labels.

    Args:
        recall: {label: share}, at least one.
        n_groups: {label: groups that its recall rests on}.
    """
    mean = sum(recall.values()) / len(recall)
    below = above = 0.0
    for label, share in recall.items():
        lowest, highest = interval(share, n_groups.get(label, 0))
        below, above = below + (share - lowest) ** 2, above + (highest - share) ** 2
    return max(0.0, mean - below**0.5 / len(recall)), min(1.0, mean + above**0.5 / len(recall))


def off_by(share: float, n: int) -> float:
    """How far a share of n groups can be off, at 95 % confidence."""
    lowest, highest = interval(share, n)
    return max(share - lowest, highest - share)


def groups_needed(share: float) -> int:
    """How many groups it takes until such a share is off by at most WITHIN."""
    n = 1
    while off_by(share, n) > WITHIN:
        n += 1
    return n


def few_groups(recall: Mapping[str, float], n_groups: Mapping[str, int]) -> dict[str, tuple[float, int]]:
    """Labels whose recall rests on fewer than FEW groups.

    Args are those of balanced_interval.

    Returns:
        {label: (how far its recall can be off, how many more groups would bring that to WITHIN)}, the worst first.
    """
    few = {
        label: (off_by(share, n_groups[label]), max(0, groups_needed(share) - n_groups[label]))
        for label, share in recall.items()
        if n_groups.get(label, FEW) < FEW
    }
    return dict(sorted(few.items(), key=lambda item: -item[1][0]))
