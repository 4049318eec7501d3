"""Served and asked over real loopback."""

import asyncio
import http.client
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from adapters.http.client import HttpFleetReader
from adapters.http.endpoints import application
from adapters.http.server import HttpServer, ListenError, listen, url_of
from tests.services.processes import free_ports
from tests.unit.adapters.http.test_endpoints import FINE, FLEET, ILL, OPERATIONS
from workers.ports.errors import UnavailableError

pytestmark = pytest.mark.integration


@asynccontextmanager
async def served(app: ASGIApp, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """The URL of a server that runs as long as this."""
    listening = listen(host, 0)
    server = HttpServer(app, listening)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve())
        try:
            yield url_of(listening)
        finally:
            server.stop()


async def test_a_fleet_tells_its_status_and_whether_it_lives() -> None:
    async with served(application(OPERATIONS)) as url:
        reader = HttpFleetReader(url)
        assert await reader.status() == FLEET
        assert await reader.live() == FINE


async def test_a_failing_answer_is_an_answer_all_the_same() -> None:
    async with served(application(replace(OPERATIONS, live=lambda: ILL))) as url:
        assert await HttpFleetReader(url).live() == ILL


async def test_the_address_of_all_interfaces_is_reached_on_loopback() -> None:
    async with served(application(OPERATIONS), "0.0.0.0") as url:  # noqa: S104  what a container binds to
        assert url.startswith("http://127.0.0.1:")
        assert (await HttpFleetReader(url).live()).passed


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
async def test_ipv6_is_served_too() -> None:
    async with served(application(OPERATIONS), "::1") as url:
        assert url.startswith("http://[::1]:")
        assert (await HttpFleetReader(url).live()).passed


async def test_the_server_does_not_tell_what_it_is_made_of() -> None:
    def headers(address: str) -> list[tuple[str, str]]:
        connection = http.client.HTTPConnection(address, timeout=5)
        connection.request("GET", "/livez")
        found = connection.getresponse().getheaders()
        connection.close()
        return found

    async with served(application(OPERATIONS)) as url:
        names = {name.lower() for name, _ in await asyncio.to_thread(headers, url.removeprefix("http://"))}
    assert "server" not in names
    assert "x-content-type-options" in names


def test_a_taken_port_is_told_from_a_forbidden_address() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(ListenError) as refused:
        listen("127.0.0.1", taken.getsockname()[1])
    assert refused.value.is_taken
    assert "address already in use" in str(refused.value)
    with pytest.raises(ListenError) as elsewhere:
        listen("192.0.2.1", 0)  # an address for documentation, nobody's
    assert not elsewhere.value.is_taken


async def test_a_fleet_that_is_not_there_is_unavailable() -> None:
    (port,) = free_ports(1)
    with pytest.raises(UnavailableError, match=f"http://127.0.0.1:{port} cannot be asked: Connection refused"):
        await HttpFleetReader(f"http://127.0.0.1:{port}").status()


async def test_a_blocked_event_loop_makes_a_probe_run_out_of_time() -> None:
    with listen("127.0.0.1", 0) as silent, pytest.raises(UnavailableError, match=r"does not answer within 0\.2 s"):
        await HttpFleetReader(url_of(silent), 0.2).live()


def _plain(status: int, text: str) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    return PlainTextResponse(text, status)


@pytest.mark.parametrize(
    ("app", "reason"), [(_plain(200, "hello"), "is not of this release's fleet"), (_plain(404, ""), "answered 404")]
)
async def test_another_program_on_that_address_is_told_from_a_fleet(app: ASGIApp, reason: str) -> None:
    async with served(app) as url:
        with pytest.raises(UnavailableError, match=reason):
            await HttpFleetReader(url).status()
