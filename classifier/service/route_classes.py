"""What every route checks before its function is called: token, names of arguments, a place for the work."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from classifier.service.argument_names import ArgumentNames
from classifier.service.clients import client_of
from classifier.service.settings import Busy, Refused
from classifier.service.wanted import Wanted

FORM: Any = {"max_files": 1, "max_fields": 8, "max_part_size": 2**16}  # fields are held in memory
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ReadRoute(APIRoute):
    """Refuses arguments that it does not know; a form is received first, for it has some, too."""

    def get_route_handler(self) -> Handler:
        """As of FastAPI."""
        handle, names = super().get_route_handler(), ArgumentNames.of(self.dependant)

        async def checked(request):
            self.before(request)
            names.check_query(name for name, _ in request.query_params.multi_items())
            try:
                if names.form:
                    names.check_form(await _received_form(request))
                return await self.respond(handle, request)
            finally:
                await request.close()

        return checked

    def before(self, request: Request) -> None:
        """What is checked before a body is received."""

    async def respond(self, handle: Handler, request: Request) -> Response:
        """The response to a request that has been received."""
        return await handle(request)


class TokenRoute(ReadRoute):
    """Asks for the token, before the body is received."""

    def before(self, request: Request) -> None:
        """As of ReadRoute."""
        request.app.state.service.tokens.check(request)


class UploadRoute(TokenRoute):
    """Takes data to learn from where there is room for it, which is checked before the body is received."""

    def before(self, request: Request) -> None:
        """As of ReadRoute."""
        super().before(request)
        length = request.headers.get("content-length", "")
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            request.app.state.service.queue.uploads.check_room(int(length) if length.isdecimal() else 0)


class PredictRoute(ReadRoute):
    """Does the work in a place that clients share, for as long as somebody waits for it."""

    def before(self, request: Request) -> None:
        """As of ReadRoute."""
        request.app.state.service.audio.check(_client(request))

    async def respond(self, handle: Handler, request: Request) -> Response:
        """As of ReadRoute."""
        service, wanted = request.app.state.service, Wanted(_client(request))
        request.state.wanted = wanted
        place = service.places.take(wanted.client, lambda: wanted.end(Busy("others wait too; try again in a second")))
        if not place:
            raise Busy(f"{service.places.total} requests are being handled already; try again in a second")
        service.metrics.predicting.inc()
        try:
            return await _while_wanted(handle(request), request, wanted)
        finally:
            service.metrics.predicting.dec()
            place.release()


def _client(request: Request) -> str:
    return client_of(request.client.host if request.client else None)


async def _received_form(request: Request) -> FormData:
    """The form of a request. Where too many are received, that of the client with the most is given up."""
    try:
        async with asyncio.timeout(None) as limit:
            now = asyncio.get_running_loop().time
            receiving = request.app.state.service.receiving
            place = receiving.take(_client(request), lambda: limit.reschedule(now()) is None)
            if not place:
                raise Busy(f"{receiving.total} requests are being received already; try again in a second")
            try:
                return await request.form(**FORM)
            finally:
                place.release()
    except TimeoutError:
        raise Busy("others want to send something, too; try again in a second") from None


async def _while_wanted(work: Coroutine[Any, Any, Response], request: Request, wanted: Wanted) -> Response:
    """The response that some work makes; it is ended when the client has gone, or has waited long enough."""
    seconds = request.app.state.service.settings.predict_seconds
    doing, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_has_left(request))
    try:
        await asyncio.wait({doing, leaving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        wanted.end(Refused("nobody waits for this any more"))
        await asyncio.wait({doing})  # it ends within a second
        doing.exception()
        if leaving.done():
            raise ClientDisconnect
        raise HTTPException(408, f"no response within {seconds:g} s: send less at once")
    finally:
        leaving.cancel()
        wanted.end(Refused("the server is being stopped"))  # where it was cancelled


async def _has_left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
