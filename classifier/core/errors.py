"""Invalid input."""


class InputError(ValueError):
    """What a person gave cannot be used; the message names it, says what is wrong and what to do."""
