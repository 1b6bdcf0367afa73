"""The errors whose message is all that a person needs."""


class InputError(ValueError):
    """Invalid input from a person; the message names it, says what is wrong and what to do."""


class DiskFullError(Exception):
    """A disk is full; the message names the path, and says what is kept.

    It is no InputError and no OSError: one recording that cannot be read is left out, and a full disk ends the run.
    """
