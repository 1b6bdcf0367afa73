"""Who a client is, and places that clients share."""

import ipaddress
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

OWN_NETWORK = 64  # bits of an IPv6 address that one client has to itself, with all addresses in it


def client_of(address: str | None) -> str:
    """The name under which a client is counted: its IPv4 address, or the network of its IPv6 address."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if ip.version == 4:
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip), OWN_NETWORK), strict=False).network_address)


@dataclass(eq=False)
class Place:
    """A place that a client holds; give_up: ends what it is held for, and says whether that can be ended."""

    shares: "Shares"
    client: str
    give_up: Callable[[], bool]

    def is_held(self) -> bool:
        """Whether it was neither given back nor given up."""
        return self in self.shares.held.get(self.client, {})

    def release(self) -> None:
        """Give the place back; nothing happens where that is done."""
        self.shares._remove(self)


@dataclass
class Shares:
    """Places that clients share.

    Where all are taken, the client that has most gives its oldest up for one that has fewer: nobody can take them all.
    It may be used from one thread only: that of the event loop.

    Attributes:
        total: places there are.
        per_client: places that one client may hold.
    """

    total: int
    per_client: int
    taken: int = 0
    held: dict[str, dict[Place, None]] = field(default_factory=dict)  # {client: its places, the oldest first}

    def take(self, client: str, give_up: Callable[[], bool] = lambda: False) -> Place | None:
        """A place for a client; None where it has enough, or no other has more than it."""
        if len(self.held.get(client, ())) >= self.per_client:
            return None
        if self.taken >= self.total and not self._make_room(client):
            return None
        place = Place(self, client, give_up)
        self.held.setdefault(client, {})[place] = None
        self.taken += 1
        return place

    def _make_room(self, client: str) -> bool:
        mine = len(self.held.get(client, ()))
        enough = mine + 1 if mine else 0  # who has nothing may have the only one of another
        for held in sorted(self.held.values(), key=len, reverse=True):
            if len(held) <= enough:
                return False
            for place in list(held):
                if place.give_up():
                    self._remove(place)
                    return True
        return False

    def _remove(self, place: Place) -> None:
        held = self.held.get(place.client, {})
        if place in held:
            del held[place]
            self.taken -= 1
            if not held:
                del self.held[place.client]


class Counts:
    """How many places each client holds in all processes of a server. It may be used from any thread."""

    def __init__(self, most: int):
        """
        Args:
            most: places that one client may hold.
        """
        self.most, self.lock = most, threading.Lock()
        self.held: dict[str, dict[int, int]] = {}  # {client: {process: places}}

    def add(self, client: str, process: int) -> bool:
        """Count one more place of a client; False where it has enough."""
        with self.lock:
            held = self.held.setdefault(client, {})
            if sum(held.values()) >= self.most:
                return False
            held[process] = held.get(process, 0) + 1
            return True

    def remove(self, client: str, process: int) -> None:
        """Count one place less."""
        with self.lock:
            self.held[client][process] -= 1
            self._tidy(client, process)

    def forget(self, process: int) -> None:
        """Count no place of a process any more: it has ended."""
        with self.lock:
            for client in list(self.held):
                self.held[client][process] = 0
                self._tidy(client, process)

    def _tidy(self, client: str, process: int) -> None:
        if not self.held[client][process]:
            del self.held[client][process]
        if not self.held[client]:
            del self.held[client]


@dataclass
class CountedShares(Shares):
    """Places of one process; what one client holds is counted over all of them.

    Attributes:
        counts: of all processes.
    """

    counts: Counts = field(kw_only=True)
    process: int = field(default_factory=os.getpid)

    def take(self, client: str, give_up: Callable[[], bool] = lambda: False) -> Place | None:
        """As of Shares."""
        if not self.counts.add(client, self.process):
            return None
        place = super().take(client, give_up)
        if not place:
            self.counts.remove(client, self.process)
        return place

    def _remove(self, place: Place) -> None:
        if place.is_held():
            super()._remove(place)
            self.counts.remove(place.client, self.process)
