"""Asks an ASGI application without a network."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401  JSON
        return json.loads(self.body)


async def ask(app: ASGIApp, path: str, method: str = "GET", accept: str = "*/*") -> Answer:
    """One request and its answer; what the application raises afterwards is swallowed, as a server does."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"fleet"), (b"accept", accept.encode())],
        "scheme": "http",
        "server": ("fleet", 80),
        "client": ("probe", 1),
    }
    try:
        await app(scope, receive, send)
    except Exception:
        if not sent:
            raise
    start, *rest = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], headers, b"".join(message.get("body", b"") for message in rest))
