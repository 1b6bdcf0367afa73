"""Logs: one JSON object per line, on standard error.

Each request has an id, which its response has too. Names and addresses of recordings stand in no line unless they are
asked for; so neither does the message of an exception that nobody foresaw.
"""

import contextvars
import json
import logging
import re
import sys
import time
import traceback
import uuid
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

ERRORS, REQUESTS, NAMES = LEVELS = ("errors", "requests", "names")  # each logs what those before it do
HEADER = "X-Request-ID"
ID = re.compile(r"[\w.-]{1,64}", re.ASCII)  # of an id that a proxy may give
LOGGER = logging.getLogger("classifier.service")

_noted: contextvars.ContextVar[dict[str, Any] | None] = contextvars.ContextVar("noted", default=None)


class JsonLines(logging.Formatter):
    """A record as one line of JSON.

    Args:
        with_names: names of recordings may stand in it.
    """

    def __init__(self, with_names: bool):
        super().__init__()
        self.with_names = with_names

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": when, "level": record.levelname.lower(), "event": record.getMessage()}
        line.update(getattr(record, "fields", {}))
        if not self.with_names:
            line.pop("recording", None)
        if record.exc_info and record.exc_info[1]:
            line["error"] = type(record.exc_info[1]).__name__
            line["traceback"] = self._traceback(record.exc_info[1])
        return json.dumps(line, default=str)

    def _traceback(self, error: BaseException) -> list[str]:
        shown = traceback.TracebackException.from_exception(error)
        lines = list(shown.format()) if self.with_names else shown.stack.format()
        return [part for line in lines for part in line.splitlines()]


def set_up(level: str) -> None:
    """Send all logs of this process to standard error.

    Args:
        level: one of LEVELS.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(level == NAMES))
    handler.addFilter(_is_ours_to_tell)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    LOGGER.setLevel(logging.WARNING if level == ERRORS else logging.INFO)


def _is_ours_to_tell(record: logging.LogRecord) -> bool:
    """Whether no other line tells it: uvicorn repeats an exception that was answered with 500."""
    return not record.getMessage().startswith("Exception in ASGI application")


def event(what: str, **fields: Any) -> None:
    """Log something about the server itself."""
    LOGGER.info(what, extra={"fields": fields})


def note(**fields: Any) -> None:
    """Add fields to the line of the request that this is done for; `recording` is a name, logged only on request."""
    noted = _noted.get()
    if noted is not None:
        noted.update(fields)


def failure(scope: Scope, error: BaseException) -> str:
    """Log an exception that nobody foresaw; returns the id of the request."""
    request_id = scope.get("request_id", "none")
    LOGGER.error("failure", exc_info=error, extra={"fields": {"request": request_id, "route": route_of(scope)}})
    return request_id


def route_of(scope: Scope) -> str:
    """The path of the route with its placeholders, which no client can invent."""
    return getattr(scope.get("route"), "path", "none")


class Logged:
    """ASGI middleware: gives each request an id, and logs it when it is over."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        given = Headers(scope=scope).get(HEADER, "")
        scope["request_id"] = request_id = given if ID.fullmatch(given) else uuid.uuid4().hex
        noted: dict[str, Any] = {}
        _noted.set(noted)
        started, status = time.perf_counter(), None

        async def with_id(message):
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.accept"):
                status = message.get("status", 101)
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        try:
            await self.app(scope, receive, with_id)
        finally:
            LOGGER.info(
                "request",
                extra={
                    "fields": {
                        "request": request_id,
                        "method": scope.get("method", "websocket"),
                        "route": route_of(scope),
                        "status": status or 500,
                        "seconds": round(time.perf_counter() - started, 4),
                        **noted,
                    }
                },
            )
