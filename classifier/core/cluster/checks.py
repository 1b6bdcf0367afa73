"""Check that a cluster would do what this machine does: the same packages, the same files.

Dask itself says what is installed, so that a difference is told before anything of ours travels.
"""

import contextlib
import os
import platform
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifier.core.errors import InputError
from Constants import ROOT

if TYPE_CHECKING:
    from distributed import Client

OF_SCHEDULER = ("dask", "distributed")  # packages that it needs; workers need all
GUIDE = "docs/guide/many_machines.md"


def check_packages(client: "Client") -> None:
    """Compare the packages of the scheduler and of all workers with those of this machine.

    Raises:
        InputError: one is missing or of another version; all are named.
    """
    found: Any = client.get_versions(packages=_required())
    ours = _versions(found["client"])
    different = defaultdict(list)
    for worker, theirs in found["workers"].items():
        different[_differences(ours, _versions(theirs))].append(f"worker {worker}")
    of_scheduler = {name: ours[name] for name in OF_SCHEDULER}
    different[_differences(of_scheduler, _versions(found["scheduler"]))].append("the scheduler")
    different.pop("", None)
    if different:
        told = (f"{who[0]}{_more(len(who) - 1)} has {what}" for what, who in different.items())
        raise InputError(
            f"the cluster has other packages than this machine: {'; '.join(told)}. Install the requirements.txt of "
            "this project there, and start what is named again"
        )


def _more(n: int) -> str:
    return f" (and {n} more)" if n else ""


def installed() -> dict[str, str]:
    """{package of requirements.txt: its version on this machine}; those that are missing are left out."""
    found = {}
    for name in _required():
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def check_here(wanted: Mapping[str, str]) -> None:
    """Compare the packages of this machine, a worker that may have come late, with those of the client.

    Args:
        wanted: `installed` there.

    Raises:
        InputError: one is missing or of another version; all are named.
    """
    different = [f"{name} {here or 'missing'} (there {version})" for name, version, here in _other(wanted, installed())]
    if different:
        raise InputError(
            f"the worker on {platform.node()} has other packages than the client: {', '.join(different)}. Install the "
            "requirements.txt of this project there, and start it again"
        )


def _required() -> list[str]:
    """The packages of requirements.txt that are for this Python and system."""
    from packaging.requirements import Requirement

    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    stated = [Requirement(text) for line in lines if (text := line.partition("#")[0].strip())]
    return sorted({one.name for one in stated if one.marker is None or one.marker.evaluate()})


def _versions(about: Mapping[str, Any]) -> dict[str, str | None]:
    """{package: version} as Dask tells them; of Python, what decides whether code of one runs on the other."""
    packages = dict(about["packages"])
    return {**packages, "python": ".".join(packages["python"].split(".")[:2])}


def _differences(ours: Mapping[str, str | None], theirs: Mapping[str, str | None]) -> str:
    """In words, such as "numpy 2.0.1 (here 2.1.3), scipy missing (here 1.17.1)"."""
    return ", ".join(f"{name} {there or 'missing'} (here {here})" for name, here, there in _other(ours, theirs))


def _other(ours: Mapping[str, str | None], theirs: Mapping[str, str | None]) -> list[tuple[str, str, str | None]]:
    """(package, our version, theirs) of those that differ; what we lack, nobody needs."""
    return [
        (name, version, theirs.get(name)) for name, version in ours.items() if version not in (None, theirs.get(name))
    ]


def not_shared(path: Path | str, where: str = "") -> InputError:
    """The error where one machine of a cluster does not see what another has at a path.

    Args:
        where: the machine that does not see it; else this one.
    """
    return InputError(
        f"{path} is not the same on each machine of the cluster (looked for on {where or platform.node()}); recordings "
        f"do not travel: give a path that all share, or an address ({GUIDE})"
    )


def size_of(path: Path | str) -> int | None:
    """Bytes of a file, -1 for a folder, None where nothing is: what a path must have alike on each machine."""
    return _sizes([os.fspath(path)])[0]


def check_shared(client: "Client", paths: Sequence[Path]) -> None:
    """Look on each worker for what lies here.

    Raises:
        InputError: it is not there, or a file of another size.
    """
    import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    absolute = [os.path.abspath(path) for path in paths]
    for worker, theirs in (client.run(_sizes, absolute) if absolute else {}).items():
        for path, here, there in zip(absolute, _sizes(absolute), theirs, strict=True):
            if here != there:
                raise not_shared(path, f"worker {worker}")


def _sizes(paths: list[str]) -> list[int | None]:
    """`size_of` each path; it travels by value, so it uses nothing of the project."""
    found: list[int | None] = []
    for path in paths:
        try:
            found.append(-1 if os.path.isdir(path) else os.stat(path).st_size)
        except (OSError, ValueError):
            found.append(None)
    return found
