"""Read a time in a recording, as people write it in a table."""

import re

CLOCK = re.compile(r"(?:(\d+):(?=[0-5]\d:))?(\d+):([0-5]\d(?:[.,]\d+)?)")  # hours, minutes, seconds
HIGHEST = float("inf")


def seconds(text: str) -> float | None:
    """A number of seconds, with a point or a comma, or hours:minutes:seconds, or minutes:seconds with a fraction.

    Returns:
        None where the text is none. 0:05 is none: spreadsheets mean hours and minutes by it, and people seconds.
    """
    text = text.strip()
    clock = CLOCK.fullmatch(text)
    if clock and (clock[1] or not clock[3].isdigit()):
        return _of_clock(clock)
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return None
    return found if abs(found) < HIGHEST else None


def complaint(text: str) -> str:
    """What is wrong with a text of which `seconds` makes nothing, and what to do."""
    said = f"{text!r} is not a number of seconds"
    clock = CLOCK.fullmatch(text.strip())
    if clock:
        n = _of_clock(clock)
        return (
            f"{said}: it may mean {clock[2]} minutes or {clock[2]} hours; write {n:g} for {clock[2]} min {clock[3]} s, "
            f"or all of it, as 0:{clock[2]:0>2}:{clock[3]}"
        )
    return f"{said}; correct it, as 12.5 or 0:00:12.5"


def _of_clock(clock):
    hours, minutes, rest = clock.groups()
    return 3600 * int(hours or 0) + 60 * int(minutes) + float(rest.replace(",", "."))
