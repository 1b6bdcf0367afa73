from dataclasses import dataclass

import pytest

from classifier.core import typed_json


@dataclass(frozen=True)
class Part:
    size: tuple[int, int] | None


@dataclass(frozen=True)
class Whole:
    name: str
    parts: dict[int, Part]


def test_nested_dataclasses_tuples_and_keys_come_back():
    held = {"name": "one", "parts": {"3": {"size": [1, 2]}, "4": {"size": None}}}
    assert typed_json.parse(Whole, held) == Whole("one", {3: Part((1, 2)), 4: Part(None)})


@pytest.mark.parametrize(
    "held, reason",
    [
        ({"name": "one"}, "parts: Field required"),
        ({"name": "one", "parts": {"3": {"size": ["x", 2]}}}, "parts.3.size.0: Input should be a valid integer"),
        ([], "the whole: "),
    ],
)
def test_what_does_not_fit_is_named(held, reason):
    with pytest.raises(ValueError, match=reason):
        typed_json.parse(Whole, held)
