"""Range checks of numbers a person gives."""

import math

from classifier.core.errors import InputError


def check_range(
    name: str,
    value: float,
    what: str,
    least: float = -math.inf,
    most: float = math.inf,
    below: float = math.inf,
    above: float = -math.inf,
) -> None:
    """Make sure that least <= value <= most and above < value < below.

    Args:
        name: of the flag or field, such as "--overlap".
        what: what the number is, with its unit, such as "a share of a window".

    Raises:
        InputError: the value is out of range or NaN; the message gives the range.
    """
    if least <= value <= most and above < value < below:
        return
    from_there = f"{least:g} or more" if least > -math.inf else f"more than {above:g}"
    if most < math.inf:
        allowed = f"from {least:g} to {most:g}"
    elif below < math.inf:
        allowed = f"{from_there}, and less than {below:g}"
    else:
        allowed = from_there
    raise InputError(f"{name} {value:g}: give {what}: {allowed}")
