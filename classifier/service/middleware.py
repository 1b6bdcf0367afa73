"""What every request passes first: by which name it asks, from which page, how large; and what all answers say."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

READS = ("GET", "HEAD", "OPTIONS")
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
POLICIES = {  # by how the path begins; a page that brings its own scripts may not use ours, and asks for nothing
    "/docs": PAGE_POLICY.replace("default-src 'self'", "default-src 'self' 'unsafe-inline'"),
    "/reports/": "sandbox allow-scripts; default-src 'none'; img-src 'self' data:; media-src data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'",
}


def is_local(host):
    """Whether a server of this name, or bound to this address, is heard on this machine only."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """ASGI middleware. A page of another site can neither change anything here nor, by a name of its own, read it."""

    def __init__(self, app, largest, only_local):
        """
        Args:
            largest: bytes of a request.
            only_local: answer to names of this machine alone.
        """
        self.app, self.largest, self.only_local = app, largest, only_local

    async def __call__(self, scope, receive, send):
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        code, why = self._refusal(scope, headers)
        if code and scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008, "reason": why})
        if code:
            answer = JSONResponse({"status": "error", "message": why}, code)
            return await answer(scope, receive, _with_headers(send, scope["path"]))
        await self.app(scope, self._counted(receive), _with_headers(send, scope.get("path", "")))

    def _refusal(self, scope, headers):
        host, origin = headers.get("host", ""), headers.get("origin")
        if self.only_local and not is_local(_name(host)):
            return 421, "this server answers as localhost only; start it with --host to be heard by others"
        changes = scope["type"] == "websocket" or scope["method"] not in READS
        if changes and origin and urlsplit(origin).netloc != host:
            return 403, "pages of other sites may not use this server"
        if scope["type"] == "http" and int(headers.get("content-length") or 0) > self.largest:
            return 413, self._too_large()
        return None, None

    def _counted(self, receive):
        """The same, until a body is longer than it may be, whatever its header said."""
        n_bytes = 0

        async def counted():
            nonlocal n_bytes
            message = await receive()
            if message["type"] == "http.request":
                n_bytes += len(message.get("body", b""))
                if n_bytes > self.largest:
                    raise HTTPException(413, self._too_large())
            return message

        return counted

    def _too_large(self):
        return f"a request may hold {self.largest // 2**20} MiB: send less at once"


def _name(host):
    """localhost of localhost:8000."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _with_headers(send, path):
    policy = next((policy for start, policy in POLICIES.items() if path.startswith(start)), PAGE_POLICY)
    said = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    }

    async def with_headers(message):
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in said.items():
                headers.setdefault(name, value)
        await send(message)

    return with_headers
