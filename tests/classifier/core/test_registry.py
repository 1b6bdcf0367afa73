import pytest

from classifier.core import registry
from classifier.core.errors import InputError


def test_the_folder_is_the_list():
    assert {"mel", "signal"} <= set(registry.names("models"))
    assert registry.choose("models", "all") == registry.names("models")
    assert registry.choose("models", "mel, signal") == ["mel", "signal"]


def test_an_unknown_name_lists_what_there_is():
    there = ", ".join(registry.names("models"))
    with pytest.raises(InputError, match=f"'mell' is none of the models: {there}"):
        registry.choose("models", "signal,mell")
    for nothing in ("", " ", ","):
        with pytest.raises(InputError, match=f"^'{nothing}' names none of the models: give at least one of abdoli"):
            registry.choose("models", nothing)
