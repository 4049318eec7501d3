"""Asks a running fleet over HTTP."""

from __future__ import annotations

import asyncio
import http.client
from http import HTTPStatus
from typing import Final, TypeVar
from urllib.parse import urlsplit

from pydantic import ValidationError

from workers.ports.errors import UnavailableError
from workers.ports.fleet import FleetView
from workers.ports.health import HealthModel, HealthReport

LONGEST_ANSWER: Final = 16 * 1024 * 1024

Model = TypeVar("Model", bound=HealthModel)


class FleetUrlError(ValueError):
    """The address names no fleet; says what one looks like."""


class HttpFleetReader:
    """`FleetReader` over HTTP.

    Args:
        url: ``http://host:port``, perhaps with a path before the endpoints'.
        timeout_seconds: bounds connecting and each read.

    Raises:
        FleetUrlError: it is no such URL.
    """

    def __init__(self, url: str, timeout_seconds: float = 3.0) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise FleetUrlError(f"{url!r} is no address of a fleet: write http://host:port")
        self.url = url.rstrip("/")
        self._kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._host, self._port, self._path = parts.hostname, port, parts.path.rstrip("/")
        self._timeout = timeout_seconds

    async def status(self) -> FleetView:
        return await self._ask("/status", FleetView, {HTTPStatus.OK})

    async def live(self) -> HealthReport:
        return await self._ask("/livez", HealthReport, {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE})

    async def _ask(self, path: str, model: type[Model], expected: set[HTTPStatus]) -> Model:
        try:
            status, body = await asyncio.to_thread(self._get, self._path + path)
        except TimeoutError:
            raise UnavailableError(f"{self.url} does not answer within {self._timeout:g} s") from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise UnavailableError(f"{self.url} cannot be asked: {reason}") from None
        if status not in expected:
            raise UnavailableError(f"{self.url}{path} answered {status}: is it the HTTP address of a fleet?")
        try:
            return model.model_validate_json(body)
        except ValidationError:
            raise UnavailableError(f"{self.url}{path} is not of this release's fleet") from None

    def _get(self, path: str) -> tuple[int, bytes]:
        connection = self._kind(self._host, self._port, timeout=self._timeout)
        try:
            connection.request("GET", path, headers={"accept": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read(LONGEST_ANSWER)
        finally:
            connection.close()
