"""Connections that stay out of the pool: used again, never when something is the matter with them."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.database import kept
from adapters.database.engine import MOST_KEPT, Database, open_database
from tests.integration.database.cutting import OTHERS, terminate
from tests.services.waiting import eventually
from workers.ports.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.integration


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    opened = open_database(postgres_url)
    yield opened
    await opened.close()


async def backend(database: Database) -> int:
    """The server's process that answers."""
    async with database.connection(commits_itself=True) as connection:
        return int((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())


def backends(url: str) -> set[int]:
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute(OTHERS)}


async def test_the_same_connection_answers_again(database: Database) -> None:
    assert await backend(database) == await backend(database)


async def test_each_statement_is_a_transaction_of_its_own(database: Database, postgres_url: str) -> None:
    async with database.connection(commits_itself=True) as connection:
        await connection.execute(text("CREATE TABLE noted (id int)"))
        with psycopg.connect(postgres_url) as other:
            assert other.execute("SELECT count(*) FROM noted").fetchone() == (0,)


async def test_one_the_server_has_closed_is_replaced_unnoticed(database: Database, postgres_url: str) -> None:
    first = await backend(database)
    terminate(postgres_url, OTHERS)
    assert await backend(database) != first


async def test_one_that_has_grown_old_is_replaced(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await backend(database)
    assert await backend(database) == first
    monkeypatch.setattr(kept, "LONGEST_LIFE", 0.0)
    assert await backend(database) != first


async def test_one_whose_row_was_refused_is_kept(database: Database) -> None:
    first = await backend(database)
    with pytest.raises(Exception, match="division by zero"):
        async with database.connection(commits_itself=True) as connection:
            await connection.execute(text("SELECT 1 / 0"))
    assert await backend(database) == first


async def test_one_that_broke_in_use_is_an_outage_and_never_used_again(database: Database, postgres_url: str) -> None:
    async def used_while_it_breaks() -> None:
        async with database.connection(commits_itself=True) as connection:
            terminate(postgres_url, OTHERS)
            await connection.execute(text("SELECT 1"))

    with pytest.raises(UnavailableError):
        await used_while_it_breaks()
    assert await backend(database) in backends(postgres_url)


async def test_one_given_up_in_the_middle_of_a_statement_is_closed(database: Database, postgres_url: str) -> None:
    first = await backend(database)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), database.connection(commits_itself=True) as connection:
            await connection.execute(text("SELECT pg_sleep(60)"))
    assert await backend(database) != first
    # The server notices a closed connection only once the cancelled statement has ended.
    await eventually(lambda: len(backends(postgres_url)) == 1, "the one given up to be gone")


async def test_one_left_in_a_transaction_is_closed(database: Database) -> None:
    first = await backend(database)
    async with database.connection(commits_itself=True) as connection:
        await connection.execute(text("BEGIN"))
    assert await backend(database) != first


async def test_only_a_few_are_kept_and_the_others_go_back_to_the_pool(postgres_url: str) -> None:
    size = 2 * MOST_KEPT + 1
    database = open_database(postgres_url, pool_size=size, connect_timeout=0.1)
    async with AsyncExitStack() as held:
        for _ in range(size):
            await held.enter_async_context(database.connection(commits_itself=True))
    async with AsyncExitStack() as held:
        for _ in range(size - MOST_KEPT):
            await held.enter_async_context(database.connection())
        with pytest.raises(UnavailableError, match="connections"):
            await held.enter_async_context(database.connection())
    await database.close()


async def test_a_pool_of_one_keeps_none_for_itself(postgres_url: str) -> None:
    database = open_database(postgres_url, pool_size=1, connect_timeout=0.1)
    await backend(database)
    async with database.connection() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1
    await database.close()


async def test_closing_closes_those_that_are_kept(database: Database, postgres_url: str) -> None:
    await backend(database)
    await database.close()
    assert backends(postgres_url) == set()


async def test_one_given_up_while_it_is_opened_leaves_its_place_in_the_pool(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def give_up(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    database = open_database(postgres_url, pool_size=1, connect_timeout=0.1)
    with monkeypatch.context() as patched:
        patched.setattr(AsyncConnection, "execution_options", give_up)
        with pytest.raises(asyncio.CancelledError):
            await backend(database)
    assert await backend(database)
    await database.close()


async def test_one_that_breaks_when_it_is_given_back_leaves_its_place_in_the_pool(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: AsyncConnection) -> None:
        raise OSError("gone")

    database = open_database(postgres_url, pool_size=2, connect_timeout=0.1)
    with monkeypatch.context() as patched:
        patched.setattr(AsyncConnection, "rollback", broken)
        for _ in range(3):
            with pytest.raises(UnavailableError):
                await backend(database)
    assert await backend(database)
    await database.close()
