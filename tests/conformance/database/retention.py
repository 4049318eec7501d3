"""What every `StoredMonths` promises."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from adapters.database.engine import Database
from adapters.database.retention import PAGE, SqlStoredMonths
from adapters.database.tables import dead_letters, events
from tests.conformance.database.samples import (
    TENANT,
    entry_id,
    entry_verdict,
    event,
    lettered,
    mapping,
    mapping_verdict,
    spending,
    verdict,
)
from workers.ports.archive import ArchivedEvent, Month, StoredMonths
from workers.ports.store import Committed, DecisionStore, EventReader, InboxKey, StoredEvent, Verdict
from workers.ports.workflows import Phase, WorkflowRun, WorkflowUpdate
from workers.workflows.handlers import stream_of

MARCH, APRIL, MAY = (Month(2026, month) for month in (3, 4, 5))
WORKFLOW = UUID(int=7)


async def kept(database: Database, store: DecisionStore, at: datetime, *verdicts: Verdict) -> None:
    """Store verdicts as if the database's clock had shown this."""
    results = await store.commit(verdicts)
    assert all(isinstance(result, Committed) for result in results)
    ids = [event.id for verdict in verdicts for event in verdict.events]
    async with database.connection(writes=True) as connection:
        await connection.execute(update(events).where(events.c.id.in_(ids)).values(recorded_at=at))
        await connection.commit()


def workflow_verdict(cause: str, version: int, phase: Phase) -> Verdict:
    """A transition of a workflow that leaves it in a phase."""
    stored = event(cause, stream=stream_of(WORKFLOW), version=version, correlation_id="start")
    at = stored.occurred_at
    run = WorkflowRun(TENANT, WORKFLOW, "somchai", "process_receipt", phase, version, None, None, "start", at, at)
    return Verdict(stored.inbox_key, (stored,), workflow=WorkflowUpdate(run, ()))


async def deleted(months: StoredMonths, before: Month = MAY) -> int:
    """How many events go in all."""
    count, last = 0, ("", "")
    while (gone := await months.delete_over(before, last)).streams:
        count, last = count + gone.events, gone.last
    return count


async def left(reader: EventReader) -> Sequence[str]:
    return [stored.causation_id async for stored in reader.scan()]


