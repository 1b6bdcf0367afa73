"""The application: its routes, and what they share."""

import shutil
import threading
from collections.abc import Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from fastapi_swagger import patch_fastapi
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from classifier.core.errors import InputError
from classifier.service import logs, readiness, routes, schemas, scrub, url_fetch, workers
from classifier.service.catalogue import Catalogue, architectures
from classifier.service.jobs.queue import TrainingQueue
from classifier.service.jobs.runs import Run, Runs
from classifier.service.metrics import Measured, Metrics
from classifier.service.middleware import Guard
from classifier.service.readiness import Readiness
from classifier.service.settings import Busy, NotFound, Refused, Settings
from classifier.service.tensorboard import TensorBoard
from classifier.storage import local_files

PAGE = Path(__file__).parent / "page"
FORM: Any = {"max_files": 1, "max_fields": 8, "max_part_size": 2**16}  # fields are held in memory
MAX_TITLE = 200  # characters of the name that a client gives its file


class Service:
    """What the routes share."""

    def __init__(self, settings: Settings):
        workers.clean(settings)
        self.settings, self.metrics, self.architectures = settings, Metrics(), architectures()
        self.catalogue, self.workers = (
            Catalogue(settings),
            workers.UploadWorkers(settings, self.metrics.timings.observe),
        )
        self.queue, self.tensorboard = TrainingQueue(settings, Runs(settings.home)), TensorBoard(settings)
        self.waiting = threading.Semaphore(settings.waiting)
        self.readiness = Readiness(settings.home)
        self.live = 0  # microphones that are classified

    def close(self) -> None:
        """End the processes that were started."""
        for part in (self.queue, self.tensorboard, self.workers):
            part.close()

    def scrub(self, text: str) -> str:
        """A text without paths of this machine."""
        return scrub.scrub(text, scrub.folders(self.settings))

    def trainings(self, architecture: str | None = None) -> list[schemas.Run]:
        """All trainings, or those of an architecture, as clients see them."""
        return [self.queue.about(run) for run in self.queue.runs.all(architecture)]

    def training(self, architecture: str, uuid: str) -> Run:
        """One run.

        Raises:
            NotFound: there is no such run of that architecture.
        """
        run = self.queue.runs.get(uuid)
        if run.architecture != architecture:
            raise NotFound(f"there is no training {uuid[:40]!r} of {architecture[:40]!r}")
        return run

    @contextmanager
    def room(self) -> Generator[None, None, None]:
        """A place among the requests that are handled at once.

        Raises:
            Busy: all are taken.
        """
        if not self.waiting.acquire(blocking=False):
            raise Busy(f"{self.settings.waiting} requests are being handled already; try again in a second")
        self.metrics.predicting.inc()
        try:
            yield
        finally:
            self.metrics.predicting.dec()
            self.waiting.release()

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


def make_app(settings: Settings, only_local: bool = True) -> FastAPI:
    """The application, as an ASGI server runs it; only_local: it is called by names of this machine only."""
    service = Service(settings)

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
    for router in (readiness.router, routes.reads, routes.predicts, routes.changes):
        app.include_router(router)
    patch_fastapi(app, redirect_from_root_to_docs=False)
    app.add_api_route("/ui", lambda: RedirectResponse("/docs"), include_in_schema=False)
    app.add_api_route("/", lambda: FileResponse(PAGE / "index.html"), include_in_schema=False)
    app.mount("/page", StaticFiles(directory=PAGE))
    for kind, handler in {InputError: _refused, HTTPException: _http, RequestValidationError: _invalid}.items():
        app.add_exception_handler(kind, handler)
    app.add_exception_handler(Exception, _broken)
    app.add_middleware(Guard, largest=settings.upload_bytes, only_local=only_local)
    app.add_middleware(Measured, metrics=service.metrics)
    app.add_middleware(logs.Logged)
    return app


def _error(code, message, headers=None):
    return JSONResponse({"status": "error", "message": message}, code, headers)


def _refused(request, error):
    code = getattr(error, "code", Refused.code)
    headers = {"Retry-After": "1"} if code == Busy.code else None
    return _error(code, request.app.state.service.scrub(str(error)), headers)


def _http(_, error):
    return _error(error.status_code, str(error.detail), error.headers)


def _invalid(_, error):
    found = [f"{'.'.join(map(str, one['loc'][1:])) or one['loc'][0]}: {one['msg']}" for one in error.errors()]
    return _error(422, "; ".join(found[:5]))


def _broken(request, error):
    request_id = logs.failure(request.scope, error)
    told = f"something is wrong with the server; its log says what, under request {request_id}"
    return _error(500, told, {logs.HEADER: request_id})
