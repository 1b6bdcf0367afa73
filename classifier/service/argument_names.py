"""Arguments that a route does not know, or that are given twice, are refused: what is left out in silence misleads."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastapi.dependencies.models import Dependant

from classifier.core.text import did_you_mean, plain
from classifier.service.settings import Refused


@dataclass(frozen=True)
class ArgumentNames:
    """The names that a route knows: in the address, and in the form."""

    query: frozenset[str]
    form: frozenset[str]

    @classmethod
    def of(cls, dependant: Dependant) -> "ArgumentNames":
        """Those of a route, as FastAPI has read them from its function."""
        return cls(frozenset(_query_names(dependant)), frozenset(one.alias for one in dependant.body_params))

    def check_query(self, given: Iterable[str]) -> None:
        """
        Args:
            given: the names in an address, each as often as it stands there.

        Raises:
            Refused: one is unknown, or given twice.
        """
        given = list(given)
        for name in given:
            if name not in self.query:
                if name in self.form:
                    raise Refused(f"{name} is a field of the form (curl -F {name}=@FILE), not of the address")
                raise Refused(self._unknown(name, self.query, "argument"))
            if given.count(name) > 1:
                raise Refused(f"{name} is given {given.count(name)} times; give it once")

    def check_form(self, given: Iterable[str]) -> None:
        """
        Args:
            given: the names of the fields of a form.

        Raises:
            Refused: one is unknown.
        """
        for name in given:
            if name not in self.form:
                if name in self.query:
                    raise Refused(f"{name} is an argument of the address (?{name}=...), not a field of the form")
                raise Refused(self._unknown(name, self.form, "field"))

    @staticmethod
    def _unknown(name: str, known: frozenset[str], what: str) -> str:
        meant = did_you_mean(name, known)
        there = f"; there is {', '.join(sorted(known))}" if known else "; this takes none"
        return f"unknown {what} '{plain(name)[:40]}'{meant or there}"


def _query_names(dependant: Dependant) -> Iterator[str]:
    """The arguments of a route's function, and of those that it depends on."""
    yield from (one.alias for one in dependant.query_params)
    for one in dependant.dependencies:
        yield from _query_names(one)
