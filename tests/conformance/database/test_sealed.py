"""What sealing promises, and that everything else is promised as before by a database that seals."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from adapters.database.engine import Database
from adapters.database.seals import MARK
from adapters.database.store import SqlDecisionStore
from adapters.database.tables import events
from contracts.commands.privacy import EraseOwner
from tests.conformance.database.backups import LONG_AGO, since
from tests.conformance.database.dead_letter_box import DeadLetterBoxContract
from tests.conformance.database.decision_store import DecisionStoreContract
from tests.conformance.database.old_rows import OldRowsContract
from tests.conformance.database.owners import OWNER, OwnersContract
from tests.conformance.database.planted import PAYLOAD, plant
from tests.conformance.database.read_models import ReadModelsContract
from tests.conformance.database.reading import EventReaderContract, SpendingRepositoryContract
from tests.conformance.database.replaying import ReplayContract
from tests.conformance.database.samples import TENANT, verdict
from tests.conformance.database.sealing import SealingContract
from tests.conformance.database.stories import StoryReaderContract
from tests.conformance.database.workflow_histories import WorkflowHistoriesContract
from tests.fakes.vault import CountingMasters, vault
from workers.ports.errors import UnavailableError
from workers.ports.store import CommitResult, InboxKey, StoredEvent, Verdict

SENT = datetime(2226, 1, 1, tzinfo=UTC)


class SealingStore:
    """`DecisionStore` that takes every verdict for one that holds something of its owner, as the runtime's do."""

    def __init__(self, database: Database) -> None:
        self._store = SqlDecisionStore(database)

    async def recorded(self, keys: Collection[InboxKey]) -> Mapping[InboxKey, tuple[StoredEvent, ...]]:
        return await self._store.recorded(keys)

    async def commit(self, verdicts: Sequence[Verdict]) -> Sequence[CommitResult]:
        return await self._store.commit([_sent(one) for one in verdicts])


def _sent(given: Verdict) -> Verdict:
    """What tells of an erasure holds nothing of the owner."""
    return given if given.key.handler == EraseOwner.area else given._replace(sent_at=given.sent_at or SENT)


class Sealed:
    @pytest.fixture
    def store(self, database: Database) -> SealingStore:
        database.seal_with(vault())
        return SealingStore(database)

    @pytest.fixture
    def other_store(self, other_database: Database) -> SealingStore:
        other_database.seal_with(vault())
        return SealingStore(other_database)


class OnSqlite:
    @pytest.fixture
    def url(self, sqlite_url: str) -> str:
        return sqlite_url


class OnPostgresql:
    @pytest.fixture
    def url(self, postgres_url: str) -> str:
        return postgres_url


class TestSealing(OnSqlite, SealingContract):
    """Sealing on SQLite."""


class TestSealingPostgresql(OnPostgresql, SealingContract):
    """Sealing on PostgreSQL."""


class TestOldRows(OnSqlite, OldRowsContract):
    """Sealing old rows on SQLite."""


class TestOldRowsPostgresql(OnPostgresql, OldRowsContract):
    """Sealing old rows on PostgreSQL."""


class TestDecisionStore(OnSqlite, Sealed, DecisionStoreContract):
    """`DecisionStore`, sealed, on SQLite."""


class TestDecisionStorePostgresql(OnPostgresql, Sealed, DecisionStoreContract):
    """`DecisionStore`, sealed, on PostgreSQL."""


class TestDeadLetterBox(OnSqlite, Sealed, DeadLetterBoxContract):
    """`DeadLetterBox`, sealed, on SQLite."""


class TestDeadLetterBoxPostgresql(OnPostgresql, Sealed, DeadLetterBoxContract):
    """`DeadLetterBox`, sealed, on PostgreSQL."""


class TestEventReader(OnSqlite, Sealed, EventReaderContract):
    """`EventReader`, sealed."""


class TestSpendingRepository(OnSqlite, Sealed, SpendingRepositoryContract):
    """`SpendingRepository`, sealed."""


class TestReplay(OnSqlite, Sealed, ReplayContract):
    """Folds of what is sealed."""


class TestOwners(OnSqlite, Sealed, OwnersContract):
    """`OwnerReader` and `OwnerEraser`, sealed, on SQLite."""


class TestStoryReader(OnSqlite, Sealed, StoryReaderContract):
    """`StoryReader`, sealed."""


class TestWorkflowHistories(OnSqlite, Sealed, WorkflowHistoriesContract):
    """`WorkflowHistories`, sealed."""


