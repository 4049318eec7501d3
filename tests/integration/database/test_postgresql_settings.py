"""PostgreSQL set up otherwise than we would."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import sql

from adapters.database import schema
from adapters.database.engine import open_database
from adapters.database.reading import SqlEventReader
from adapters.database.store import SqlDecisionStore
from tests.conformance.database.samples import TENANT, verdict
from tests.services.postgres import PostgresService
from workers.ports.errors import UnavailableError

pytestmark = pytest.mark.integration


async def test_moments_come_in_utc_from_a_server_in_another_zone(postgres_url: str) -> None:
    database = open_database(f"{postgres_url}?options=-c%20timezone%3DAsia/Bangkok")
    decided = verdict("c-1", occurred_at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC))
    store, reader = SqlDecisionStore(database), SqlEventReader(database)
    await store.commit([decided])
    (recorded,) = (await store.recorded([decided.key]))[decided.key]
    (streamed,) = await reader.stream(TENANT, recorded.stream)
    assert recorded == streamed == decided.events[0]
    assert recorded.occurred_at.utcoffset() == streamed.occurred_at.utcoffset() == timedelta(0)
    await database.close()


async def test_a_database_that_cannot_hold_thai_is_refused_at_start(postgres_service: PostgresService) -> None:
    with psycopg.connect(postgres_service.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
        try:
            database = open_database(f"{postgres_service.url.rpartition('/')[0]}/latin")
            with pytest.raises(UnavailableError, match="UTF8"):
                await database.check()
            await database.close()
        finally:
            connection.execute("DROP DATABASE latin WITH (FORCE)")


async def test_a_database_that_is_read_only_is_an_outage_and_not_the_rows_fault(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name))
    database = open_database(postgres_url)
    with pytest.raises(UnavailableError, match="read-only"):
        await SqlDecisionStore(database).commit([verdict("c-1")])
    await database.close()


def test_a_schema_is_judged_without_changing_anything(fresh_database: str) -> None:
    assert schema.schema_status(fresh_database) is schema.SchemaStatus.MISSING
    with psycopg.connect(fresh_database) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchall() == [(0,)]
