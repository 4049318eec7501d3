"""The suites on SQLite."""

from pathlib import Path

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
def url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def empty_url(tmp_path: Path) -> str:
    """A database that is not there yet."""
    return f"sqlite:///{tmp_path}/empty/poon.db"


class TestDecisionStore(DecisionStoreContract):
    """`DecisionStore` on SQLite."""


class TestDeadLetterBox(DeadLetterBoxContract):
    """`DeadLetterBox` on SQLite."""


class TestEventReader(EventReaderContract):
    """`EventReader` on SQLite."""


class TestReplay(ReplayContract):
    """Folds of what is stored on SQLite."""


class TestStoredMonths(StoredMonthsContract):
    """`StoredMonths` on SQLite."""


class TestSpendingRepository(SpendingRepositoryContract):
    """`SpendingRepository` on SQLite."""


class TestMappingRepository(MappingRepositoryContract):
    """`MappingRepository` on SQLite."""


class TestSpendingHistory(SpendingHistoryContract):
    """`SpendingHistory` on SQLite."""


class TestMonthEntries(MonthEntriesContract):
    """`MonthEntries` on SQLite."""


class TestDuplicateRepository(DuplicateRepositoryContract):
    """`DuplicateRepository` on SQLite."""


class TestWorkflows(WorkflowsContract):
    """`TimerStore` and `WorkflowBoard` on SQLite."""


class TestWorkflowHistories(WorkflowHistoriesContract):
    """`WorkflowHistories` on SQLite."""


class TestOwners(OwnersContract):
    """`OwnerReader` and `OwnerEraser` on SQLite."""


class TestStoryReader(StoryReaderContract):
    """`StoryReader` on SQLite."""


class TestProjections(ProjectionsContract):
    """`ProjectionStore` and `ProjectionBuilds` on SQLite."""


class TestReadModels(ReadModelsContract):
    """`ReadModels` on SQLite."""


class TestSchema(SchemaContract):
    """Migrations on SQLite."""

    @pytest.fixture
    def fresh_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path}/a folder/fresh.db"


class TestBackups(BackupsContract):
    """Copies, and going on from them, on SQLite."""
