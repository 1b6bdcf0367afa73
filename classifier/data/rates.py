"""Say which recordings hold less than a model hears, or more, because of their sample rate."""

from collections.abc import Mapping, Sequence

import numpy as np

HIGHEST = 96_000  # Hz; recorders of higher rates are for sounds that people cannot hear
TELLS = 0.2  # by how much the share of recordings below the model's rate may differ between labels

BELOW = (
    "below the rate of the model: nothing above half their own rate is in them; if all are like that, train with the "
    "lowest --sample-rate, else leave them out"
)
ABOVE = (
    f"above {HIGHEST} Hz: the model hears less than they hold; for ultrasound, train with their --sample-rate and a "
    "short --window"
)
NOTHING_ABOVE = (
    "below the rate they are written at: nothing above half their own rate is in them, which tells them from others; "
    "where all are like that, give the lowest as --sample-rate"
)
LOST = (
    f"above {HIGHEST} Hz, and written at a lower rate: ultrasound is not in what is written; give their rate as "
    "--sample-rate"
)


def notes(rates: Mapping[str, int], sample_rate: int) -> dict[str, list[str]]:
    """{what does not fit: [name (rate)]}, of BELOW and ABOVE.

    Args:
        rates: {name of a recording: its own rate in Hz}.
        sample_rate: Hz, of the model.
    """
    named = {rate: f" ({rate} Hz)" for rate in set(rates.values())}
    return {
        BELOW: [name + named[rate] for name, rate in rates.items() if rate < sample_rate],
        ABOVE: [name + named[rate] for name, rate in rates.items() if rate > HIGHEST],
    }


def notes_of_preparation(rates: Mapping[str, Sequence[int]], sample_rate: int) -> dict[str, list[str]]:
    """As `notes`, of NOTHING_ABOVE and LOST.

    Args:
        rates: {what is written: Hz, of the recordings it is made from}.
        sample_rate: Hz, that it is written at.
    """
    named = {name: f"{name} ({', '.join(f'{rate} Hz' for rate in sorted(set(of)))})" for name, of in rates.items()}
    return {
        NOTHING_ABOVE: [named[name] for name, of in rates.items() if min(of, default=sample_rate) < sample_rate],
        LOST: [named[name] for name, of in rates.items() if max(of, default=0) > max(HIGHEST, sample_rate)],
    }


def sentences(labels: Sequence[str], rates: Sequence[int], sample_rate: int) -> list[str]:
    """A warning where rates below the model's tell the labels; else none.

    Args:
        labels, rates: of each recording; Hz.
    """
    if not len(labels):
        return []
    of, are_below = np.array(labels), np.array(rates) < sample_rate
    shares = {label: float(are_below[of == label].mean()) for label in sorted(set(labels))}
    most, least = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    if shares[most] - shares[least] <= TELLS:
        return []
    return [
        f"WARNING: the sample rate tells the labels (below {sample_rate} Hz: {most} {shares[most]:.0%}, {least} "
        f"{shares[least]:.0%}): a model may learn where the sound ends instead of the sounds. Train with --sample-rate "
        f"{min(rates)}, the lowest, or record all labels alike"
    ]
