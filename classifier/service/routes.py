"""The API: what can be asked, and by which verbs; those of the REST service that we follow, DEEPaaS."""

import asyncio
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Query, Request, Response, UploadFile, WebSocket
from fastapi.responses import FileResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from classifier.core.errors import InputError
from classifier.inference import prediction
from classifier.service import live, metrics, schemas
from classifier.service.settings import NotFound

VERSION = "2"
PATIENCE = 120  # seconds in which a recording must have arrived and be answered


class Hears(APIRoute):
    """Before a recording is taken in: is there room for one more?"""

    def get_route_handler(self):
        handle = super().get_route_handler()

        async def with_room(request):
            with request.app.state.service.room():
                try:
                    async with asyncio.timeout(PATIENCE):
                        return await handle(request)
                except TimeoutError:
                    raise HTTPException(408, f"no answer within {PATIENCE} s: send less at once") from None

        return with_room


class Changes(APIRoute):
    """Before a body is taken in that changes something: may this client?"""

    def get_route_handler(self):
        handle = super().get_route_handler()

        async def with_token(request):
            token = request.app.state.service.settings.token
            given = request.headers.get("authorization", "")
            if token and not secrets.compare_digest(given.encode(), f"Bearer {token}".encode()):
                headers = {"WWW-Authenticate": "Bearer"}
                raise HTTPException(401, "this needs the token that the server printed when it started", headers)
            return await handle(request)

        return with_token


def _service(request: Request):
    return request.app.state.service


ERRORS = {code: {"model": schemas.Error} for code in (400, 403, 404, 413, 421, 422)}
MAY_CHANGE = [Depends(HTTPBearer(auto_error=False, description="what the server printed when it started"))]
reads = APIRouter(responses=ERRORS)
hears = APIRouter(route_class=Hears, responses={code: {"model": schemas.Error} for code in (*ERRORS, 408, 415, 429)})
changes = APIRouter(
    route_class=Changes,
    dependencies=MAY_CHANGE,
    responses={code: {"model": schemas.Error} for code in (*ERRORS, 401, 409, 429)},
)
Service = Annotated[Any, Depends(_service)]  # app.Service
Recording = Annotated[UploadFile | None, File(description="a recording of any format, or an archive of recordings")]
Url = Annotated[str | None, Query(max_length=2000, description="where it is, in place of `data`")]


@reads.get("/healthz")
def health():
    """The server answers."""
    return {"status": "OK"}


@reads.get("/metrics", response_class=Response)
def figures(service: Service):
    """For Prometheus."""
    service.metrics.trainings.set(sum(run["status"] in ("running", "waiting") for run in service.trainings()))
    return Response(service.metrics.text(), media_type=metrics.TYPE)


@reads.get("/v2/")
def about(service: Service) -> schemas.About:
    """What this server is."""
    settings = service.settings
    return {
        "status": "OK",
        "version": VERSION,
        "api": "/docs",
        "urls": settings.allow_urls,
        "token": bool(settings.token),
    }


@reads.get("/v2/models/")
def models(service: Service) -> schemas.Models:
    """The models that can be asked, and the architectures that can be trained."""
    found, unusable = service.catalogue.models()
    return {
        "models": found,
        "architectures": service.architectures,
        "default": found[0]["name"] if found else None,
        "unusable": {name: service.scrub(why) for name, why in unusable.items()},
    }


@reads.get("/v2/models/{name}/")
def model(service: Service, name: str) -> schemas.Model:
    """What a model is; `default` is the newest."""
    return service.catalogue.model(name)


@hears.post("/v2/models/{name}/predict/", response_model_exclude_unset=True)
def predict(
    service: Service,
    name: str,
    data: Recording = None,
    url: Url = None,
    urls: Url = None,
    segments: Annotated[bool, Query(description="an answer for each window, too")] = False,
    drawing: Annotated[bool, Query(description="what is needed to draw it, too")] = False,
    overlap: Annotated[float, Query(ge=0, le=0.9, description="how much of a window the next one has too")] = 0.0,
) -> schemas.Predictions:
    """What a recording is, or each recording of an archive."""
    model = service.catalogue.path(name)
    with service.given(data, url or urls) as (title, path, folder):
        found = service.hearing.recordings_in(path, title, folder / "unpacked")
        heard = []
        for title_of_one, one in found:
            try:
                answer, seconds, drawn = service.hearing.answer(one, title_of_one, model, overlap, drawing)
            except InputError as error:
                if len(found) == 1:
                    raise
                heard.append({"title": title_of_one, "error": service.scrub(str(error))})
                continue
            service.metrics.heard.inc(seconds)
            more = {"segments": _segments(answer)} if segments else {}
            more |= {"drawing": drawn} if drawing else {}
            heard.append({"title": title_of_one, "seconds": seconds, **_said(answer, answer.recording), **more})
    return {"status": "OK", "predictions": heard}


