"""The routes by which models, data and results are taken away; all of them need the token."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, ValidationError

from classifier.service import data_zip, model_files, result_files, routes, schemas, workers
from classifier.service.result_files import MEDIA
from classifier.service.route_classes import TokenRoute
from classifier.service.settings import Refused, TooLarge

MOST_BYTES = 32 * 2**20  # of predictions: about 100,000 windows
router = APIRouter(
    route_class=TokenRoute,
    dependencies=routes.HAS_TOKEN,
    responses={**routes.ERRORS, 401: {"model": schemas.Error}},
)
BINARY: dict[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": {}}}}
ZIP: dict[int | str, dict[str, Any]] = {200: {"content": {"application/zip": {}}}}
PREDICTIONS: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Predictions"}}},
    }
}


class FileToTake(BaseModel):
    """about: what it is for. bytes: its size."""

    name: str
    bytes: int
    about: str


class FilesToTake(BaseModel):
    """What may be taken of a model."""

    files: list[FileToTake]


@router.get("/v2/models/{name}/files/")
def files(service: routes.Service, name: str) -> FilesToTake:
    """The files of a model to take away: each .tflite, those with metadata first, and the report."""
    found = model_files.files_of(service.catalogue, name)
    return FilesToTake(
        files=[FileToTake(name=one.name, bytes=one.path.stat().st_size, about=one.about) for one in found]
    )


@router.get("/v2/models/{name}/files/{file}", response_class=FileResponse, responses=BINARY)
def file(service: routes.Service, name: str, file: str) -> FileResponse:
    """One of these files."""
    found = model_files.file_of(service.catalogue, name, file)
    outside = found.name if found.name.startswith(f"model_{name}_") else f"{data_zip.safe(name)}_{found.name}"
    return FileResponse(found.path, media_type="application/octet-stream", filename=outside)


@router.get("/v2/data/{name}/zip", response_class=StreamingResponse, responses=ZIP)
def data(service: routes.Service, name: str) -> StreamingResponse:
    """A data set as a zip: a folder per label, and label tracks beside recordings of which parts are labelled."""
    found = data_zip.read(service.queue.datasets.path(name))
    return StreamingResponse(
        data_zip.zipped(found), media_type="application/zip", headers=attached(f"{data_zip.safe(name)}.zip")
    )


@router.post(
    "/v2/models/{name}/results/{writer}/", response_class=Response, responses=BINARY, openapi_extra=PREDICTIONS
)
async def results(service: routes.Service, request: Request, name: str, writer: str) -> Response:
    """Predictions, as predict answered with windows=true, as a file of `csv`, `audacity` or `raven`."""
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > MOST_BYTES:
            raise TooLarge(f"predictions may have {MOST_BYTES // 2**20} MiB: write fewer recordings at once")
    return await run_in_threadpool(_written, service, name, writer, bytes(body))


def _written(service: Any, name: str, writer: str, body: bytes) -> Response:
    try:
        predictions = schemas.Predictions.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Refused(f"the body is no answer of predict/?windows=true: {where}: {first['msg']}") from None
    model = service.catalogue.model(name)
    independent = service.catalogue.predictor(name).independent
    with workers.staged(service.settings) as folder:
        file_name, content = result_files.write(writer, predictions, model, independent, folder)
    return Response(content, headers=attached(file_name), media_type=MEDIA[f".{file_name.rpartition('.')[2]}"])


def attached(name: str) -> dict[str, str]:
    """The header that lets a browser keep a file under a name."""
    return {"Content-Disposition": f"attachment; filename*=utf-8''{quote(name, safe='')}"}
