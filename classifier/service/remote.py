"""Call the process that keeps what all workers have in common."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.managers import BaseManager
from operator import attrgetter
from typing import Any, cast

from classifier.service.common import Common


@dataclass(frozen=True)
class Door:
    """Where Common is reached: by who has the key, on this machine."""

    address: Any
    key: bytes


class Remote:
    """Something in the other process: a method of it that is called here runs there, and raises here."""

    def __init__(self, call: Callable[[str, tuple, dict], Any], path: str = ""):
        self._call, self._path = call, path

    def __getattr__(self, name: str) -> "Remote":
        if name.startswith("_"):
            raise AttributeError(name)
        return Remote(self._call, f"{self._path}.{name}".lstrip("."))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(self._path, args, kwargs)


def open_door(common: Common) -> Door:
    """From now on other processes may call it; each of their threads has a thread here."""
    door = Door(None, secrets.token_bytes(32))
    server = _manager(door, _Called(common)).get_server()
    threading.Thread(target=server.serve_forever, name="common", daemon=True).start()
    return Door(server.address, door.key)


def enter(door: Door) -> Common:
    """Common, for a worker: its methods and those of its parts can be called, and nothing else."""
    manager: Any = _manager(door)
    manager.connect()
    return cast(Common, Remote(manager.common().call))


class _Called:
    def __init__(self, common: Common):
        self.common = common

    def call(self, path: str, args: tuple, kwargs: dict) -> Any:
        return attrgetter(path)(self.common)(*args, **kwargs)


def _manager(door: Door, called: _Called | None = None) -> BaseManager:
    class Manager(BaseManager):
        pass

    Manager.register("common", callable=lambda: called, exposed=["call"])
    return Manager(address=door.address, authkey=door.key)
