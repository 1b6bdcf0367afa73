"""Text of strangers, made safe for a terminal and for files."""

import os

MOST = 200  # characters


def plain(text: object) -> str:
    """A stranger's words, short and without what a terminal would obey.

    Args:
        text: anything that str turns into text: a label, a file name, an error.

    Returns:
        printable characters, the others as their escapes; cut after MOST.
    """
    shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in str(text))
    return shown if len(shown) <= MOST else f"{shown[:MOST]} ..."


def readable(name: str) -> str:
    r"""A file's name, or text with one, as UTF-8 can hold it: bytes that are none are written as \xfc."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
