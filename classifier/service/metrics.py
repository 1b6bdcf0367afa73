"""Metrics for Prometheus, at /metrics: requests, how long they took, and what is going on."""

import os
import time
from typing import Literal

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Receive, Scope, Send

from classifier.service.timings import Timings

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds
Together = Literal["livesum", "livemostrecent"]  # how the values of several workers become one
TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """The figures of one server, of all its workers: these write them into files, which are added up."""

    def __init__(self):
        self.registry = registry = CollectorRegistry()
        self.requests = Counter("requests", "Requests", ["method", "route", "status"], registry=registry)
        self.seconds = Histogram("request_seconds", "Time to answer", ["route"], buckets=BUCKETS, registry=registry)
        self.classified = Counter("classified_seconds", "Seconds of audio classified", registry=registry)
        self.predicting = _gauge("predicting", "Requests to predict in progress", registry)
        self.live = _gauge("live_sockets", "Microphones that are classified live", registry)
        self.trainings = _gauge("trainings", "Trainings that run or wait", registry, "livemostrecent")
        self.timings = Timings(registry)

    def text(self) -> bytes:
        """The response of /metrics."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)
        return generate_latest(together)


def _gauge(name: str, about: str, registry: CollectorRegistry, together: Together = "livesum") -> Gauge:
    return Gauge(name, about, multiprocess_mode=together, registry=registry)


class Measured:
    """ASGI middleware: counts each request under its route, which clients cannot invent."""

    def __init__(self, app: ASGIApp, metrics: Metrics):
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started, status = time.perf_counter(), 500

        async def noted(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in ("GET", "POST", "DELETE") else "other"
            self.metrics.requests.labels(method, route, status).inc()
            self.metrics.seconds.labels(route).observe(time.perf_counter() - started)
