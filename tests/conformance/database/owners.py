"""What every `OwnerReader` and `OwnerEraser` promises, and every `DecisionStore` about owners that were erased."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from adapters.database.engine import Database
from adapters.database.erasing import EVENTS_AT_ONCE, SqlOwnerEraser
from adapters.database.owners import TABLES, SqlOwnerReader
from adapters.database.projection_builds import SqlProjectionBuilds
from adapters.database.projections import SqlProjectionStore
from adapters.database.reading import SqlEventReader
from adapters.database.tables import METADATA, owner_keys
from contracts.codec import encode
from contracts.commands.privacy import EraseOwner
from contracts.events.spending import SpendingRecorded
from contracts.mappings import MappingStatus
from tests.conformance.database.samples import (
    TENANT,
    entry_id,
    entry_verdict,
    full_spending,
    lettered,
    mapping,
    mapping_verdict,
    spending,
    verdict,
)
from tests.conformance.database.workflows import run, timer
from tests.fakes.clock import FakeClock
from workers.domain.mappings import SHARED, mapping_stream
from workers.domain.spending import SpendingEntry, entry_stream
from workers.ports.store import Committed, Conflicted, DecisionStore, Erased, StoredEvent, Verdict
from workers.ports.workflows import WORKFLOW_STREAM, TimerChange, WorkflowUpdate
from workers.projections.projector import Projector, happened_of
from workers.projections.rebuilding import Rebuilder
from workers.projections.spending import SpendingTotals

OWNER = "somchai"
OTHER = "somsri"
PLANTED = "ข้าวมันไก่"
BEFORE = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
NOW = datetime(2126, 3, 2, 6, 0, tzinfo=UTC)
"""Later than the database's own time, so that it is the moment of the erasure."""
AFTER = NOW + timedelta(seconds=1)


def sent(decided: Verdict, at: datetime = BEFORE) -> Verdict:
    return decided._replace(sent_at=at)


def by(owner: str, decided: Verdict) -> Verdict:
    return sent(decided._replace(events=tuple(one._replace(owner=owner) for one in decided.events)))


def recorded(entry: SpendingEntry, cause: str = "recorded") -> Verdict:
    """An entry with the event that led to it, as a worker stores it."""
    event = SpendingRecorded(
        entry_id=entry.id,
        version=entry.version,
        **{
            name: getattr(entry, name)
            for name in SpendingRecorded.model_fields.keys() & entry._asdict().keys() - {"version"}
        },
    )
    made = entry_verdict(f"{cause}-{entry.owner}", entry)
    data = encode(event).decode()
    return sent(made._replace(events=tuple(one._replace(type=event.type, data=data) for one in made.events)))


def workflow_verdict(owner: str, workflow_id: UUID) -> Verdict:
    made = verdict(f"flow-{owner}", owner=owner, stream=f"{WORKFLOW_STREAM}{workflow_id}")
    where = run(workflow_id, owner=owner)
    due = timer(workflow_id)._replace(owner=owner)
    return sent(made._replace(workflow=WorkflowUpdate(where, (TimerChange("extract", due),))))


async def stored(store: DecisionStore, *decided: Verdict) -> None:
    for result in await store.commit(decided):
        assert isinstance(result, Committed), result


async def keep_all_kinds(store: DecisionStore, owner: str) -> None:
    """Something of an owner in every table that the command side writes."""
    entry = full_spending()._replace(id=entry_id(f"full-{owner}"), owner=owner, deleted_reason=None)
    await stored(
        store,
        recorded(entry),
        by(owner, mapping_verdict(f"taught-{owner}", mapping(PLANTED, owner=owner))),
        sent(verdict(f"parsed-{owner}", owner=owner)),
        sent(lettered(verdict(f"given-up-{owner}", owner=owner), key=f"{TENANT}/{owner}".encode())),
        workflow_verdict(owner, entry_id(f"flow-{owner}")),
    )


