"""The application: its routes, and what they share."""

import shutil
import sqlite3
import threading
from collections.abc import Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from fastapi import FastAPI, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from fastapi_swagger import patch_fastapi
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.staticfiles import StaticFiles

from classifier.core import disk
from classifier.core.errors import DiskFullError, InputError
from classifier.export import web_app
from classifier.service import kept, logs, phone, readiness, routes, schemas, scrub, take_away, url_fetch, workers
from classifier.service.catalogue import DEFAULT, Catalogue, architectures
from classifier.service.clients import CountedShares, Shares
from classifier.service.common import Common
from classifier.service.deepaas import routes as deepaas
from classifier.service.jobs.queue import TrainingQueue
from classifier.service.jobs.runs import Run
from classifier.service.metrics import Measured, Metrics
from classifier.service.middleware import Guard
from classifier.service.proxy import BehindProxy
from classifier.service.readiness import Readiness
from classifier.service.remote import Remote
from classifier.service.route_classes import FORM
from classifier.service.settings import Busy, Forbidden, NotFound, Refused, Settings
from classifier.service.studio import routes as studio_routes
from classifier.service.studio.audits import Audits
from classifier.service.studio.data_sets import DataSets
from classifier.service.studio.suggestions import Suggestions
from classifier.service.tokens import Tokens
from classifier.storage import local_files

PAGE = Path(__file__).parent / "page"
SHARED = ("look", "module")  # with the page of a web app
MAX_TITLE = 200  # characters of the name that a client gives its file


class Service:
    """What the routes share."""

    def __init__(self, settings: Settings, common: Common):
        self.settings, self.common = settings, common
        self._studio = None if settings.predict_only else DataSets(settings)
        self.audits, self.suggestions = Audits(settings), Suggestions(settings)
        self.metrics, self.architectures = Metrics(), architectures()
        self.catalogue, self.workers = (
            Catalogue(settings),
            workers.UploadWorkers(settings, self.metrics.timings.observe),
        )
        self.tokens, self.audio = Tokens(settings.token, common.guesses, common.session_key()), common.audio
        self.receiving, self.places, self.microphones = (
            Shares(total, total) for total in (settings.receiving, settings.waiting, settings.live)
        )
        limits = settings.connections
        self.connections, self.requests = (
            CountedShares(limits.connections, limits.connections_per_client, counts=counts)
            for counts in (common.connections, common.requests)
        )
        self.readiness = Readiness(settings.home)
        self.phone = phone.of(settings, "localhost", 0, "http", own_certificate=False)  # until it listens elsewhere

    def close(self) -> None:
        """End the processes that were started; what is of other processes, too, goes on."""
        self.workers.close()
        if not isinstance(self.common, Remote):
            self.common.close()

    @property
    def queue(self) -> TrainingQueue:
        """The trainings.

        Raises:
            Forbidden: this server only predicts.
        """
        if not self.common.queue or self.settings.predict_only:
            raise Forbidden("this server only predicts (--predict-only): ask the one that trains")
        return self.common.queue

    @property
    def studio(self) -> DataSets:
        """The data sets that people make here.

        Raises:
            Forbidden: this server only predicts.
        """
        if not self._studio:
            raise Forbidden("this server only predicts (--predict-only): label with the one that trains")
        return self._studio

    def scrub(self, text: str) -> str:
        """A text without paths of this machine."""
        return scrub.scrub(text, scrub.folders(self.settings))

    def trainings(self, with_log: bool, architecture: str | None = None) -> list[schemas.Run]:
        """All trainings, or those of an architecture, as clients see them.

        Args:
            with_log: lines of their logs, too: the last step, and why one failed.
        """
        found = [self.queue.about(run) for run in self.queue.runs.all(architecture)]
        return found if with_log else [_without_log(run) for run in found]

    def tensorboard_url(self) -> str:
        """Where TensorBoard shows the trainings; it is started where it does not run."""
        return self.common.tensorboard.url() if self.queue else ""

    def n_unfinished(self) -> int:
        """Trainings that run or wait."""
        return 0 if self.settings.predict_only else self.queue.n_unfinished()

    def architecture(self, name: str) -> str:
        """The architecture of that name, or that of a trained model: clients of DEEPaaS know one name for both."""
        if any(one.name == name for one in self.architectures):
            return name
        models, _ = self.catalogue.models()
        return next((model.architecture for model in models if name in (model.name, DEFAULT)), name)

    def training(self, architecture: str, uuid: str) -> Run:
        """One run.

        Raises:
            NotFound: there is no such run of that architecture.
        """
        run = self.queue.runs.get(uuid)
        if run.architecture != self.architecture(architecture):
            raise NotFound(f"there is no training {uuid[:40]!r} of {architecture[:40]!r}")
        return run

    @contextmanager
    def given(self, data: UploadFile | None, url: str | None = None) -> Generator[tuple[str, Path, Path], None, None]:
        """What a client sent, or gave the address of: (title, path, folder for what is made of it); it is not kept.

        Raises:
            Refused: it is neither or both, or cannot be fetched.
        """
        if bool(data) == bool(url):
            raise Refused("give either a file as multipart `data`, or its address as `url`")
        with workers.staged(self.settings) as folder:
            if data is None:
                title, path = url_fetch.fetch(url or "", folder, self.settings)
            else:
                title = Path(data.filename or "recording").name[-MAX_TITLE:]
                suffix = Path(title).suffix.lower()
                path = folder / f"recording{suffix if suffix in local_files.RECORDING_SUFFIXES else ''}"
                with path.open("xb") as file:
                    shutil.copyfileobj(data.file, file)
            logs.note(recording=title)
            yield title, path, folder


