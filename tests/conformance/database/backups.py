"""What every `DatabaseBackup`, `ErasureLedger` and `RecordedEvents` promises."""

from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.database.backups import open_backup
from adapters.database.engine import Database
from adapters.database.erased_again import SqlErasureLedger
from adapters.database.erasing import SqlOwnerEraser
from adapters.database.recorded import SqlRecordedEvents
from adapters.database.schema import head_revision
from tests.conformance.database.owners import (
    AFTER,
    BEFORE,
    NOW,
    OTHER,
    OWNER,
    by,
    erase,
    everything,
    keep_all_kinds,
    recorded,
    sent,
    stored,
    tables_of,
)
from tests.conformance.database.retention import kept
from tests.conformance.database.samples import TENANT, spending, verdict
from workers.ports.backups import BackupError
from workers.ports.privacy import PastErasure, Standing
from workers.ports.store import DecisionStore, Erased, StoredEvent
from workers.runtime.backups import sum_differences

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class BackupsContract:
    """A subclass provides `url`, a database with the schema, and `empty_url`, one without."""

    async def test_a_copy_put_back_holds_every_row_as_it_was(
        self, url: str, empty_url: str, store: DecisionStore, database: Database, other: Database, tmp_path: Path
    ) -> None:
        await keep_all_kinds(store, OWNER)
        await keep_all_kinds(store, OTHER)
        before = await everything(database)
        file = tmp_path / "copy"

        snapshot = await open_backup(url).take(file)
        await stored(store, sent(verdict("later", owner=OWNER)))
        await open_backup(empty_url).check(file)
        await open_backup(empty_url).restore(file)

        assert snapshot.revision == head_revision()
        assert list(sum_differences(snapshot.sums, await open_backup(empty_url).sums())) == []
        assert {(one.table, one.tenant): one.rows for one in snapshot.sums}["events", TENANT] == 10
        assert await everything(other) == before
        (lost,) = sum_differences(await open_backup(url).sums(), snapshot.sums)
        assert lost == f"events of {TENANT}: 11 rows were backed up, 10 are there"

    async def test_another_value_in_a_row_is_another_sum(
        self, url: str, store: DecisionStore, database: Database
    ) -> None:
        await stored(store, recorded(spending("lunch", owner=OWNER)))
        before = await open_backup(url).sums()
        async with database.connection(writes=True) as connection:
            await connection.exec_driver_sql("UPDATE spending_entries SET merchant = 'another'")
            await connection.commit()
        assert list(sum_differences(before, await open_backup(url).sums())) == [
            f"spending_entries of {TENANT}: as many rows, but not with the same values"
        ]

    async def test_nothing_is_written_over(self, url: str, store: DecisionStore, tmp_path: Path) -> None:
        await stored(store, sent(verdict("kept", owner=OWNER)))
        backup = open_backup(url)
        await backup.take(tmp_path / "copy")
        before = await backup.sums()
        with pytest.raises(BackupError, match="has tables already: restore into a new one"):
            await backup.restore(tmp_path / "copy")
        assert await backup.sums() == before

    async def test_a_damaged_copy_is_found_and_not_put_back(self, url: str, empty_url: str, tmp_path: Path) -> None:
        file = tmp_path / "copy"
        await open_backup(url).take(file)
        file.write_bytes(file.read_bytes()[:100])
        with pytest.raises(BackupError):
            await open_backup(empty_url).check(file)

    async def test_who_was_erased_after_the_copy_is_erased_again_with_the_moment_it_had(
        self, url: str, empty_url: str, store: DecisionStore, database: Database, other: Database, tmp_path: Path
    ) -> None:
        await keep_all_kinds(store, OWNER)
        await keep_all_kinds(store, OTHER)
        await open_backup(url).take(tmp_path / "copy")
        await erase(database)
        (past,) = await SqlErasureLedger(database).all()
        assert past == PastErasure(TENANT, OWNER, "e-1", NOW)

        await open_backup(empty_url).restore(tmp_path / "copy")
        assert await tables_of(other, OWNER) != {}
        ledger = SqlErasureLedger(other)
        assert await ledger.take_up(past) is Standing.DUE
        assert await ledger.take_up(past) is Standing.DUE, "killed in between, it is taken up once more"
        await erase(other, now=AFTER + timedelta(days=1))

        assert await ledger.all() == [past], "the moment is the one it had, not the one of doing it again"
        assert await tables_of(other, OWNER) == {"owner_erasures": 1}
        assert (await tables_of(other, OTHER))["events"] == 5
        assert await ledger.take_up(past) is Standing.KNOWN

    async def test_an_owner_who_came_back_is_not_erased_again(self, store: DecisionStore, database: Database) -> None:
        await stored(store, by(OWNER, sent(verdict("came-back"), AFTER)))
        past = PastErasure(TENANT, OWNER, "e-1", BEFORE - timedelta(days=3650))
        assert await SqlErasureLedger(database).take_up(past) is Standing.LATER
        assert await SqlErasureLedger(database).all() == []
        assert "events" in await tables_of(database, OWNER)

    async def test_behind_the_fence_of_an_erasure_taken_up_again_nothing_is_stored(
        self, store: DecisionStore, database: Database
    ) -> None:
        past = PastErasure(TENANT, OWNER, "e-1", NOW)
        assert await SqlErasureLedger(database).take_up(past) is Standing.DUE
        (result,) = await store.commit([by(OWNER, sent(verdict("late")))])
        assert isinstance(result, Erased)

    async def test_an_older_erasure_is_known_where_a_newer_one_is(self, database: Database) -> None:
        eraser = SqlOwnerEraser(database)
        await eraser.begin(TENANT, OWNER, "e-2", NOW)
        assert await SqlErasureLedger(database).take_up(PastErasure(TENANT, OWNER, "e-1", BEFORE)) is Standing.KNOWN

    async def test_events_are_read_in_the_order_they_were_stored_from_a_moment_on(
        self, store: DecisionStore, database: Database
    ) -> None:
        noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
        for minutes, cause in ((2, "a"), (1, "z"), (0, "m"), (-1, "too-early")):
            await kept(database, store, noon + timedelta(minutes=minutes), sent(verdict(cause)))
        await stored(store, recorded(spending("lunch")))
        topic = verdict("m").events[0].topic
        assert [event.causation_id for event in await since(database, noon, topic)][:3] == ["m", "z", "a"]
        assert "too-early" in [event.causation_id for event in await since(database, LONG_AGO, topic)]
        assert await since(database, noon, "poon.privacy.events") == []


async def since(database: Database, moment: datetime, topic: str) -> list[StoredEvent]:
    async with aclosing(SqlRecordedEvents(database).since(moment, [topic])) as pages:
        return [event async for page in pages for event in page]
