import pytest

from classifier.core import registry
from classifier.core.text import did_you_mean, natural, plain


def test_names_of_strangers_do_not_reach_the_terminal_as_they_are():
    assert plain("\x1b[2Jbell\r") == "\\x1b[2Jbell\\r"
    assert len(plain("a" * 10_000)) < 250


@pytest.mark.parametrize(
    ("kind", "typed", "meant"),
    [
        ("models", "mell", "mel"),
        ("models", "Signal", "signal"),
        ("models", "yamnet-transfer", "yamnet_transfer"),
        ("features", "mffc", "mfcc"),
        ("features", "log mel spectrogram", "log_mel_spectrogram"),
        ("layouts", "tabel", "table"),
        ("layouts", "esc-50", "esc50"),
        ("writers", "cvs", "csv"),
    ],
)
def test_a_mistyped_name_is_answered_with_the_one_that_was_meant(kind, typed, meant):
    assert did_you_mean(typed, registry.names(kind)) == f"; did you mean {meant}?"


@pytest.mark.parametrize("typed", ["zebra", "", "x", "\n"])
def test_where_nothing_is_near_nothing_is_proposed(typed):
    assert did_you_mean(typed, ["rain", "wind", "--model"]) == did_you_mean(typed, []) == ""


def test_numbers_in_names_are_sorted_as_numbers():
    assert sorted(map(str, range(12)), key=natural) == [str(i) for i in range(12)]
    names = ["a", "a1b2", "a1b10", "a2", "a10", "b", "²", "é1"]
    assert sorted(reversed(names), key=natural) == names
    assert natural("01") != natural("1")  # so that any order is the same on each machine
