import pytest

from classifier.core.errors import InputError
from classifier.records import team
from classifier.records.team import Team

FLAGS = {"coordinator": "10.0.0.1:9900", "processes": 2, "process": 1}


def test_a_team_is_named_by_flags_or_by_the_variables_of_keras(monkeypatch):
    assert Team.from_flags(None, None, None) is None
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert Team.from_flags(**FLAGS) == Team("10.0.0.1:9900", 2, 1)
    for name, value in zip(team.VARIABLES.values(), ("a:1,b:2,c:3", "3", "0"), strict=True):
        monkeypatch.setenv(name, value)
    assert Team.from_flags(None, None, None) == Team("a:1", 3, 0)
    assert Team.from_flags(None, None, 2) == Team("a:1", 3, 2)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"process": 2}, "--process 2: 2 process(es) are numbered from 0 to 1"),
        ({"process": None}, "--process (or KERAS_DISTRIBUTION_PROCESS_ID) must be given too"),
        ({"coordinator": "10.0.0.1"}, "--coordinator 10.0.0.1: give it as host:port"),
        ({"coordinator": "a:1,b:2,c:3"}, "3 addresses for 2 processes"),
        ({"processes": "two"}, "--processes two"),
    ],
)
def test_a_team_that_cannot_be_is_refused(monkeypatch, changed, complaint):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(InputError) as refused:
        Team.from_flags(**{**FLAGS, **changed})
    assert complaint in str(refused.value)
