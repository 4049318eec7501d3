"""Queries on a replica: another database, and a user who may only read."""

import secrets
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from adapters.clock import SystemClock
from adapters.database.engine import open_database
from adapters.database.store import SqlDecisionStore
from tests.conformance.database.samples import TENANT, entry_verdict, spending
from tests.fakes.projections import spending_histories
from workers.bootstrap.projections import operators_projections, projections_on, read_models
from workers.config import Settings
from workers.ports.errors import UnavailableError
from workers.ports.queries import EntriesFilter, MonthRange
from workers.ports.store import Verdict

HISTORY = spending_histories(10, tenant=TENANT)
ALWAYS = MonthRange(HISTORY[0].occurred_at.date().replace(year=2000), HISTORY[0].occurred_at.date())


@pytest.fixture
def reader_url(postgres_url: str) -> Iterator[str]:
    """The database as somebody sees it who may read, and nothing else."""
    name, password = f"reader_{secrets.token_hex(4)}", secrets.token_hex(8)
    role = sql.Identifier(name)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password)))
        connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(role))
        yield make_url(postgres_url).set(username=name, password=password).render_as_string(hide_password=False)
        connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
        connection.execute(sql.SQL("DROP ROLE {}").format(role))


def settings(primary: str, replica: str) -> Settings:
    return Settings.model_validate({"database": {"url": primary, "replica_url": replica}})


async def test_queries_go_to_the_replica_as_somebody_who_may_only_read(
    postgres_url: str, reader_url: str, sqlite_url: str
) -> None:
    database = open_database(postgres_url)
    mine = spending("mine")
    await SqlDecisionStore(database).commit(
        [entry_verdict("c-1", mine), *(Verdict(event.inbox_key, (event,)) for event in HISTORY)]
    )
    for rebuilder in projections_on(database, SystemClock()).rebuilders.values():
        await rebuilder.rebuild(lambda _: None)
    await database.close()
    apart = settings(sqlite_url, reader_url)
    async with read_models(apart) as models:
        found = await models.entries(EntriesFilter(tenant=TENANT, owner=mine.owner), 10)
        assert found.entries == (mine,)
        assert await models.month_totals(TENANT, "owner-1", ALWAYS)
        assert await models.merchant_totals(TENANT, "owner-1", ALWAYS, 10)
        assert await models.quality(TENANT, *ALWAYS)
    async with operators_projections(apart) as projections:
        assert await projections.store.generations() == []
    async with operators_projections(settings(reader_url, postgres_url)) as projections:
        with pytest.raises(UnavailableError, match="permission denied"):
            await projections.rebuilders["spending"].rebuild(lambda _: None)


async def test_a_replica_that_is_away_is_said(sqlite_url: str) -> None:
    away = "postgresql://nobody@127.0.0.1:1/poon"
    async with read_models(settings(sqlite_url, away)) as models:
        with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:1/poon"):
            await models.entries(EntriesFilter(tenant=TENANT, owner="me"), 10)
