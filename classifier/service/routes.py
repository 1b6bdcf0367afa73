"""The routes of the API; their verbs are those of DEEPaaS, the REST service that we follow."""

import asyncio
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, Query, Request, Response, UploadFile, WebSocket
from fastapi.responses import FileResponse
from fastapi.security import HTTPBearer

from classifier.core.errors import InputError
from classifier.service import live, metrics, schemas
from classifier.service.argument_names import ArgumentNames
from classifier.service.clients import client_of
from classifier.service.deepaas import answers
from classifier.service.deepaas import routes as deepaas
from classifier.service.deepaas.arguments import PredictArguments, TrainArguments, text
from classifier.service.deepaas.links import links
from classifier.service.jobs.request import TrainingRequest
from classifier.service.route_classes import PredictRoute, ReadRoute, TokenRoute, UploadRoute
from classifier.service.settings import TooLarge
from Constants import SAMPLE_RATE

VERSION = "2"
LIVE_ARGUMENTS = ArgumentNames(frozenset({"rate"}), frozenset())


def _service(request: Request):
    return request.app.state.service


def _wanted(request: Request):
    return request.state.wanted


CODES = (400, 403, 404, 408, 413, 421, 422, 429, 431, 507)
ERRORS: dict[int | str, dict[str, Any]] = {code: {"model": schemas.Error} for code in CODES}
HAS_TOKEN = [Depends(HTTPBearer(auto_error=False, description="what the server printed when it started"))]
reads = APIRouter(route_class=ReadRoute, responses=ERRORS)
predicts = APIRouter(route_class=PredictRoute, responses={**ERRORS, 415: {"model": schemas.Error}})
CHANGES = {**ERRORS, **{code: {"model": schemas.Error} for code in (401, 409)}}
guarded = APIRouter(route_class=TokenRoute, dependencies=HAS_TOKEN, responses=CHANGES)
uploads = APIRouter(route_class=UploadRoute, dependencies=HAS_TOKEN, responses=CHANGES)
Service = Annotated[Any, Depends(_service)]  # app.Service
Work = Annotated[Any, Depends(_wanted)]  # wanted.Wanted
Recording = Annotated[UploadFile | None, File(description="a recording of any format, or an archive of recordings")]
Overlap = Annotated[
    float | None,
    Query(
        ge=0, le=0.9, description="share of a window that the next one repeats; default: as the decision rule has it"
    ),
]
Url = Annotated[str | None, Query(max_length=2000, description="where it is, in place of `data`")]


@reads.get("/healthz")
def health() -> dict[str, str]:
    """The server answers."""
    return {"status": "OK"}


@reads.get("/metrics", response_class=Response)
def figures(service: Service) -> Response:
    """For Prometheus."""
    service.metrics.trainings.set(service.n_unfinished())
    return Response(service.metrics.text(), media_type=metrics.TYPE)


@reads.get("/v2/")
def about(service: Service, request: Request) -> schemas.About:
    """The version of this server, and what it allows."""
    settings, prefix = service.settings, request.scope.get("root_path", "")
    urls, token = settings.allow_urls, bool(settings.token)
    return schemas.About(status="OK", api=f"{prefix}/docs", urls=urls, token=token, **deepaas.version(prefix))


@reads.get("/v2/models/")
def models(service: Service, request: Request) -> schemas.Models:
    """The models that can predict, and the architectures that can be trained."""
    found, unusable = service.catalogue.models()
    return schemas.Models(
        models=[_placed(one, request) for one in found],
        architectures=service.architectures,
        default=found[0].name if found else None,
        unusable={name: service.scrub(why) for name, why in unusable.items()},
    )


@reads.get("/v2/models/{name}/")
def model(service: Service, request: Request, name: str) -> schemas.Model:
    """One model; `default` is the newest."""
    return _placed(service.catalogue.model(name), request)


def _placed(model: schemas.Model, request: Request) -> schemas.Model:
    """A model whose report and link are where the proxy shows them."""
    prefix = request.scope.get("root_path", "")
    links = [schemas.Link(rel="self", href=f"{prefix}/v2/models/{quote(model.name)}/")]
    return model.model_copy(update={"report": model.report and prefix + model.report, "links": links})