class StoredMonthsContract:
    @pytest.fixture
    def months(self, database: Database) -> SqlStoredMonths:
        return SqlStoredMonths(database)

    async def test_the_time_is_the_databases_own(self, months: StoredMonths) -> None:
        first = await months.now()
        assert first.utcoffset() == timedelta(0)
        assert first <= await months.now()

    async def test_months_are_told_by_utc_and_the_oldest_first(
        self, database: Database, store: DecisionStore, months: StoredMonths
    ) -> None:
        assert await months.months(MAY) == []
        await kept(database, store, MAY.begins, verdict("may"))
        await kept(database, store, MAY.begins - timedelta(microseconds=1), verdict("april"))
        await kept(database, store, MARCH.begins, verdict("march"), verdict("march too"))
        assert await months.months(MAY) == [MARCH, APRIL]
        assert await months.months(MARCH) == []

    async def test_a_month_is_read_whole_in_order_and_as_it_was_stored(
        self, database: Database, store: DecisionStore, months: StoredMonths
    ) -> None:
        noon = datetime(2026, 3, 31, 12, 0, 0, 123000, tzinfo=UTC)
        inside = [verdict(f"c-{number:03}", tenant=("B", "a", "ก")[number % 3]) for number in range(PAGE + 3)]
        await kept(database, store, noon, *inside)
        await kept(database, store, MARCH.begins - timedelta(microseconds=1), verdict("before"))
        await kept(database, store, APRIL.begins, verdict("after"))
        found = [row async for page in months.of_month(MARCH) for row in page]
        stored = sorted((each.events[0] for each in inside), key=lambda one: (one.tenant, one.stream))
        assert found == [ArchivedEvent(one, noon) for one in stored]
        assert {row.recorded_at.tzinfo for row in found} == {UTC}

    async def test_what_was_decided_for_commands_alone_goes(
        self, database: Database, store: DecisionStore, reader: EventReader, months: StoredMonths
    ) -> None:
        many = [verdict(f"c-{number}", events=2) for number in range(250)]
        await kept(database, store, APRIL.begins, *many, verdict("c-1", tenant="globex"))
        await kept(database, store, MAY.begins, verdict("new"))
        assert await deleted(months) == 501
        assert await left(reader) == ["new"]
        assert await deleted(months) == 0

    async def test_entries_and_mappings_keep_their_histories(
        self, database: Database, store: DecisionStore, reader: EventReader, months: StoredMonths
    ) -> None:
        entry, gone = spending(), spending("gone", deleted_reason="twice")
        await kept(
            database, store, MARCH.begins, entry_verdict("c-1", entry), entry_verdict("c-2", gone),
            mapping_verdict("c-3", mapping()),
        )  # fmt: skip
        assert await deleted(months) == 0
        assert sorted(await left(reader)) == ["c-1", "c-2", "c-3"]

    async def test_what_was_decided_or_recorded_later_stays(
        self, database: Database, store: DecisionStore, reader: EventReader, months: StoredMonths
    ) -> None:
        # By a worker whose clock is ahead; and by one whose clock is behind.
        await kept(database, store, APRIL.begins, verdict("ahead", occurred_at=MAY.begins))
        await kept(database, store, MAY.begins, verdict("behind", occurred_at=MARCH.begins))
        half_new = verdict("half", events=2)
        await kept(database, store, APRIL.begins, half_new)
        async with database.connection(writes=True) as connection:
            late = update(events).where(events.c.id == half_new.events[1].id).values(recorded_at=MAY.begins)
            await connection.execute(late)
            await connection.commit()
        assert await deleted(months) == 0
        assert sorted(set(await left(reader))) == ["ahead", "behind", "half"]

    async def test_a_decision_with_a_part_in_another_stream_stays_whole(
        self, database: Database, store: DecisionStore, reader: EventReader, months: StoredMonths
    ) -> None:
        own = event("c-1", stream="spending-c-1", terminal=False)
        other: StoredEvent = event("c-1", stream=f"entry-{entry_id('x')}", ordinal=1, version=1)
        await kept(database, store, APRIL.begins, Verdict(own.inbox_key, (own, other)), verdict("c-2"))
        assert await deleted(months) == 1
        assert await left(reader) == ["c-1", "c-1"]
        key = InboxKey("spending", TENANT, "c-1")
        assert len((await store.recorded([key]))[key]) == 2

    @pytest.mark.parametrize(
        ("status", "goes"), [("waiting", False), ("redriving", False), ("redriven", True), ("discarded", True)]
    )
    async def test_what_a_dead_letter_stands_for_stays_until_it_is_done_with(
        self, database: Database, store: DecisionStore, months: StoredMonths, status: str, *, goes: bool
    ) -> None:
        await kept(database, store, APRIL.begins, lettered(verdict("dead")), verdict("redriven"))
        async with database.connection(writes=True) as connection:
            await connection.execute(update(dead_letters).values(status=status, redriven_as="redriven"))
            await connection.commit()
        assert await deleted(months) == (2 if goes else 0)

    @pytest.mark.parametrize("phase", Phase)
    async def test_a_workflow_goes_once_it_is_over_and_what_its_steps_led_to_with_it(
        self, database: Database, store: DecisionStore, reader: EventReader, months: StoredMonths, phase: Phase
    ) -> None:
        await kept(database, store, APRIL.begins, workflow_verdict("start", 1, Phase.RUNNING))
        await kept(database, store, APRIL.begins, workflow_verdict("step", 2, phase))
        await kept(database, store, APRIL.begins, verdict("extracted", correlation_id="start"), verdict("other"))
        assert await deleted(months) == (4 if phase.is_final else 1)
        assert len(await left(reader)) == (0 if phase.is_final else 3)

    async def test_a_stream_that_only_looks_like_a_workflows_stays(
        self, database: Database, store: DecisionStore, months: StoredMonths
    ) -> None:
        named = [verdict(f"c-{name}", stream=f"workflow-{name}") for name in ("x", UUID(int=8))]
        await kept(database, store, APRIL.begins, *named)
        assert await deleted(months) == 0
