"""The errors whose message is all that a person needs."""

from classifier.core.text import readable


class InputError(ValueError):
    """Invalid input from a person; the message names it, says what is wrong and what to do."""


class DiskFullError(Exception):
    """A disk is full; the message names the path, and says what is kept.

    It is no InputError and no OSError: one recording that cannot be read is left out, and a full disk ends the run.
    """


def reason(error: Exception) -> str:
    """Why one recording of many is left out: an error in words; of one that nobody foresaw, its kind too.

    Raises:
        DiskFullError: that is what it is: no recording's fault.
    """
    if isinstance(error, DiskFullError):
        raise error
    if isinstance(error, InputError | OSError):
        return readable(str(error))
    return readable(f"it cannot be decoded ({type(error).__name__}: {error})")
