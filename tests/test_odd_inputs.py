"""A short run of benchmarks/odd_inputs."""

import pytest

from benchmarks.odd_inputs import __main__ as odd_inputs
from benchmarks.odd_inputs.kind import REFUSED, WARNED, WHOLE, Kind, wrong
from classifier.core.console import warn
from classifier.core.errors import InputError

KINDS = odd_inputs.kinds()


def test_there_are_hundreds_and_few_of_one_kind():
    assert sum(len(kind.members) for kind in KINDS) >= 300
    names = [(kind.section, kind.what) for kind in KINDS]
    assert len(set(names)) == len(names) > 60
    assert {kind.outcome for kind in KINDS} == {WHOLE, WARNED, REFUSED}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.section} {kind.what}")
def test_the_first_of_each_kind_have_the_outcome_that_is_right(kind):
    assert not {name: complaint for name, complaint in odd_inputs.tried(kind, most=2).items() if complaint}


def _refuse(folder):
    raise InputError(f"{folder} is odd")


def _crash(folder):
    raise ValueError("a bug")


def _warn(folder):
    warn(f"{folder} is odd")
    return ""


@pytest.mark.parametrize(
    ("outcome", "read", "complaint"),
    [
        (WHOLE, lambda _: "", ""),
        (WHOLE, lambda _: "half of it was read", "half of it was read"),
        (WHOLE, _warn, "needless: WARNING: "),
        (WHOLE, _refuse, "refused: "),
        (WARNED, _warn, ""),
        (WARNED, lambda _: "", "not warned of"),
        (WARNED, _refuse, "refused: "),
        (REFUSED, _refuse, ""),
        (REFUSED, lambda _: "half of it was read", "read in silence, half of it"),
        (REFUSED, _warn, "read in silence"),
        (REFUSED, _crash, "ValueError: a bug"),
    ],
)
def test_an_outcome_is_judged(tmp_path, outcome, read, complaint):
    found = wrong(Kind("A", "what", outcome, {"it": read}, "is odd"), "it", tmp_path)
    assert found.startswith(complaint) and bool(found) == bool(complaint)
