"""Who a client is, and places that clients share."""

import ipaddress
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
