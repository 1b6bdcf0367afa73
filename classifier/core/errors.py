"""The error for invalid input."""


class InputError(ValueError):
    """Invalid input from a person; the message names it, says what is wrong and what to do."""