def _segments(answer):
    times = zip(answer.starts, answer.ends, answer.windows, strict=True)
    return [{"start": start, "end": end, **_said(answer, row)} for start, end, row in times]


def _said(answer, row):
    most = (-row).argsort(kind="stable")[: schemas.TOP]
    return {
        "label": answer.label_of(row),
        "labels": [answer.labels[i] for i in most],
        "probabilities": [float(row[i]) for i in most],
    }


@hears.post("/v2/wav/", response_class=Response, responses={200: {"content": {"audio/wav": {}}}})
def wav(service: Service, data: Recording = None, url: Url = None):
    """A recording as a browser can play it."""
    with service.given(data, url) as (title, path, _):
        return Response(service.hearing.as_wav(path, title), media_type="audio/wav")


@reads.websocket("/v2/models/{name}/live")
async def listen(socket: WebSocket, name: str, rate: int = 16_000):
    """Listen to a microphone."""
    service = socket.app.state.service
    await socket.accept()
    try:
        predictor = service.catalogue.predictor(name)
    except NotFound as error:
        return await socket.close(live.NO_MODEL, str(error)[:100])
    if service.live == service.settings.live:
        return await socket.close(live.OVERLOADED, f"{service.live} microphones are listened to already")
    service.live += 1
    service.metrics.live.set(service.live)
    try:
        answer = prediction.Answer(predictor.labels, None, None, None, None, predictor.thresholds)
        await live.listen(socket, predictor, rate, lambda row: _said(answer, row))
    finally:
        service.live -= 1
        service.metrics.live.set(service.live)


@reads.get("/reports/{name}/{file}", response_class=FileResponse)
def report(service: Service, name: str, file: str):
    """The report of a trained model."""
    return FileResponse(service.catalogue.report(name, file))


@reads.get("/v2/data/")
def data(service: Service) -> schemas.DataFolders:
    """The folders a training may learn from."""
    return {"data": service.trainer.datasets.all()}


@reads.get("/v2/train/")
def trainings(service: Service) -> schemas.Runs:
    """All trainings, the newest first."""
    return {"runs": service.trainings()}


@reads.get("/v2/models/{architecture}/train/")
def trainings_of(service: Service, architecture: str) -> schemas.Runs:
    """The trainings of an architecture, the newest first."""
    return {"runs": service.trainings(architecture)}


@reads.get("/v2/models/{architecture}/train/{uuid}")
def training(service: Service, architecture: str, uuid: str) -> schemas.Run:
    """How a training is going, and the end of what it said."""
    run = service.training(architecture, uuid)
    return {**service.trainer.about(run), "log": service.trainer.log(uuid)}


@changes.post("/v2/models/{architecture}/train/", status_code=201)
def train(
    service: Service,
    architecture: str,
    dataset_directory: Annotated[str | None, Query(max_length=200, description="a name of GET /v2/data/")] = None,
    epochs: Annotated[int | None, Query(ge=1, le=1000, description="in place of the recipe's")] = None,
    group_by: Annotated[
        str | None, Query(max_length=200, description="a regular expression whose first group, in file names, says who")
    ] = None,
    layout: Annotated[str | None, Query(max_length=40, description="how the data lies there; found by looking")] = None,
    fold: Annotated[int, Query(ge=0, le=1000, description="which fold tests")] = 0,
    seed: Annotated[int, Query(ge=0, le=2**32 - 1, description="same seed, same weights")] = 0,
    kept: Annotated[bool, Query(description="keep what was uploaded")] = False,
    data: Annotated[UploadFile | None, File(description="a zip of a folder per label, in place of a name")] = None,
) -> schemas.Run:
    """Train a model; it waits until those before it are done."""
    args = {"epochs": epochs, "group_by": group_by, "fold": fold, "seed": seed}
    args |= {"dataset_directory": dataset_directory, "layout": layout}
    submit = service.trainer.submit
    if not data:
        return service.trainer.about(submit(architecture, args))
    with service.given(data) as (_, path, _):
        return service.trainer.about(submit(architecture, args, upload=path, kept=kept))


@changes.post("/v2/models/{architecture}/train/{uuid}/resume", status_code=202)
def resume(service: Service, architecture: str, uuid: str) -> schemas.Run:
    """Go on with a training that was interrupted or cancelled, from its last epoch."""
    service.training(architecture, uuid)
    return service.trainer.about(service.trainer.resume(uuid))


@changes.delete("/v2/models/{architecture}/train/{uuid}")
def cancel(service: Service, architecture: str, uuid: str) -> schemas.Run:
    """Cancel a training; forget one that has ended. The trained model stays."""
    run = service.training(architecture, uuid)
    if run.status in ("running", "waiting"):
        return service.trainer.about(service.trainer.cancel(uuid))
    said = service.trainer.about(run)
    service.trainer.forget(uuid)
    return said


@changes.post("/v2/tensorboard/")
def tensorboard(service: Service) -> schemas.Address:
    """Start TensorBoard on this machine, or say where it runs."""
    return {"url": service.tensorboard.url()}
