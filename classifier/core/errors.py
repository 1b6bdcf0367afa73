"""Invalid input."""


class InputError(ValueError):
    """What a person gave can not be used; the message names it, says what is wrong and what to do."""