class TestReadModels(OnSqlite, Sealed, ReadModelsContract):
    """`ReadModels`, sealed."""


class TamperedDecisions(Sealed):
    async def test_a_decision_that_was_changed_is_waited_for_by_its_name_and_decided_no_second_time(
        self, store: SealingStore, database: Database
    ) -> None:
        decided, other = verdict("c-1"), verdict("c-2")
        await store.commit([decided, other])
        (mine,), (theirs,) = decided.events, other.events
        async with database.connection(writes=True) as connection:
            moved = select(events.c.data).where(events.c.id == theirs.id).scalar_subquery()
            await connection.execute(update(events).where(events.c.id == mine.id).values(data=moved))
            await connection.commit()
        with pytest.raises(UnavailableError, match=f"restore it from a backup: event {mine.id}"):
            await store.recorded([decided.key])
        with pytest.raises(UnavailableError, match=str(mine.id)):
            await store.commit([decided])
        assert (await store.recorded([other.key]))[other.key] == other.events


class TestTamperedDecisions(OnSqlite, TamperedDecisions):
    """Sealed decisions that were changed, on SQLite."""


class TestTamperedDecisionsPostgresql(OnPostgresql, TamperedDecisions):
    """Sealed decisions that were changed, on PostgreSQL."""


class RecordedSealed(Sealed):
    async def test_what_is_published_again_is_in_the_clear(self, store: SealingStore, database: Database) -> None:
        await plant(database)
        assert await store.commit([verdict("one-more")])
        found = await since(database, LONG_AGO, verdict("one-more").events[0].topic)
        assert PAYLOAD in "".join(event.data for event in found)
        assert not [event for event in found if event.data.startswith(MARK)]


class TestRecordedEvents(OnSqlite, RecordedSealed):
    """`RecordedEvents`, sealed, on SQLite."""


class TestRecordedEventsPostgresql(OnPostgresql, RecordedSealed):
    """`RecordedEvents`, sealed, on PostgreSQL."""


class KeysForFiles:
    async def test_who_seals_what_is_to_last_learns_at_once_that_another_has_destroyed_the_key(
        self, database: Database, other_database: Database
    ) -> None:
        for opened in (database, other_database):
            opened.seal_with(vault())
        keys, others = database.seals.keys, other_database.seals.keys
        old = await keys.key_of(TENANT, OWNER, anew=True)
        assert await others.key_of(TENANT, OWNER, anew=False) == old
        await others.destroy(TENANT, OWNER)
        assert await keys.key_of(TENANT, OWNER, anew=False) == old, "what is remembered is still good for a cache"
        new = await keys.key_of(TENANT, OWNER, anew=True)
        assert (new.generation, new.id == old.id, new.secret == old.secret) == (2, False, False)
        assert await keys.key_of(TENANT, OWNER, anew=False) == new

    async def test_who_only_reads_makes_no_key(self, database: Database, other_database: Database) -> None:
        for opened in (database, other_database):
            opened.seal_with(vault())
        keys, others = database.seals.keys, other_database.seals.keys
        assert await keys.known_key_of(TENANT, OWNER) is None
        assert await others.existing([(TENANT, OWNER)]) == {}
        made = await others.key_of(TENANT, OWNER, anew=True)
        assert await keys.known_key_of(TENANT, OWNER) == made
        await others.destroy(TENANT, OWNER)
        assert await keys.known_key_of(TENANT, OWNER) is None

    async def test_a_key_looked_up_anew_is_unwrapped_once_for_as_long_as_it_is_remembered(
        self, database: Database, other_database: Database
    ) -> None:
        usual = vault()
        masters = CountingMasters(usual.masters)
        database.seal_with(usual._replace(masters=masters))
        other_database.seal_with(usual)
        keys, others = database.seals.keys, other_database.seals.keys
        made = await others.key_of(TENANT, OWNER, anew=True)
        found = [await keys.key_of(TENANT, OWNER, anew=True) for _ in range(3)]
        assert [*found, await keys.known_key_of(TENANT, OWNER)] == [made] * 4
        assert masters.unwrapped == 1
        await others.destroy(TENANT, OWNER)
        await others.key_of(TENANT, OWNER, anew=True)
        await keys.key_of(TENANT, OWNER, anew=True)
        assert masters.unwrapped == 2, "another key, another request"


class TestKeysForFiles(OnSqlite, KeysForFiles):
    """`OwnerKeySource` on SQLite."""


class TestKeysForFilesPostgresql(OnPostgresql, KeysForFiles):
    """`OwnerKeySource` on PostgreSQL."""
