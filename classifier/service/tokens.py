"""The token: who has it may change things, and who guesses it may not try often."""

import hmac
import math
import threading
import time
from collections import OrderedDict

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from classifier.service.clients import client_of

TRIES = 10  # wrong tokens of a client in a minute
MINUTE = 60.0  # seconds
REMEMBERED = 10_000  # clients


class Guesses:
    """Wrong tokens of each client in the last minute. It may be used from any thread."""

    def __init__(self):
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()  # {client: when}
        self._lock = threading.Lock()

    def seconds_to_wait(self, client: str) -> int:
        """Until the client may try again; 0: it may now."""
        now = time.monotonic()
        with self._lock:
            recent = [when for when in self._wrong.get(client, ()) if when > now - MINUTE]
        return math.ceil(recent[-TRIES] + MINUTE - now) if len(recent) >= TRIES else 0

    def note(self, client: str) -> None:
        """One more was wrong."""
        with self._lock:
            self._wrong[client] = [*self._wrong.pop(client, ())[-TRIES:], time.monotonic()]
            while len(self._wrong) > REMEMBERED:
                self._wrong.popitem(last=False)


class Tokens:
    """Checks the token of requests: an Authorization header, or the cookie that the page was given for it.

    The cookie holds no token but a key of this server's own, which ends with it: nobody can guess it, so that who has
    it is let in even while others guess.
    """

    def __init__(self, token: str | None, guesses: Guesses, key: str):
        """
        Args:
            token: None: nobody needs one.
            guesses: of all processes of the server.
            key: what the cookie holds.
        """
        self.token, self.guesses, self._key = token, guesses, key

    def check(self, request: Request) -> None:
        """
        Raises:
            HTTPException: 401 where the token is missing or wrong, 429 where the client has tried too often.
        """
        if self.token is None or self._has_cookie(request):
            return
        client = client_of(request.client.host if request.client else None)
        if wait := self.guesses.seconds_to_wait(client):
            why = f"too many wrong tokens came from your address; try again in {wait} s"
            raise HTTPException(429, why, {"Retry-After": str(wait)})
        given = request.headers.get("authorization")
        if given is not None and _same(given, f"Bearer {self.token}"):
            return
        if given is not None:
            self.guesses.note(client)
        headers = {"WWW-Authenticate": "Bearer"}
        raise HTTPException(401, "this needs the token that the server printed when it started", headers)

    def allows(self, request: Request) -> bool:
        """Whether a request has the token, or none is needed."""
        try:
            self.check(request)
        except HTTPException:
            return False
        return True

    def set_cookie(self, request: Request, response: Response) -> None:
        """Give the page of a request that was checked a cookie in place of the token; no script can read it."""
        if self.token is not None:
            response.set_cookie(
                _name(request),
                self._key,
                path=request.scope.get("root_path") or "/",
                secure=request.url.scheme == "https",
                httponly=True,
                samesite="strict",
            )

    def delete_cookie(self, request: Request, response: Response) -> None:
        """Take the cookie back."""
        response.delete_cookie(_name(request), path=request.scope.get("root_path") or "/")

    def _has_cookie(self, request: Request) -> bool:
        return _same(request.cookies.get(_name(request), ""), self._key)


def _name(request: Request) -> str:
    """Of the cookie: browsers give those of localhost to the servers of all its ports."""
    server = request.scope.get("server") or ("", 0)
    return f"session-{server[1]}"


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
