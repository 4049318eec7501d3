"""A TCP proxy that can be cut, stalled and slowed: the links between workers and their services."""

import asyncio
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Final, Self

from tests.services.waiting import eventually
from workers.ports.clock import Clock

_CHUNK: Final = 65_536

_Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Link:
    """One address on loopback that leads to another; a context.

    Attributes:
        delay: what every chunk is held back for on its way, seconds.
    """

    def __init__(self, target: str, clock: Clock) -> None:
        self._host, _, port = target.rpartition(":")
        self._port = int(port)
        self._clock = clock
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._cut = False
        self.delay = 0.0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        await eventually(lambda: not self._open, "the connections to end")

    @property
    def address(self) -> str:
        assert self._server is not None
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        """Reset every connection, and every new one, until mended."""
        self._cut = True
        self._flowing.set()
        for writer in set(self._open):
            writer.transport.abort()

    def stall(self) -> None:
        """Keep connections open and let nothing through, until mended; then everything held back goes on."""
        self._flowing.clear()

    def mend(self) -> None:
        self._cut = False
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with AsyncExitStack() as stack:
            self._hold(stack, writer)
            if self._cut:
                return
            # Whoever stands behind may be away; then this side is closed, as it would be without a proxy.
            with suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection(self._host, self._port)
                self._hold(stack, far_writer)
                await self._both_ways((reader, writer), (far_reader, far_writer))

    async def _both_ways(self, near: _Peer, far: _Peer) -> None:
        """Until one direction ends, which ends the other: clients of databases and brokers do not half-close."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(near[0], far[1]))
                group.create_task(self._pump(far[0], near[1]))
        except* _EndedError:
            pass

    def _hold(self, stack: AsyncExitStack, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        stack.callback(self._open.discard, writer)
        stack.callback(writer.close)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                await self._flowing.wait()
                if self.delay:
                    await self._clock.sleep(self.delay)
                writer.write(chunk)
                await writer.drain()
        raise _EndedError


class _EndedError(Exception):
    """One direction of a connection has ended."""
