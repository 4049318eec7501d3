"""A link carries bytes both ways, and can be cut, stalled, slowed and mended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from tests.chaos.proxy import Link
from tests.fakes.clock import FakeClock
from tests.services.waiting import eventually

Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]

pytestmark = pytest.mark.integration


@pytest.fixture
async def echo() -> AsyncIterator[str]:
    """The address of a server that sends back what it gets."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def ask(caller: Peer, text: bytes) -> bytes:
    """The answer; empty when the link was cut."""
    reader, writer = caller
    try:
        writer.write(text)
        return await reader.readline()
    except ConnectionError:
        return b""


@asynccontextmanager
async def calling(address: str) -> AsyncIterator[Peer]:
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    yield reader, writer
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def test_a_link_carries_both_ways_until_it_is_cut_and_again_once_mended(echo: str) -> None:
    async with Link(echo, FakeClock()) as link:
        async with calling(link.address) as caller:
            assert await ask(caller, b"one\n") == b"one\n"
            link.cut()
            assert await ask(caller, b"two\n") == b""
        async with calling(link.address) as caller:
            assert await ask(caller, b"three\n") == b""
        link.mend()
        async with calling(link.address) as caller:
            assert await ask(caller, b"four\n") == b"four\n"


async def test_a_stalled_link_holds_everything_back_and_lets_it_go_when_mended(echo: str) -> None:
    async with Link(echo, FakeClock()) as link, calling(link.address) as caller:
        assert await ask(caller, b"one\n") == b"one\n"
        link.stall()
        async with asyncio.TaskGroup() as group:
            answer = group.create_task(ask(caller, b"two\n"))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.shield(answer), 0.05)
            link.mend()
        assert answer.result() == b"two\n"


async def test_a_slow_link_delays_every_chunk(echo: str) -> None:
    clock = FakeClock()
    async with Link(echo, clock) as link, calling(link.address) as caller:
        link.delay = 3.0
        async with asyncio.TaskGroup() as group:
            answer = group.create_task(ask(caller, b"one\n"))
            for way in ("there", "back"):
                await eventually(lambda: clock.sleeping == 1, f"the chunk on its way {way}")
                assert not answer.done()
                await clock.advance(3.0)
        assert answer.result() == b"one\n"


async def test_a_link_to_nowhere_closes() -> None:
    async with Link("127.0.0.1:1", FakeClock()) as link, calling(link.address) as caller:
        assert await ask(caller, b"one\n") == b""
