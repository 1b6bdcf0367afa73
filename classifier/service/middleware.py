"""Checks of every request: host name, the page that asks, size; and headers of every response."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from classifier.service.public_url import PublicUrl, netloc
from classifier.service.settings import ConnectionLimits, is_local

READS = ("GET", "HEAD", "OPTIONS")
ANSWERS = ("/v2/", "/reports/")  # what may be private: neither a proxy nor a browser keeps it
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
POLICIES = {  # by how the path begins; a page that brings its own scripts may not use ours, and asks for nothing
    "/docs": PAGE_POLICY.replace("default-src 'self'", "default-src 'self' 'unsafe-inline'"),
    "/reports/": "sandbox allow-scripts; default-src 'none'; img-src 'self' data:; media-src data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'",
}


class Guard:
    """ASGI middleware. A page of another site can neither change anything here nor, by a name of its own, read it."""

    def __init__(
        self, app: ASGIApp, largest: int, only_local: bool, public: PublicUrl | None, limits: ConnectionLimits
    ):
        """
        Args:
            app: the application.
            largest: bytes of a request.
            only_local: accept names of this machine only, and that of `public`.
            public: the address behind a proxy.
            limits: of headers.
        """
        self.app, self.largest, self.only_local, self.public, self.limits = app, largest, only_local, public, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        code, why = self._refusal(scope, headers)
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if code and scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008, "reason": why})
        if code:
            response = JSONResponse({"status": "error", "message": why}, code)
            return await response(scope, receive, _with_headers(send, path))
        await self.app(scope, self._counted(receive), _with_headers(send, path))

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int | None, str | None]:
        n_bytes = sum(len(name) + len(value) for name, value in headers.raw)
        if len(headers.raw) > self.limits.header_lines or n_bytes > self.limits.header_bytes:
            most = f"{self.limits.header_lines} lines and {self.limits.header_bytes // 2**10} KiB"
            return 431, f"a header may have {most}: send fewer cookies and other fields"
        if self.only_local and not self._is_ours(
            scope.get("proxied_host", b"").decode("latin-1") or headers.get("host")
        ):
            return 421, (
                "this server is reached as localhost only; start it with --host to open it to other machines, or with "
                "--public-url behind a proxy"
            )
        changes = scope["type"] == "websocket" or scope["method"] not in READS
        if _of_another_site(headers, changes):
            return 403, "pages of other sites may not use this server"
        if scope["type"] == "http" and int(headers.get("content-length") or 0) > self.largest:
            return 413, self._too_large()
        return None, None

    def _is_ours(self, host: str | None) -> bool:
        name = _name(host or "")
        return is_local(name) or self.public is not None and name == self.public.host

    def _counted(self, receive: Receive) -> Receive:
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

    def _too_large(self) -> str:
        return f"a request may hold {self.largest // 2**20} MiB: send less at once"


def _of_another_site(headers: Headers, changes: bool) -> bool:
    """Whether a page of another site asks; changes: it is more than a look. A link from there is followed."""
    site = headers.get("sec-fetch-site", "none")
    if site not in ("same-origin", "none"):
        followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        return changes or not followed
    origin = headers.get("origin")
    return changes and origin is not None and not _same(origin, headers.get("host", ""))


def _same(origin: str, host: str) -> bool:
    """Whether the origin of a page is this host; the scheme may be the proxy's."""
    try:
        page, here = urlsplit(origin), urlsplit(f"//{host}")
        ours = here.hostname and netloc(page.scheme, here.hostname, here.port)
        return bool(page.hostname) and netloc(page.scheme, page.hostname, page.port) == ours
    except ValueError:
        return False


def _name(host: str) -> str | None:
    """localhost of localhost:8000."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _with_headers(send: Send, path: str) -> Send:
    policy = next((policy for start, policy in POLICIES.items() if path.startswith(start)), PAGE_POLICY)
    policies = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store" if path.startswith(ANSWERS) else "no-cache",  # a page is asked for anew by its ETag
    }

    async def with_headers(message):
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in policies.items():
                headers.setdefault(name, value)
        await send(message)

    return with_headers
