"""A small HTTP server on the event loop of the process it tells about."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

_ANY: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  compared, not bound to
_CLOSING_SECONDS: Final = 1


class ListenError(Exception):
    """The address cannot be listened on.

    Attributes:
        is_taken: by another process, so that another port would do.
    """

    def __init__(self, host: str, port: int, error: OSError) -> None:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
        super().__init__(f"cannot listen on {host} port {port}: {reason[0].lower()}{reason[1:]}")
        self.is_taken = error.errno == errno.EADDRINUSE


def listen(host: str, port: int) -> socket.socket:
    """Take the address; 0 is any free port.

    Raises:
        ListenError: somebody else has it, or it is not ours to have.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ListenError(host, port, error) from None


def url_of(listening: socket.socket) -> str:
    """Where a process on the same machine reaches it."""
    host, port = listening.getsockname()[:2]
    near = _ANY.get(host, host)
    return f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"


class HttpServer:
    """Serves one application until it is told to stop."""

    def __init__(self, app: ASGIApp, listening: socket.socket) -> None:
        self._listening = listening
        self._server = _Quiet(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_CLOSING_SECONDS,
            )
        )

    async def serve(self) -> None:
        """Answer; returns within about a second of `stop`."""
        await self._server.serve(sockets=[self._listening])

    def stop(self) -> None:
        """Take no more requests."""
        self._server.should_exit = True


class _Quiet(uvicorn.Server):
    """Leaves the signals to the process it runs in."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