async def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables but that of keys, which tell nothing of anybody."""
    found = {}
    async with database.connection() as connection:
        for table in [table for table in METADATA.sorted_tables if table is not owner_keys]:
            rows = await connection.execute(select(table).order_by(*table.primary_key))
            found[table.name] = [tuple(row) for row in rows]
    return found


def names(row: Sequence[object], owner: str) -> bool:
    """Whether a row is about an owner of the tenant these tests erase in."""
    return "rival" not in row and any(owner in readable(value) for value in row)


def readable(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


async def erase(database: Database, command_id: str = "e-1", now: datetime = NOW) -> dict[str, int]:
    eraser = SqlOwnerEraser(database)
    await eraser.begin(TENANT, OWNER, command_id, now)
    await eraser.destroy_key(TENANT, OWNER)
    while await eraser.remove_some(TENANT, OWNER):
        pass
    ended = await eraser.finish(TENANT, OWNER)
    assert not ended.under_way
    return {name: count for name, count in ended.removed.items() if count}


async def tables_of(database: Database, owner: str) -> dict[str, int]:
    found: dict[str, int] = {}
    async for row in SqlOwnerReader(database).rows(TENANT, owner):
        found[row.table] = found.get(row.table, 0) + 1
    return found


async def followed(database: Database, projector: Projector) -> None:
    builds = SqlProjectionBuilds(database)
    await Rebuilder(projector, SqlProjectionStore(database), builds, FakeClock(), "me").rebuild(lambda _: None)


def projector_on(database: Database) -> Projector:
    return Projector(SpendingTotals(), SqlProjectionStore(database), SqlEventReader(database))


class OwnersContract:
    def test_every_table_with_an_owner_is_read(self) -> None:
        assert {table.name for table in TABLES} == {
            table.name for table in METADATA.sorted_tables if "owner" in table.columns and table.name != "owner_keys"
        }

    async def test_all_rows_of_an_owner_are_read_and_nobody_elses(
        self, store: DecisionStore, database: Database
    ) -> None:
        await keep_all_kinds(store, OWNER)
        await keep_all_kinds(store, OTHER)
        await followed(database, projector_on(database))
        assert await tables_of(database, OWNER) == {
            "events": 5,
            "spending_entries": 1,
            "category_mappings": 1,
            "dead_letters": 1,
            "workflow_runs": 1,
            "workflow_timers": 1,
            "spending_months": 1,
            "spending_merchants": 1,
        }
        assert await tables_of(database, "nobody") == {}
        assert await tables_of(database, "\0") == {}

    async def test_erasing_leaves_nothing_of_an_owner_and_everything_of_the_others(
        self, store: DecisionStore, database: Database
    ) -> None:
        await keep_all_kinds(store, OTHER)
        await keep_all_kinds(store, OWNER)
        await stored(store, recorded(spending("lunch", tenant="rival", owner=OWNER), "rival"))
        await followed(database, projector_on(database))
        before = await everything(database)
        others = {name: [row for row in rows if not names(row, OWNER)] for name, rows in before.items()}
        assert {name for name in before if before[name] != others[name]} == {
            *await tables_of(database, OWNER),
            "projection_streams",
        }

        removed = await erase(database)

        assert removed == {
            "events": 5,
            "entries": 1,
            "mappings": 1,
            "dead_letters": 1,
            "workflows": 1,
            "timers": 1,
            "totals": 2,
        }
        after = await everything(database)
        (erasure,) = after.pop("owner_erasures")
        assert erasure[:3] == (TENANT, OWNER, "e-1")
        assert after == {name: rows for name, rows in others.items() if name != "owner_erasures"}

    async def test_more_events_than_go_at_once_all_go(self, store: DecisionStore, database: Database) -> None:
        await stored(store, *(sent(verdict(f"c-{number}")) for number in range(EVENTS_AT_ONCE + 3)))
        assert (await erase(database))["events"] == EVENTS_AT_ONCE + 3

    async def test_a_command_that_was_sent_before_is_refused_and_one_sent_after_takes_effect(
        self, store: DecisionStore, database: Database
    ) -> None:
        await erase(database)
        late, new = (
            sent(entry_verdict("late", spending("late")), NOW),
            sent(entry_verdict("new", spending("new")), AFTER),
        )
        other = sent(entry_verdict("other", spending("other", owner=OTHER)), BEFORE)
        assert await store.commit([late, new, other]) == [
            Erased(late.key, under_way=False),
            Committed(new.key, new.events),
            Committed(other.key, other.events),
        ]
        assert await store.commit([late]) == [Erased(late.key, under_way=False)]
        assert (await tables_of(database, OWNER))["spending_entries"] == 1

    async def test_what_is_no_news_of_the_owner_is_stored_all_the_same(
        self, store: DecisionStore, database: Database
    ) -> None:
        await erase(database)
        refusal = verdict("late")
        assert await store.commit([refusal]) == [Committed(refusal.key, refusal.events)]

    async def test_a_dead_letter_of_a_late_command_is_not_kept(self, store: DecisionStore, database: Database) -> None:
        await erase(database)
        late = sent(lettered(verdict("late")))
        assert await store.commit([late]) == [Erased(late.key, under_way=False)]
        assert "dead_letters" not in await tables_of(database, OWNER)

    async def test_while_an_owner_is_erased_nothing_of_it_is_stored(
        self, store: DecisionStore, database: Database
    ) -> None:
        await SqlOwnerEraser(database).begin(TENANT, OWNER, "e-1", NOW)
        new = sent(entry_verdict("new", spending("new")), AFTER)
        assert await store.commit([new]) == [Erased(new.key, under_way=True)]
        await erase(database)
        assert isinstance((await store.commit([new]))[0], Committed)

    async def test_a_late_command_that_changes_an_entry_is_refused_and_no_conflict(
        self, store: DecisionStore, database: Database
    ) -> None:
        lunch = spending("lunch")
        await stored(store, sent(entry_verdict("c-1", lunch)))
        await erase(database)
        late = sent(entry_verdict("c-2", lunch._replace(version=2)))
        assert await store.commit([late]) == [Erased(late.key, under_way=False)]
        newer = sent(entry_verdict("c-3", lunch._replace(version=2)), AFTER)
        assert isinstance((await store.commit([newer]))[0], Conflicted)

    async def test_the_same_command_goes_on_where_it_was_killed_and_never_begins_anew(
        self, store: DecisionStore, database: Database, other_database: Database
    ) -> None:
        await keep_all_kinds(store, OWNER)
        killed = SqlOwnerEraser(database)
        begun = await killed.begin(TENANT, OWNER, "e-1", NOW)
        await killed.note_files(TENANT, OWNER, 7)
        await killed.remove_some(TENANT, OWNER)

        again = await SqlOwnerEraser(other_database).begin(TENANT, OWNER, "e-1", AFTER)
        assert (again.until, again.under_way) == (begun.until, True)
        assert (again.removed["files"], again.removed["events"]) == (7, 5)
        removed = await erase(other_database)
        assert (removed["files"], removed["events"], removed["entries"]) == (7, 5, 1)

        new = sent(entry_verdict("new", spending("new")), AFTER)
        await stored(store, new)
        over = await SqlOwnerEraser(database).begin(TENANT, OWNER, "e-1", AFTER)
        assert (over.until, over.under_way, over.removed["events"]) == (begun.until, False, 5)

    async def test_another_command_erases_what_came_since(self, store: DecisionStore, database: Database) -> None:
        await erase(database)
        await stored(store, sent(entry_verdict("new", spending("new")), AFTER))
        assert await erase(database, "e-2", AFTER) == {"events": 1, "entries": 1}
        late = sent(verdict("late"), AFTER)
        assert await store.commit([late]) == [Erased(late.key, under_way=False)]

    async def test_the_moment_is_never_before_the_databases_own_time(self, database: Database) -> None:
        begun = await SqlOwnerEraser(database).begin(TENANT, OWNER, "e-1", BEFORE)
        assert begun.until > BEFORE

    async def test_a_mapping_that_is_everybodys_stays_and_names_nobody(
        self, store: DecisionStore, database: Database
    ) -> None:
        shared = mapping("ร้านกลาง", owner=SHARED, status=MappingStatus.CANDIDATE)
        proposed = mapping_verdict("taught", shared)
        await stored(store, by(OWNER, proposed))
        assert await erase(database) == {"shared": 1}
        (event,) = await SqlEventReader(database).stream(TENANT, mapping_stream(shared.id))
        assert (event.owner, event.causation_id, event.correlation_id) == (
            SHARED,
            event.causation_id,
            event.causation_id,
        )
        assert not await store.recorded([proposed.key]), "half a decision would be taken for the whole"
        async with database.connection() as connection:
            held = METADATA.tables["category_mappings"]
            assert (await connection.execute(select(held.c.owner))).scalars().all() == [SHARED]

    async def test_what_tells_of_the_erasure_stays(self, store: DecisionStore, database: Database) -> None:
        await erase(database)
        told = verdict("e-1", handler=EraseOwner.area, stream="privacy-e-1", data="{}")
        await stored(store, told._replace(key=told.events[0].inbox_key))
        assert await erase(database, "e-2", AFTER) == {}
        assert await store.recorded([told.events[0].inbox_key])

    async def test_whatever_is_being_stored_when_it_begins_is_gone_at_the_end(
        self, store: DecisionStore, other_store: DecisionStore, database: Database
    ) -> None:
        """Without a lock a commit that began before the erasure would end behind its last deletion."""

        async def storing(through: DecisionStore, name: str) -> None:
            for number in range(40):
                one = spending(f"{name}-{number}", owner=OWNER)
                await through.commit([sent(entry_verdict(f"{name}-{number}", one))])

        async with asyncio.TaskGroup() as group:
            group.create_task(storing(store, "one"))
            group.create_task(storing(other_store, "two"))
            group.create_task(erase(database))
        assert set(await tables_of(database, OWNER)) == {"owner_erasures"}

    async def test_a_follower_that_lags_behind_does_not_bring_an_entry_back(
        self, store: DecisionStore, database: Database
    ) -> None:
        entry = spending("lunch", owner=OWNER)
        await stored(store, recorded(entry))
        projector = projector_on(database)
        await followed(database, projector)
        late = spending("dinner", owner=OWNER)
        await stored(store, recorded(late, "late"))
        topic: Sequence[StoredEvent] = [
            *await SqlEventReader(database).stream(TENANT, entry_stream(entry.id)),
            *await SqlEventReader(database).stream(TENANT, entry_stream(late.id)),
        ]
        await erase(database)
        await projector.apply([happened_of(event) for event in topic])
        rows = await everything(database)
        assert not rows["projection_streams"]
        assert not rows["spending_months"]
        assert not rows["spending_merchants"]

        new = spending("new", owner=OWNER)
        await stored(store, recorded(new, "new")._replace(sent_at=AFTER))
        await projector.apply(
            [happened_of(event) for event in await SqlEventReader(database).stream(TENANT, entry_stream(new.id))]
        )
        assert len((await everything(database))["spending_merchants"]) == 1
