"""A migrated, empty database of each kind, and the adapters on it. A suite says by `url` which one it runs on."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.database import schema
from adapters.database.dead_letters import SqlDeadLetterBox
from adapters.database.duplicates import SqlDuplicateRepository
from adapters.database.engine import Database, open_database
from adapters.database.history import SqlSpendingHistory
from adapters.database.mapping_reading import SqlMappingRepository
from adapters.database.months import SqlMonthEntries
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.store import SqlDecisionStore
from adapters.database.workflow_histories import SqlWorkflowHistories
from adapters.database.workflows import SqlTimerStore, SqlWorkflowBoard
from tests.services.migrated import migrated_sqlite
from tests.services.postgres import PostgresService
from workers.workflows.handlers import stream_of


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return migrated_sqlite(tmp_path / "poon.db")


@pytest.fixture(scope="session")
def migrated_postgres(postgres_service: PostgresService) -> Iterator[str]:
    with postgres_service.fresh_database() as url:
        schema.migrate(url)
        yield url


@pytest.fixture
def postgres_url(migrated_postgres: str) -> str:
    with psycopg.connect(migrated_postgres) as connection:
        connection.execute(
            "TRUNCATE events, spending_entries, category_mappings, dead_letters, workflow_runs, workflow_timers,"
            " duplicate_pairs, owner_erasures, owner_keys, sealing_walks,"
            " projection_generations, projection_streams, spending_months, spending_merchants, processing_quality"
        )
    return migrated_postgres


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = open_database(url)
    yield opened
    await opened.close()


@pytest.fixture
async def other_database(url: str) -> AsyncIterator[Database]:
    """What another worker has: its own connections to the same database."""
    opened = open_database(url)
    yield opened
    await opened.close()


@pytest.fixture
async def other(empty_url: str) -> AsyncIterator[Database]:
    """Another database, without a schema until something is restored into it."""
    opened = open_database(empty_url)
    yield opened
    await opened.close()


@pytest.fixture
def store(database: Database) -> SqlDecisionStore:
    return SqlDecisionStore(database)


@pytest.fixture
def other_store(other_database: Database) -> SqlDecisionStore:
    return SqlDecisionStore(other_database)


@pytest.fixture
def reader(database: Database) -> SqlEventReader:
    return SqlEventReader(database)


@pytest.fixture
def repository(database: Database) -> SqlSpendingRepository:
    return SqlSpendingRepository(database)


@pytest.fixture
def duplicates(database: Database, repository: SqlSpendingRepository) -> SqlDuplicateRepository:
    return SqlDuplicateRepository(database, repository)


@pytest.fixture
def mappings(database: Database) -> SqlMappingRepository:
    return SqlMappingRepository(database)


@pytest.fixture
def other_mappings(other_database: Database) -> SqlMappingRepository:
    return SqlMappingRepository(other_database)


@pytest.fixture
def history(database: Database) -> SqlSpendingHistory:
    return SqlSpendingHistory(database)


@pytest.fixture
def box(database: Database) -> SqlDeadLetterBox:
    return SqlDeadLetterBox(database)


@pytest.fixture
def other_box(other_database: Database) -> SqlDeadLetterBox:
    return SqlDeadLetterBox(other_database)


@pytest.fixture
def board(database: Database) -> SqlWorkflowBoard:
    return SqlWorkflowBoard(database)


@pytest.fixture
def timers(database: Database) -> SqlTimerStore:
    return SqlTimerStore(database)


@pytest.fixture
def histories(database: Database) -> SqlWorkflowHistories:
    return SqlWorkflowHistories(database, stream_of)


@pytest.fixture
def months(database: Database) -> SqlMonthEntries:
    return SqlMonthEntries(database)
