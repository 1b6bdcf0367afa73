"""Behind a proxy: the client that it names, and the address that people know."""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from classifier.service.clients import Shares, client_of
from classifier.service.public_url import PublicUrl

FORWARDED = b"x-forwarded-for"


class BehindProxy:
    """ASGI middleware: a request that a proxy passes on looks as if the client had sent it to the public address.

    The client is the last address in X-Forwarded-For that is no proxy of ours: those before it anybody can write. The
    prefix is taken from the public address, whether the proxy takes it out of the path or not.
    """

    def __init__(self, app: ASGIApp, public: PublicUrl, proxies: frozenset[str], shares: Shares):
        """
        Args:
            app: the application.
            public: the address for people.
            proxies: addresses of the proxies.
            shares: what each client may have of the requests under way, as of the connections where there is no proxy.
        """
        self.app, self.public, self.proxies, self.shares = app, public, proxies, shares
        self.named = ProxyHeadersMiddleware(self._as_public, trusted_hosts=sorted(proxies))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_request = scope["type"] in ("http", "websocket")
        if is_request and (scope.get("client") or ("",))[0] in self.proxies:
            if any(name == FORWARDED for name, _ in scope["headers"]):
                return await self.named(scope, receive, send)  # ty: ignore
        await self.app(scope, receive, send)

    async def _as_public(self, scope, receive, send):
        public = self.public
        scope["scheme"] = public.scheme.replace("http", "ws") if scope["type"] == "websocket" else public.scheme
        scope["proxied_host"] = next((value for name, value in scope["headers"] if name == b"host"), b"")
        others = [(name, value) for name, value in scope["headers"] if name != b"host"]
        scope["headers"] = [(b"host", public.netloc.encode()), *others]
        if public.prefix:
            if not f"{scope['path']}/".startswith(f"{public.prefix}/"):
                scope["path"] = public.prefix + scope["path"]
                scope["raw_path"] = public.prefix.encode() + scope["raw_path"]
            scope["root_path"] = public.prefix
        place = self.shares.take(client_of(scope["client"][0]))
        if not place:
            return await _too_many(scope, receive, send)
        try:
            await self.app(scope, receive, send)
        finally:
            place.release()


async def _too_many(scope, receive, send):
    why = "too many requests of yours are under way; wait for some of them"
    if scope["type"] == "websocket":
        return await send({"type": "websocket.close", "code": 1013, "reason": why})
    await JSONResponse({"status": "error", "message": why}, 429, {"Retry-After": "5"})(scope, receive, send)
