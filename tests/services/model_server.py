"""An OpenAI-compatible server on loopback that behaves as badly as the test wants, over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.clock import SystemClock

OK: Final = "200 OK"
_HEAD_END: Final = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Response:
    """What is sent back.

    Attributes:
        body: as it is written, right or wrong.
        cut_after: bytes of the body after which the connection is cut although more were promised.
        hangs: nothing is sent before the server is told to.
        late: seconds after which it is sent.
    """

    body: bytes
    status: str = OK
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    hangs: bool = False
    late: float = 0.0


_MODELS: Final = Response(json.dumps({"object": "list", "data": [{"id": "test-model", "object": "model"}]}).encode())

Behaviour = Callable[[dict[str, Any]], Response]
"""From a request's body to the response."""


def completion(
    content: str | None,
    finish_reason: str = "stop",
    **message: Any,  # noqa: ANN401  a server may send anything
) -> Response:
    """A chat completion with these words."""
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_772_409_600,
        "model": "test-model",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, **message},
                "finish_reason": finish_reason,
            }
        ],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }
    return Response(json.dumps(body).encode())


def failure(status: str, message: str = "failed", **headers: str) -> Response:
    """An error in OpenAI's form."""
    body = json.dumps({"error": {"message": message, "type": "error", "code": None}}).encode()
    return Response(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


class ModelServer:
    """Answers chat completions as `behave` says, and which model it has; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.behave: Behaviour = lambda _: completion("{}")
        self.delay: Callable[[], Awaitable[object]] | None = None
        """Waited for before each answer."""
        self.port = 0
        self.at_most = 0
        """The most requests that were under way at a time."""
        self._under_way = 0
        self.released = asyncio.Event()
        """Ends what hangs: it is answered then, unless the server closes."""
        self._closing = False

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def answer(self, *responses: Response) -> None:
        """Give these in turn, the last one again and again."""
        waiting = list(responses)
        self.behave = lambda _: waiting.pop(0) if len(waiting) > 1 else waiting[0]

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ModelServer"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        self._closing = False
        self.released.clear()
        try:
            yield self
        finally:
            self._closing = True
            self.released.set()
            server.close()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(_HEAD_END)).decode()
            headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            content = await reader.readexactly(int(headers.get("content-length", "0")))
            if head.startswith("GET "):
                await self._respond(_MODELS, writer)
                return
            request = json.loads(content)
            self.keys.append(headers.get("authorization", ""))
            self.asked.append(request)
            self._under_way += 1
            self.at_most = max(self.at_most, self._under_way)
            try:
                if self.delay is not None:
                    await self.delay()
                await self._respond(self.behave(request), writer)
            finally:
                self._under_way -= 1
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client gave up, which some tests are about
        finally:
            writer.close()

    async def _respond(self, response: Response, writer: asyncio.StreamWriter) -> None:
        if response.late:
            await SystemClock().sleep(response.late)
        if response.hangs:
            await self.released.wait()
            if self._closing:
                return
        headers = {"content-type": "application/json", "content-length": str(len(response.body)), "connection": "close"}
        head = [
            f"HTTP/1.1 {response.status}",
            *(f"{name}: {value}" for name, value in (headers | dict(response.headers)).items()),
        ]
        writer.write("\r\n".join(head).encode() + _HEAD_END + response.body[: response.cut_after])
        await writer.drain()
        if response.cut_after is not None:
            writer.transport.abort()
