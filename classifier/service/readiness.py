"""Whether the server can take work now: /readyz, for what sends it requests. /healthz only says that it runs."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from classifier.service import logs, schemas

STARTING = "the processes that read recordings are being started"
STOPPING = "the server is being stopped"
FREE_BYTES = 100 * 2**20  # that uploads need

router = APIRouter()


class Readiness:
    """What keeps the server from taking work."""

    def __init__(self, home: Path):
        """
        Args:
            home: folder that uploads are written into.
        """
        self.home, self.why = home, STARTING

    def begin(self, start: Callable[[], None]) -> None:
        """Start what has to run first; the server is ready when that returns."""
        try:
            start()
        except Exception as error:
            self.why = f"the processes that read recordings cannot be started ({type(error).__name__})"
            logs.LOGGER.exception("not ready")
            return
        if self.why == STARTING:
            self.why = ""
            logs.event("ready")

    def end(self) -> None:
        """From now on it takes no work."""
        self.why = STOPPING
        logs.event("stopping")

    def problem(self) -> str:
        """Why it takes no work; "" where it does."""
        if self.why:
            return self.why
        if not os.access(self.home, os.W_OK):
            return "its home folder cannot be written to"
        if shutil.disk_usage(self.home).free < FREE_BYTES:
            return "the disk of its home folder is full"
        return ""


@router.get("/readyz", responses={503: {"model": schemas.Error}})
def ready(request: Request) -> JSONResponse:
    """The server can take work; 503 says why it cannot."""
    if why := request.app.state.service.readiness.problem():
        return JSONResponse({"status": "error", "message": why}, 503, {"Retry-After": "5"})
    return JSONResponse({"status": "OK"})
