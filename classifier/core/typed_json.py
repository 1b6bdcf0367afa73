"""Dataclasses from JSON, checked field by field."""

from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")


def parse(kind: type[T], held: Any) -> T:
    """A dataclass, with those nested in it, from what JSON held.

    Args:
        kind: the dataclass; fields that it does not have are ignored.
        held: dicts, lists, numbers and texts.

    Raises:
        ValueError: a field is missing or of another type; the message names the first.
    """
    try:
        return TypeAdapter(kind).validate_python(held)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise ValueError(f"{where}: {first['msg']}") from None
