"""What can be asked: one table, from which the routes and the OpenAPI document are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from adapters.http.problems import MEDIA_TYPE, Problem, SecureHeaders, failed, problem, refused
from workers.ports.fleet import FleetView
from workers.ports.health import HealthReport

JSON: Final = "application/json"
METRICS: Final = "text/plain; version=0.0.4; charset=utf-8"

Metrics = Callable[[str], tuple[bytes, str]]
"""The metrics in the format an ``Accept`` header asks for, and their content type."""


@dataclass(frozen=True, slots=True)
class Operations:
    """Who answers. Nothing here may block: it is called on the event loop that works.

    Attributes:
        metrics: None where none are collected.
    """

    live: Callable[[], HealthReport]
    ready: Callable[[], HealthReport]
    started: Callable[[], HealthReport]
    fleet: Callable[[], FleetView]
    metrics: Metrics | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One status an endpoint may answer with; without a model the body is plain text."""

    description: str
    media_type: str = JSON
    model: type[BaseModel] | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Something that can be asked with GET."""

    path: str
    name: str
    summary: str
    answers: Mapping[HTTPStatus, Answer]
    respond: Callable[[Operations, Request], Response]


def application(operations: Operations) -> ASGIApp:
    """The application that serves the endpoints."""
    app = Starlette(
        routes=[Route(endpoint.path, _handler(endpoint, operations), name=endpoint.name) for endpoint in ENDPOINTS],
        exception_handlers={HTTPException: refused, Exception: failed},
    )
    app.router.redirect_slashes = False
    return SecureHeaders(app)


def _handler(endpoint: Endpoint, operations: Operations) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        return endpoint.respond(operations, request)

    return handle


def _health(report: HealthReport) -> Response:
    status = HTTPStatus.OK if report.passed else HTTPStatus.SERVICE_UNAVAILABLE
    return Response(report.model_dump_json(), status, media_type=JSON)


def _metrics(operations: Operations, request: Request) -> Response:
    if operations.metrics is None:
        return problem(HTTPStatus.NOT_FOUND, "no metrics are collected in this process")
    content, content_type = operations.metrics(request.headers.get("accept", ""))
    return Response(content, headers={"content-type": content_type})


def _verdict(yes: str, no: str) -> dict[HTTPStatus, Answer]:
    return {
        HTTPStatus.OK: Answer(yes, model=HealthReport),
        HTTPStatus.SERVICE_UNAVAILABLE: Answer(f"{no} Each failed check has its reason.", model=HealthReport),
    }


ENDPOINTS: Final = (
    Endpoint(
        "/livez",
        "live",
        "Is the process alive? No: start it again.",
        _verdict(
            "Its event loop and its consume loops turn, and no record is worked on beyond its budget. It may be"
            " waiting for a service, or draining.",
            "Something in it stands still.",
        ),
        lambda operations, _: _health(operations.live()),
    ),
    Endpoint(
        "/readyz",
        "ready",
        "Does it carry out commands at this moment? No: wait.",
        _verdict(
            "It has joined its groups, and has its broker and its database.",
            "It is starting, draining, or misses a service.",
        ),
        lambda operations, _: _health(operations.ready()),
    ),
    Endpoint(
        "/startupz",
        "started",
        "Has it started? No: ask the other two later.",
        _verdict("Every worker has been given its first partitions.", "It is still on its way."),
        lambda operations, _: _health(operations.started()),
    ),
    Endpoint(
        "/status",
        "status",
        "What does it do? For the live view and for scripts.",
        {HTTPStatus.OK: Answer("Every worker with its partitions, its slowest lanes and its counts.", model=FleetView)},
        lambda operations, _: Response(operations.fleet().model_dump_json(), media_type=JSON),
    ),
    Endpoint(
        "/metrics",
        "metrics",
        "The metrics, for a scraper.",
        {
            HTTPStatus.OK: Answer("Prometheus' text format, or OpenMetrics where it is asked for.", METRICS),
            HTTPStatus.NOT_FOUND: Answer("No metrics are collected.", MEDIA_TYPE, Problem),
        },
        _metrics,
    ),
)
