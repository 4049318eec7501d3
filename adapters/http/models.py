"""`ModelServerExaminer` over HTTP: the list of models, which every OpenAI-compatible server gives for nothing."""

from __future__ import annotations

import asyncio
import http.client
import json
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from workers.ports.errors import UnavailableError
from workers.ports.examining import ServerState

LONGEST_ANSWER: Final = 4 * 1024 * 1024


class HttpModelServerExaminer:
    """`ModelServerExaminer` by a server's URL.

    Args:
        base_url: up to and with ``/v1``.
        api_key: sent along; never told.
        timeout_seconds: bounds connecting and each read.
    """

    def __init__(self, base_url: str, api_key: str | None, timeout_seconds: float) -> None:
        self._url = base_url
        self._key = api_key
        self._timeout = timeout_seconds

    async def state(self) -> ServerState:
        try:
            status, body = await asyncio.to_thread(self._get)
        except TimeoutError:
            raise UnavailableError(f"{self._url} does not answer within {self._timeout:g} s") from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise UnavailableError(f"{self._url} cannot be asked: {reason}") from None
        return ServerState(status, _models(body) if status == HTTPStatus.OK else None)

    def _get(self) -> tuple[int, bytes]:
        parts = urlsplit(self._url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(str(parts.hostname), parts.port, timeout=self._timeout)
        headers = {"accept": "application/json"}
        if self._key is not None:
            headers["authorization"] = f"Bearer {self._key}"
        try:
            connection.request("GET", f"{parts.path}/models", headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read(LONGEST_ANSWER)
        finally:
            connection.close()


def _models(body: bytes) -> tuple[str, ...] | None:
    """The models' names; None where the answer has another form than all these servers give it."""
    try:
        told: Any = json.loads(body)
        return tuple(str(model["id"]) for model in told["data"])
    except (ValueError, TypeError, KeyError):
        return None
