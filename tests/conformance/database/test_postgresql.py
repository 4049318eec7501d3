"""The suites on PostgreSQL."""

import re

import pytest

from adapters.database.engine import Database
from adapters.database.near import POSTGRESQL_NEAR, near_of
from tests.conformance.database.backups import BackupsContract
from tests.conformance.database.dead_letter_box import DeadLetterBoxContract
from tests.conformance.database.decision_store import DecisionStoreContract
from tests.conformance.database.duplicates import DuplicateRepositoryContract, kept
from tests.conformance.database.history import SpendingHistoryContract
from tests.conformance.database.mappings import MappingRepositoryContract
from tests.conformance.database.months import MonthEntriesContract
from tests.conformance.database.owners import OwnersContract
from tests.conformance.database.projections import ProjectionsContract
from tests.conformance.database.read_models import ReadModelsContract
from tests.conformance.database.reading import EventReaderContract, SpendingRepositoryContract
from tests.conformance.database.replaying import ReplayContract
from tests.conformance.database.retention import StoredMonthsContract
from tests.conformance.database.samples import spending
from tests.conformance.database.schema import SchemaContract
from tests.conformance.database.stories import StoryReaderContract
from tests.conformance.database.workflow_histories import WorkflowHistoriesContract
from tests.conformance.database.workflows import WorkflowsContract
from workers.ports.store import DecisionStore


@pytest.fixture
def url(postgres_url: str) -> str:
    return postgres_url


@pytest.fixture
def empty_url(fresh_database: str) -> str:
    """A database without tables."""
    return fresh_database


class TestDecisionStore(DecisionStoreContract):
    """`DecisionStore` on PostgreSQL."""


class TestDeadLetterBox(DeadLetterBoxContract):
    """`DeadLetterBox` on PostgreSQL."""


class TestEventReader(EventReaderContract):
    """`EventReader` on PostgreSQL."""


class TestReplay(ReplayContract):
    """Folds of what is stored on PostgreSQL."""


class TestStoredMonths(StoredMonthsContract):
    """`StoredMonths` on PostgreSQL."""


class TestSpendingRepository(SpendingRepositoryContract):
    """`SpendingRepository` on PostgreSQL."""


class TestMappingRepository(MappingRepositoryContract):
    """`MappingRepository` on PostgreSQL."""


class TestSpendingHistory(SpendingHistoryContract):
    """`SpendingHistory` on PostgreSQL."""


class TestMonthEntries(MonthEntriesContract):
    """`MonthEntries` on PostgreSQL."""


class TestDuplicateRepository(DuplicateRepositoryContract):
    """`DuplicateRepository` on PostgreSQL."""

    async def test_of_a_table_without_statistics_the_two_indexes_are_read_that_are_made_for_it(
        self, store: DecisionStore, database: Database
    ) -> None:
        """As in the first minute of a fleet, when every index that begins with the tenant looks as good."""
        await kept(store, *(spending(str(number), owner=f"owner-{number % 100}") for number in range(2_000)))
        asked = [near_of(spending("new", owner=f"owner-{number}")) for number in range(100)]
        columns = tuple([str(value) for value in column] for column in zip(*asked, strict=True))
        async with database.connection() as connection:
            rows = await connection.exec_driver_sql(f"EXPLAIN {POSTGRESQL_NEAR}", columns)
            plan = "\n".join(row[0] for row in rows)
        read = set(re.findall(r"\b(?:using|on) (\w+) (?:on|e)", plan))
        assert read == {"ix_spending_entries_tenant_owner_spent_on_id", "ix_spending_entries_reference"}, plan


class TestWorkflows(WorkflowsContract):
    """`TimerStore` and `WorkflowBoard` on PostgreSQL."""


class TestWorkflowHistories(WorkflowHistoriesContract):
    """`WorkflowHistories` on PostgreSQL."""


class TestOwners(OwnersContract):
    """`OwnerReader` and `OwnerEraser` on PostgreSQL."""


class TestStoryReader(StoryReaderContract):
    """`StoryReader` on PostgreSQL."""


class TestProjections(ProjectionsContract):
    """`ProjectionStore` and `ProjectionBuilds` on PostgreSQL."""


class TestReadModels(ReadModelsContract):
    """`ReadModels` on PostgreSQL."""


class TestSchema(SchemaContract):
    """Migrations on PostgreSQL."""

    @pytest.fixture
    def fresh_url(self, fresh_database: str) -> str:
        return fresh_database


class TestBackups(BackupsContract):
    """Copies, and going on from them, on PostgreSQL."""
