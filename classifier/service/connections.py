"""Connections that are bounded in number, size and time.

The size of a header and the time between two requests are limits of uvicorn and h11. What is here are those they do not
have: places for each address, and a time for the first byte, the header, the body and the reading of a response.
"""

import asyncio
import json
from http import HTTPStatus
from typing import cast

import h11
from uvicorn._types import HTTPScope
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode

from classifier.service.clients import Place, Shares, client_of
from classifier.service.settings import ConnectionLimits

FREE_CHUNKS = 1000  # of a chunked body, before their size counts
SMALLEST_CHUNK = 64  # bytes on average: each costs the event loop as much as a large one
CHECK_SECONDS = 10  # between two looks at a response that is not read
FRAMES_PER_SECOND = 500  # of a WebSocket: a microphone at 48 kHz, in blocks of 128 samples, sends 375
MOST_FRAMES = 3000  # at once, by who has sent none for a while
SLICE = 4096  # bytes of a WebSocket that are read at once: the event loop is not held up by thousands of frames
GOODBYE_SECONDS = 5  # that a WebSocket has to read why it is closed


class BoundedSocket(WebSocketsSansIOProtocol):
    """A WebSocket of so many frames a second, which gives the place of its connection back."""

    place: Place | None = None
    frames_left = float(MOST_FRAMES)
    counted = 0.0  # when frames were counted last

    def data_received(self, data: bytes) -> None:
        """As of asyncio."""
        for start in range(0, len(data), SLICE):
            if not self.transport.is_closing():
                super().data_received(data[start : start + SLICE])

    def handle_events(self) -> None:
        """As of uvicorn."""
        now = self.loop.time()
        gained = (now - self.counted) * FRAMES_PER_SECOND
        self.frames_left = min(MOST_FRAMES, self.frames_left + gained) - len(self.conn.events)
        self.counted = now
        if self.frames_left >= 0:
            return super().handle_events()
        why = f"{FRAMES_PER_SECOND} frames a second are the most; send larger ones"
        self.conn.fail(CloseCode.POLICY_VIOLATION, why)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()
        self.loop.call_later(GOODBYE_SECONDS, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """As of asyncio."""
        if self.place:
            self.place.release()
        super().connection_lost(exc)


class _Parser(h11.Connection):
    """h11's, which refuses a body in crumbs, and one of two lengths: a proxy may have believed the other."""

    chunks = chunk_bytes = 0

    def next_event(self):
        event = super().next_event()
        if isinstance(event, h11.Request):
            self.chunks = self.chunk_bytes = 0
            if {b"content-length", b"transfer-encoding"} <= {name for name, _ in event.headers}:
                raise h11.RemoteProtocolError("a body that has both a length and chunks")
        elif isinstance(event, h11.Data):
            self.chunks, self.chunk_bytes = self.chunks + event.chunk_start, self.chunk_bytes + len(event.data)
            if self.chunks > FREE_CHUNKS and self.chunk_bytes < self.chunks * SMALLEST_CHUNK:
                raise h11.RemoteProtocolError("a body in chunks that are too small")
        return event


class BoundedConnection(H11Protocol):
    """A connection of HTTP/1.1; `bounded` makes the class that uvicorn takes."""

    limits: ConnectionLimits
    shares: Shares
    proxies: frozenset[str] = frozenset()

    place: Place | None = None
    phase = "new"  # what is awaited: the first byte, the rest of a header or of a body, the next request, nothing
    begun = 0.0  # when the phase began
    timer: asyncio.TimerHandle | None = None  # of the phase
    received = 0  # bytes, since the body began
    lingering: HTTPScope | None = None  # the request whose body goes on after its response
    reading_timer: asyncio.TimerHandle | None = None
    unread = 0  # bytes of responses that the client had not read when it was last looked at

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As of asyncio: take a place, or hang up."""
        super().connection_made(cast(asyncio.Transport, transport))
        self.conn = _Parser(h11.SERVER, self.limits.header_bytes)
        address = self.client[0] if self.client else None
        if address not in self.proxies:  # a proxy holds the connections of many; their requests are counted
            self.place = self.shares.take(client_of(address), self._give_up)
            if not self.place:
                return self._refuse(429, "this server has no room for one more connection of yours; close some")
        self._expect("new", self.limits.first_byte_seconds, "no request came")

    def connection_lost(self, exc: Exception | None) -> None:
        """As of asyncio: give the place back."""
        for timer in (self.timer, self.reading_timer):
            if timer:
                timer.cancel()
        if self.place:
            self.place.release()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As of asyncio."""
        if self.transport.is_closing():
            return
        self.received += len(data)
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """As of uvicorn."""
        answered = self.scope
        super().on_response_complete()
        if self.transport.is_closing():
            self._watch_reading()
        elif self.conn.their_state is h11.SEND_BODY and self.scope is answered:  # it is not awaited to its end
            self.lingering = answered
            self._expect("lingering", self.limits.idle_seconds)
        else:
            self._look()

    def timeout_keep_alive_handler(self) -> None:
        """As of uvicorn."""
        super().timeout_keep_alive_handler()
        self._watch_reading()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """As of uvicorn: the place goes with the connection."""
        self._expect("over")
        super().handle_websocket_upgrade(event)
        upgraded = self.transport.get_protocol()
        if isinstance(upgraded, BoundedSocket):
            upgraded.place, self.place = self.place, None
            if upgraded.place:
                upgraded.place.give_up = lambda: False

    def send_400_response(self, msg: str) -> None:
        """As of uvicorn."""
        self._refuse(400, f"{msg} A header may hold {self.limits.header_bytes // 2**10} KiB.")

    def pause_writing(self) -> None:
        """As of asyncio: the client does not read what it asked for."""
        super().pause_writing()
        self._watch_reading()

    def resume_writing(self) -> None:
        """As of asyncio."""
        if self.reading_timer and not self.transport.is_closing():
            self.reading_timer.cancel()
        super().resume_writing()

    def _look(self) -> None:
        """Note what is awaited now, and how long."""
        state, limits = self.conn.their_state, self.limits
        if self.transport.is_closing() or self.phase == "over":
            return
        if self.phase == "lingering" and state is h11.SEND_BODY and self.scope is self.lingering:
            return
        if state is h11.IDLE:
            if self.conn.trailing_data[0] and self.phase != "header":
                self._expect("header", limits.header_seconds, "the header of the request did not end")
            elif not self.conn.trailing_data[0] and self.phase != "new":
                self._expect("idle")  # uvicorn hangs up
        elif state is h11.SEND_BODY:
            if self.phase != "body":
                self.received = 0
                self._expect("body", limits.body_seconds, "the body of the request came too slowly")
        else:
            self._expect("nothing")

    def _expect(self, phase: str, seconds: float | None = None, wrong: str = "") -> None:
        """Begin a phase that may take so many seconds."""
        if self.timer:
            self.timer.cancel()
        self.phase, self.begun = phase, self.loop.time()
        self.timer = self.loop.call_later(seconds, self._too_late, wrong) if seconds else None

    def _too_late(self, wrong: str) -> None:
        if self.phase == "body":
            allowed = self.limits.body_seconds + self.received / self.limits.body_bytes_per_second
            more = min(allowed, self.limits.longest_body_seconds) - (self.loop.time() - self.begun)
            if more > 0:
                self.timer = self.loop.call_later(more, self._too_late, wrong)
                return
        self._refuse(408, f"{wrong} in time; this connection is closed")

    def _watch_reading(self) -> None:
        """From now on the client reads what waits for it, or it is hung up on."""
        if self.reading_timer:
            self.reading_timer.cancel()
        self.unread = self.transport.get_write_buffer_size()
        self.reading_timer = self.loop.call_later(CHECK_SECONDS, self._look_at_reading)

    def _look_at_reading(self) -> None:
        if self.unread - self.transport.get_write_buffer_size() < CHECK_SECONDS * self.limits.read_bytes_per_second:
            self.transport.abort()
        else:
            self._watch_reading()

    def _give_up(self) -> bool:
        """Hang up where no response is being made."""
        if self.phase == "nothing":
            return False
        self._disconnect()
        self.transport.abort()
        return True

    def _refuse(self, code: int, message: str) -> None:
        """Answer, where that is still possible, and hang up."""
        answers = self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE) and not self.transport.is_closing()
        self._disconnect()
        if answers:
            body = json.dumps({"status": "error", "message": message}).encode()
            lines = (
                f"HTTP/1.1 {code} {HTTPStatus(code).phrase}",
                "Content-Type: application/json",
                f"Content-Length: {len(body)}",
                "Retry-After: 5",
                "Connection: close",
            )
            self.transport.write("\r\n".join([*lines, "", ""]).encode() + body)
        self._expect("over")
        self.transport.close()
        self._watch_reading()

    def _disconnect(self) -> None:
        """Tell the application that nobody is there."""
        if self.cycle and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()


def bounded(limits: ConnectionLimits, proxies: frozenset[str], shares: Shares) -> type[BoundedConnection]:
    """The class of the connections of one process; proxies: addresses whose connections are not counted."""
    values = {"limits": limits, "proxies": proxies, "shares": shares}
    return type("BoundedConnection", (BoundedConnection,), values)
