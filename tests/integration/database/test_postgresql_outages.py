"""PostgreSQL goes away at a bad moment and comes back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Final

import psycopg
import pytest

from adapters.database import schema
from adapters.database.engine import Database, open_database
from adapters.database.reading import SqlEventReader
from adapters.database.store import SqlDecisionStore
from tests.conformance.database.samples import TENANT, entry_verdict, spending, verdict
from tests.integration.database.cutting import OTHERS, terminate
from tests.services.postgres import NativePostgres, native_postgres_is_possible
from tests.services.waiting import eventually
from workers.ports.errors import UnavailableError
from workers.ports.store import Committed

pytestmark = pytest.mark.integration

PASSWORD: Final = "horse-staple"
WAITING: Final = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    opened = open_database(postgres_url)
    yield opened
    await opened.close()


@pytest.fixture
def store(database: Database) -> SqlDecisionStore:
    return SqlDecisionStore(database)


@contextmanager
def locked_tables(url: str) -> Iterator[None]:
    """Nobody else can write, as in the middle of somebody's migration."""
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        yield


def waiting_backends(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(WAITING)]


async def cut_what_waits(url: str) -> None:
    await eventually(lambda: waiting_backends(url), "the commit to wait for the lock")
    terminate(url, WAITING)


async def test_a_connection_cut_in_the_middle_of_a_commit_is_an_outage_and_repeating_works(
    store: SqlDecisionStore, postgres_url: str
) -> None:
    batch = [entry_verdict(f"c-{number}", spending(f"entry {number}")) for number in range(50)]
    with locked_tables(postgres_url):
        outage, _ = await asyncio.gather(store.commit(batch), cut_what_waits(postgres_url), return_exceptions=True)
    assert isinstance(outage, UnavailableError)
    results = await store.commit(batch)
    assert results == [Committed(decided.key, decided.events) for decided in batch]


async def test_connections_cut_while_idle_are_replaced_unnoticed(store: SqlDecisionStore, postgres_url: str) -> None:
    await store.commit([verdict("c-1")])
    terminate(postgres_url, OTHERS)
    (result,) = await store.commit([verdict("c-2")])
    assert isinstance(result, Committed)


async def test_a_transaction_that_takes_too_long_is_an_outage(postgres_url: str) -> None:
    impatient = open_database(postgres_url, operation_timeout=1.0)
    store = SqlDecisionStore(impatient)
    with locked_tables(postgres_url), pytest.raises(UnavailableError):
        await store.commit([verdict("c-1")])
    (result,) = await store.commit([verdict("c-1")])
    assert result == Committed(verdict("c-1").key, verdict("c-1").events)
    await impatient.close()


async def test_a_commit_given_up_by_its_caller_stores_nothing_and_can_be_repeated(
    store: SqlDecisionStore, postgres_url: str
) -> None:
    with locked_tables(postgres_url), pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await store.commit([verdict("c-1")])
    assert await store.recorded([verdict("c-1").key]) == {}
    (result,) = await store.commit([verdict("c-1")])
    assert result == Committed(verdict("c-1").key, verdict("c-1").events)


async def test_a_pool_with_nothing_left_is_an_outage(postgres_url: str) -> None:
    small = open_database(postgres_url, pool_size=1, connect_timeout=0.1)
    async with AsyncExitStack() as held:
        await held.enter_async_context(small.connection())
        with pytest.raises(UnavailableError, match="connections"):
            await SqlDecisionStore(small).recorded([verdict("c-1").key])
    await small.close()


async def test_an_outage_names_the_place_but_never_the_password(unused_tcp_port: int) -> None:
    nowhere = open_database(f"postgresql://poon:{PASSWORD}@127.0.0.1:{unused_tcp_port}/poon")
    with pytest.raises(UnavailableError) as raised:
        await nowhere.check()
    assert f"127.0.0.1:{unused_tcp_port}/poon" in str(raised.value)
    assert PASSWORD not in str(raised.value)
    await nowhere.close()


async def test_a_missing_database_is_an_outage(postgres_url: str) -> None:
    missing = open_database(f"{postgres_url.rpartition('/')[0]}/no_such_database")
    with pytest.raises(UnavailableError, match="no_such_database"):
        await missing.check()
    await missing.close()


@pytest.mark.skipif(not native_postgres_is_possible(), reason="needs a PostgreSQL of its own to kill")
async def test_a_killed_and_restarted_server_keeps_what_was_acknowledged() -> None:
    with NativePostgres(volatile=False) as server:
        schema.migrate(server.url)
        database = open_database(server.url, connect_timeout=5)
        store, reader = SqlDecisionStore(database), SqlEventReader(database)
        before = entry_verdict("c-1", spending())
        await store.commit([before])
        server.kill()
        for operation in (store.commit([verdict("c-2")]), store.recorded([before.key]), reader.stream(TENANT, "x")):
            with pytest.raises(UnavailableError):
                await operation
        server.start()
        (again,) = await store.commit([before])
        assert again == Committed(before.key, before.events, duplicate=True)
        (after,) = await store.commit([verdict("c-2")])
        assert isinstance(after, Committed)
        await database.close()
