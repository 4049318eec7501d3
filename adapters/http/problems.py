"""Errors as RFC 9457 problem details, and the headers every answer carries."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from pydantic import BaseModel, Field
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPE: Final = "application/problem+json"

HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}
"""Answers are of this moment, and nothing in them is to be run or shown in a frame."""


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str = Field("about:blank", description="`about:blank`: the status says it all")
    title: str = Field(description="the status in words")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what is wrong, for people")


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """An error as an answer."""
    content = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return Response(content.model_dump_json(), status, headers=headers, media_type=MEDIA_TYPE)


async def refused(request: Request, error: Exception) -> Response:
    """The answer to a request for something that is not there."""
    assert isinstance(error, HTTPException)  # noqa: S101  the framework calls it for nothing else
    details = {
        HTTPStatus.NOT_FOUND: f"there is no {request.url.path}",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.url.path} does not take {request.method}",
    }
    detail = details.get(HTTPStatus(error.status_code), error.detail)
    return problem(error.status_code, detail, dict(error.headers or {}))


async def failed(_request: Request, _error: Exception) -> Response:
    """The answer when an endpoint itself failed; the server logs the error."""
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the answer could not be made; the log says why")


class SecureHeaders:
    """Adds the headers, also to answers the framework makes after everything else has failed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, secured)