@predicts.post(
    "/v2/models/{name}/predict/",
    response_model=schemas.Predictions,
    response_model_exclude_unset=True,
    responses={200: {"content": {kind: {} for kind in answers.KINDS[1:]}}, 406: {"model": schemas.Error}},
)
def predict(
    service: Service,
    work: Work,
    name: str,
    kind: Annotated[str, Depends(answers.accepted)],
    deephdc: Annotated[PredictArguments, Depends()],
    data: Recording = None,
    url: Url = None,
    urls: Url = None,
    windows: Annotated[bool, Query(description="a prediction for each window, too")] = False,
    drawing: Annotated[bool, Query(description="waveform and mel spectrogram to draw, too")] = False,
    overlap: Overlap = None,
) -> schemas.Predictions | Response:
    """Classify a recording, or each recording of an archive; JSON, a page or a zip by Accept."""
    model = service.catalogue.path(deephdc.model(name))
    with service.given(data, url or urls) as (title, path, folder):
        found = service.workers.recordings_in(path, title, folder / "unpacked", work)
        total, most = 0.0, service.settings.request_seconds
        predictions: list[schemas.RecordingPrediction | schemas.FailedPrediction] = []
        for name_of_one, one in found:
            try:
                prediction, seconds, drawn = service.workers.predict(one, name_of_one, model, overlap, drawing, work)
            except InputError as error:
                work.check()
                if len(found) == 1:
                    raise
                predictions.append(schemas.FailedPrediction(title=name_of_one, error=service.scrub(str(error))))
                continue
            service.metrics.classified.inc(seconds)
            service.audio.spend(work.client, seconds)
            total += seconds
            if total > most:
                raise TooLarge(f"{title} holds more than {most:g} s of audio: send it in parts")
            more: dict[str, Any] = {"windows": answers.windows(prediction)} if windows else {}
            more |= {"drawing": drawn} if drawing else {}
            top = answers.of_recording(prediction)
            more |= {"clipped": prediction.clipped} if prediction.clipped else {}
            more |= {"labels_info": [""] * len(top["labels"]), "links": links(top["labels"])}
            predictions.append(schemas.RecordingPrediction(title=name_of_one, seconds=seconds, **top, **more))
    return answers.response(schemas.Predictions(status="OK", predictions=predictions), kind)


@predicts.post("/v2/wav/", response_class=Response, responses={200: {"content": {"audio/wav": {}}}})
def wav(service: Service, work: Work, data: Recording = None, url: Url = None) -> Response:
    """Convert a recording to a wav that a browser can play."""
    with service.given(data, url) as (title, path, _):
        converted = service.workers.as_wav(path, title, work)
    service.audio.spend(work.client, len(converted) / (2 * SAMPLE_RATE))
    return Response(converted, media_type="audio/wav")


@reads.websocket("/v2/models/{name}/live")
async def classify_live(socket: WebSocket, name: str, rate: int = 16_000) -> None:
    """Classify a microphone live."""
    service = socket.app.state.service
    await socket.accept()
    code = live.POLICY
    try:
        LIVE_ARGUMENTS.check_query(argument for argument, _ in socket.query_params.multi_items())
        code = live.NO_MODEL
        predictor = service.catalogue.predictor(name)
    except InputError as error:
        return await socket.close(code, live.reason(service.scrub(str(error))))
    listening = asyncio.current_task()
    client = client_of(socket.client.host if socket.client else None)
    place = service.microphones.take(client, lambda: bool(listening and listening.cancel()))
    if not place:
        taken = service.microphones.taken
        return await socket.close(live.OVERLOADED, f"{taken} microphones are in use already; try again later")
    service.metrics.live.set(service.microphones.taken)
    try:
        described = partial(answers.top, predictor.labels)
        await live.classify_stream(socket, predictor, rate, described)
    except InputError as error:
        await socket.close(live.POLICY, live.reason(service.scrub(str(error))))
    except asyncio.CancelledError:
        if place.is_held():  # the server is being stopped
            raise
        await socket.close(live.OVERLOADED, "others want to use a microphone, too; try again later")
    finally:
        place.release()
        service.metrics.live.set(service.microphones.taken)


@reads.get("/reports/{name}/{file}", response_class=FileResponse)
def report(service: Service, name: str, file: str) -> FileResponse:
    """The report of a trained model."""
    return FileResponse(service.catalogue.report(name, file))


@reads.get("/v2/data/")
def data(service: Service) -> schemas.DataFolders:
    """The data that a training may learn from."""
    return schemas.DataFolders(data=service.queue.datasets.all())


