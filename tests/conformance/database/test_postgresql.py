"""The suites on PostgreSQL."""

import pytest

from tests.conformance.database.backups import BackupsContract
from tests.conformance.database.dead_letter_box import DeadLetterBoxContract
from tests.conformance.database.decision_store import DecisionStoreContract
from tests.conformance.database.duplicates import DuplicateRepositoryContract
from tests.conformance.database.history import SpendingHistoryContract
from tests.conformance.database.mappings import MappingRepositoryContract
from tests.conformance.database.months import MonthEntriesContract
from tests.conformance.database.owners import OwnersContract
from tests.conformance.database.projections import ProjectionsContract
from tests.conformance.database.read_models import ReadModelsContract
from tests.conformance.database.reading import EventReaderContract, SpendingRepositoryContract
from tests.conformance.database.replaying import ReplayContract
from tests.conformance.database.retention import StoredMonthsContract
from tests.conformance.database.schema import SchemaContract
from tests.conformance.database.stories import StoryReaderContract
from tests.conformance.database.workflow_histories import WorkflowHistoriesContract
from tests.conformance.database.workflows import WorkflowsContract


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
