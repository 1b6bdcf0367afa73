"""The routes that DEEPaaS has beside models and trainings: its versions and its document."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from classifier.service import schemas
from classifier.service.deepaas import swagger
from classifier.service.route_classes import ReadRoute

PAGE = Path(__file__).parent.parent / "page" / "index.html"
PAGE_RESPONSE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}}}
router = APIRouter(route_class=ReadRoute, responses={422: {"model": schemas.Error}})


def version(prefix: str) -> dict[str, Any]:
    """The fields of schemas.Version; prefix: the path that a proxy puts in front."""
    return {"version": "stable", "id": "v2", "links": [schemas.Link(rel="self", href=f"{prefix}/v2/")]}


@router.get("/", response_model=schemas.Versions, responses=PAGE_RESPONSE)
def root(request: Request) -> Response | schemas.Versions:
    """The page; the versions of the API for a client that accepts JSON and no page."""
    kinds = request.headers.get("accept", "*/*").lower()
    if "application/json" not in kinds or "text/html" in kinds:
        return FileResponse(PAGE)
    prefix = _prefix(request)
    links = [
        schemas.Link(rel="help", type="text/html", href=f"{prefix}/api"),
        schemas.Link(rel="describedby", href=f"{prefix}/swagger.json"),
    ]
    return schemas.Versions(versions=[schemas.Version(**version(prefix))], links=links)


@router.get("/v2/debug/", status_code=204)
def debug() -> None:
    """Nothing: what the server says stands in its log."""


@router.get("/swagger.json", include_in_schema=False)
def document(request: Request) -> dict[str, Any]:
    """The paths of DEEPaaS as a document of Swagger 2.0."""
    service = request.app.state.service
    models, _ = service.catalogue.models()
    trainable = {one.name for one in service.architectures}
    return swagger.document(request.app.openapi(), models, trainable, _prefix(request))


@router.get("/api", include_in_schema=False)
def pages() -> RedirectResponse:
    """The documentation."""
    return RedirectResponse("docs")


def _prefix(request: Request) -> str:
    return request.scope.get("root_path", "")


class Heads:
    """ASGI middleware: HEAD is answered as GET is; the server leaves the body out."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return await self.app(scope, receive, send)
        as_get = {**scope, "method": "GET"}
        try:
            await self.app(as_get, receive, send)
        finally:
            scope.update(as_get, method="HEAD")  # with its route, for logs and metrics