@reads.get("/v2/train/")
def trainings(service: Service, request: Request) -> schemas.Runs:
    """All trainings, the newest first; where the server has a token, what their logs say needs it."""
    return schemas.Runs(runs=service.trainings(service.tokens.allows(request)))


@reads.get("/v2/models/{architecture}/train/")
def trainings_of(service: Service, request: Request, architecture: str) -> list[schemas.Run]:
    """The trainings of an architecture, the newest first; as of GET /v2/train/."""
    return service.trainings(service.tokens.allows(request), service.architecture(architecture))


@guarded.get("/v2/models/{architecture}/train/{uuid}")
def training(service: Service, architecture: str, uuid: str) -> schemas.Run:
    """How a training is going, and the end of its log."""
    run = service.training(architecture, uuid)
    return service.queue.about(run).model_copy(update={"log": service.queue.log(uuid)})


@guarded.post("/v2/session/")
def begin_session(service: Service, request: Request, response: Response) -> schemas.Done:
    """Exchange the token for a cookie that scripts cannot read: for the page."""
    service.tokens.set_cookie(request, response)
    return schemas.Done(status="OK")


@guarded.delete("/v2/session/")
def end_session(service: Service, request: Request, response: Response) -> schemas.Done:
    """Take the cookie back."""
    service.tokens.delete_cookie(request, response)
    return schemas.Done(status="OK")


@uploads.post("/v2/models/{architecture}/train/", status_code=201)
def train(
    service: Service,
    architecture: str,
    deephdc: Annotated[TrainArguments, Depends()],
    dataset_directory: Annotated[
        str | None, Query(max_length=200, description="a name of GET /v2/data/ or /v2/uploads/")
    ] = None,
    max_minutes: Annotated[
        int | None,
        Query(ge=1, le=10_000, description="the training ends in this time, and the best epoch until then is kept"),
    ] = None,
    epochs: Annotated[int | None, Query(ge=1, le=1000, description="in place of the recipe's")] = None,
    group_by: Annotated[
        str | None,
        Query(max_length=200, description="a regular expression; its first group, in file names, is the group"),
    ] = None,
    layout: Annotated[
        str | None, Query(max_length=40, description="of the data; recognised where it is not given")
    ] = None,
    fold: Annotated[int, Query(ge=0, le=1000, description="which fold tests")] = 0,
    seed: Annotated[int, Query(ge=0, le=2**32 - 1, description="same seed, same weights")] = 0,
    refit: Annotated[
        str | None, Query(max_length=40, description="what it is trained on again: all, without-test, none")
    ] = None,
    kept: Annotated[bool, Query(description="keep what was uploaded")] = False,
    data: Annotated[UploadFile | None, File(description="a zip with one folder per label, in place of a name")] = None,
) -> schemas.Run:
    """Train a model, or, as `auto`, a few of which the best is kept; it waits until those before it are done."""
    architecture = service.architecture(architecture)
    named = text(dataset_directory)
    chosen = TrainingRequest(named, layout, epochs, fold, seed, group_by, refit, max_minutes, **deephdc.recipe())
    submit = service.queue.submit
    if not data:
        return service.queue.about(submit(architecture, chosen))
    with service.given(data) as (_, path, _):
        return service.queue.about(submit(architecture, chosen, upload=path, keep_upload=kept))


@guarded.post("/v2/models/{architecture}/train/{uuid}/resume", status_code=202)
def resume(service: Service, architecture: str, uuid: str) -> schemas.Run:
    """Go on with a training that was interrupted or cancelled, from its last epoch."""
    service.training(architecture, uuid)
    return service.queue.about(service.queue.resume(uuid))


@guarded.delete("/v2/models/{architecture}/train/{uuid}")
def cancel(service: Service, architecture: str, uuid: str) -> schemas.Run:
    """Cancel a training; forget one that has ended. The trained model stays."""
    run = service.training(architecture, uuid)
    if run.status in ("running", "waiting"):
        return service.queue.about(service.queue.cancel(uuid))
    last = service.queue.about(run)
    service.queue.forget(uuid)
    return last


@guarded.post("/v2/tensorboard/")
def tensorboard(service: Service) -> schemas.Address:
    """Start TensorBoard on this machine, or say where it runs."""
    return schemas.Address(url=service.tensorboard_url())
