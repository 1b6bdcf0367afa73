"""Something that is worth saying about a .tflite."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something about a file: what is so, what a user of the app sees of it, what to do.

    Attributes:
        is_fault: a note hinders no app.
        runtime: with which alone it is a fault; "": with any.
    """

    what: str
    seen: str
    do: str
    is_fault: bool = True
    runtime: str = ""