def _without_log(run: schemas.Run) -> schemas.Run:
    """What who has no token is told of a training: file names may stand in its log."""
    step = run.step if run.status == "waiting" else None
    return run.model_copy(update={"step": step, "error": run.error and "its log says why, and needs the token"})


def make_app(settings: Settings, only_local: bool = True, common: Common | None = None) -> FastAPI:
    """The application, as an ASGI server runs it.

    Args:
        only_local: it is called by names of this machine only.
        common: what processes share; None: there is no other.

    Raises:
        InputError: the home folder cannot be used, or another server trains in it.
    """
    if not common:
        common = Common(settings)
        settings = common.settings
    service = Service(settings, common)

    @asynccontextmanager
    async def lifespan(_):
        threading.Thread(target=service.readiness.begin, args=(service.workers.warm,), daemon=True).start()
        yield
        service.readiness.end()
        service.close()
        logs.event("stopped")

    app = FastAPI(
        title="Sound classifiers",
        version=routes.VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        form_limits=FORM,
    )
    app.state.service = service
    own = (routes.reads, routes.predicts, routes.guarded, routes.uploads, kept.router, take_away.router)
    for router in (readiness.router, deepaas.router, *own, studio_routes.router, phone.router):
        app.include_router(router)
    patch_fastapi(app, redirect_from_root_to_docs=False)
    app.add_api_route("/ui", lambda: RedirectResponse("docs"), include_in_schema=False)
    app.add_api_route("/studio", lambda: FileResponse(PAGE / "studio.html"), include_in_schema=False)
    app.mount("/page", StaticFiles(directory=PAGE))
    for name in SHARED:
        app.mount(f"/{name}", StaticFiles(directory=Path(web_app.__file__).parent / name))
    handlers = {
        InputError: _refused,
        HTTPException: _http,
        RequestValidationError: _invalid,
        ClientDisconnect: _gone,
        DiskFullError: _system,
        OSError: _system,
        sqlite3.Error: _system,
        Exception: _broken,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
    limits = settings.connections
    app.add_middleware(deepaas.Heads)
    app.add_middleware(
        Guard, largest=settings.upload_bytes, only_local=only_local, public=settings.public, limits=limits
    )
    app.add_middleware(Measured, metrics=service.metrics)
    if settings.public:
        app.add_middleware(BehindProxy, public=settings.public, proxies=settings.proxies, shares=service.requests)
    app.add_middleware(logs.Logged)
    return app


def _error(code, message, headers=None):
    return JSONResponse({"status": "error", "message": message}, code, headers)


def _refused(request, error):
    code = getattr(error, "code", Refused.code)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Busy) else None
    return _error(code, request.app.state.service.scrub(str(error)), headers)


def _http(_, error):
    return _error(error.status_code, str(error.detail), error.headers)


def _invalid(_, error):
    found = [f"{'.'.join(map(str, one['loc'][1:])) or one['loc'][0]}: {one['msg']}" for one in error.errors()]
    return _error(422, "; ".join(found[:5]))


def _gone(_, error):
    return _error(400, "the connection was closed before the request had come")  # nobody reads it


def _system(request, error):
    full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    if full or isinstance(error, DiskFullError) or disk.is_full(error):
        return _error(507, "the disk of the server is full: ask who runs it to make room, and try again")
    return _broken(request, error)


def _broken(request, error):
    request_id = logs.failure(request.scope, error)
    told = f"something is wrong with the server; its log says what, under request {request_id}"
    return _error(500, told, {logs.HEADER: request_id})
