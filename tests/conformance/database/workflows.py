"""What every `TimerStore` and `WorkflowBoard` promises, and every `DecisionStore` about workflows."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.conformance.database.samples import TENANT, verdict
from workers.ports.store import Committed, Conflicted, DecisionStore, EventReader, Unstorable, Verdict
from workers.ports.workflows import (
    Phase,
    TimerChange,
    TimerStore,
    WorkflowBoard,
    WorkflowRun,
    WorkflowTimer,
    WorkflowUpdate,
)

NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)


def run(workflow_id: UUID = ONE, phase: Phase = Phase.RUNNING, minute: int = 0, **changes: Any) -> WorkflowRun:  # noqa: ANN401
    values: dict[str, Any] = {
        "tenant": TENANT,
        "id": workflow_id,
        "owner": "somchai",
        "workflow": "process_receipt",
        "phase": phase,
        "version": 3,
        "step": "extract",
        "code": None,
        "correlation_id": "conversation-1",
        "started_at": NOON,
        "updated_at": NOON + timedelta(minutes=minute, microseconds=7),
    }
    return WorkflowRun(**values | changes)


def timer(
    workflow_id: UUID = ONE, *, step: str = "extract", number: int = 1, shard: int = 3, due: int = 0
) -> WorkflowTimer:
    at = NOON + timedelta(seconds=due)
    return WorkflowTimer(TENANT, workflow_id, step, f"t-{number}", "somchai", "conversation-1", shard, at)


async def decide(store: DecisionStore, cause: str, update: WorkflowUpdate) -> None:
    (result,) = await store.commit([verdict(cause)._replace(workflow=update)])
    assert isinstance(result, Committed)


async def set_timers(store: DecisionStore, cause: str, *timers: WorkflowTimer) -> None:
    changes = tuple(TimerChange(one.step, one) for one in timers)
    await decide(store, cause, WorkflowUpdate(run(timers[0].workflow_id), changes))


class WorkflowsContract:
    async def test_where_a_workflow_stands_is_stored_with_its_events(
        self, store: DecisionStore, board: WorkflowBoard
    ) -> None:
        await decide(store, "c-1", WorkflowUpdate(run()))
        assert await board.get(ONE) == run()
        later = run(phase=Phase.STUCK, minute=1, version=5, code="step_timed_out")
        await decide(store, "c-2", WorkflowUpdate(later))
        assert await board.get(ONE) == later
        assert await board.get(TWO) is None

    async def test_what_is_not_stored_changes_nothing(
        self, store: DecisionStore, board: WorkflowBoard, timers: TimerStore
    ) -> None:
        await decide(store, "c-1", WorkflowUpdate(run()))
        set_one = WorkflowUpdate(run(phase=Phase.STUCK, minute=9), (TimerChange("extract", timer()),))
        again, late = verdict("c-1"), verdict("c-2", stream="spending-c-1")
        results = await store.commit([again._replace(workflow=set_one), late._replace(workflow=set_one)])
        assert isinstance(results[0], Committed)
        assert results[0].duplicate
        assert isinstance(results[1], Conflicted)
        assert await board.get(ONE) == run()
        assert await timers.next_due([3]) is None

    async def test_a_bad_update_takes_its_events_along_and_leaves_its_neighbours(
        self, store: DecisionStore, board: WorkflowBoard, reader: EventReader
    ) -> None:
        bad = verdict("c-1")._replace(workflow=WorkflowUpdate(run(step="\0")))
        good = verdict("c-2")._replace(workflow=WorkflowUpdate(run(TWO)))
        results = await store.commit([bad, good])
        assert [type(result) for result in results] == [Unstorable, Committed]
        assert await reader.stream(TENANT, "spending-c-1") == []
        assert (await board.get(ONE), await board.get(TWO)) == (None, run(TWO))

    async def test_workflows_are_found_by_phase_tenant_and_owner_the_latest_first(
        self, store: DecisionStore, board: WorkflowBoard
    ) -> None:
        await decide(store, "c-1", WorkflowUpdate(run(ONE, Phase.STUCK, minute=1)))
        await decide(store, "c-2", WorkflowUpdate(run(TWO, Phase.STUCK, minute=2, owner="nok")))
        await decide(store, "c-3", WorkflowUpdate(run(UUID(int=3), Phase.COMPLETED, minute=3)))
        assert [one.id for one in await board.find([Phase.STUCK], 10)] == [TWO, ONE]
        assert [one.id for one in await board.find([Phase.STUCK], 1)] == [TWO]
        assert [one.id for one in await board.find(list(Phase), 10, TENANT, "somchai")] == [UUID(int=3), ONE]
        assert await board.find(list(Phase), 10, "other") == []
        assert not await board.find(list(Phase), 10, "\0")

    async def test_due_timers_are_those_of_the_shards_the_oldest_first(
        self, store: DecisionStore, timers: TimerStore
    ) -> None:
        first, second = timer(due=-5), timer(step="record", due=-9)
        await set_timers(store, "c-1", first, second, timer(step="later", due=1))
        await set_timers(store, "c-2", timer(TWO, shard=4, due=-9))
        assert await timers.due([3, 5], NOON, 10) == [second, first]
        assert await timers.due([3], NOON, 1) == [second]
        assert await timers.due([5], NOON, 10) == []
        assert await timers.due([3], NOON + timedelta(seconds=1), 10) == [second, first, timer(step="later", due=1)]

    async def test_the_next_timer_is_known(self, store: DecisionStore, timers: TimerStore) -> None:
        assert await timers.next_due([3]) is None
        await set_timers(store, "c-1", timer(due=30), timer(step="record", due=20))
        assert await timers.next_due([3, 4]) == NOON + timedelta(seconds=20)
        assert await timers.next_due([4]) is None

    async def test_a_step_has_one_timer_which_is_replaced_and_cleared(
        self, store: DecisionStore, timers: TimerStore
    ) -> None:
        await set_timers(store, "c-1", timer(due=1), timer(step="record", due=2))
        newer = timer(number=2, due=3)
        await set_timers(store, "c-2", newer)
        assert await timers.due([3], NOON + timedelta(hours=1), 10) == [timer(step="record", due=2), newer]
        await decide(store, "c-3", WorkflowUpdate(run(), (TimerChange("extract", None), TimerChange("none", None))))
        assert await timers.due([3], NOON + timedelta(hours=1), 10) == [timer(step="record", due=2)]

    async def test_a_fired_timer_is_taken_away_unless_it_was_replaced(
        self, store: DecisionStore, timers: TimerStore
    ) -> None:
        fired, replaced = timer(due=1), timer(TWO, due=1)
        await set_timers(store, "c-1", fired)
        newer = replaced._replace(token="t-2")
        await set_timers(store, "c-2", newer)
        await timers.remove([fired, replaced])
        await timers.remove([])
        assert await timers.due([3], NOON + timedelta(hours=1), 10) == [newer]

    async def test_a_stream_is_found_by_one_of_its_events(self, store: DecisionStore, reader: EventReader) -> None:
        wanted: Verdict = verdict("c-1", events=2)
        await store.commit([wanted, verdict("c-2")])
        for event in wanted.events:
            assert await reader.stream_with(TENANT, event.id) == list(wanted.events)

    @pytest.mark.parametrize("tenant", ["other", "\0"])
    async def test_a_stream_of_another_tenant_is_not_found_by_its_events(
        self, store: DecisionStore, reader: EventReader, tenant: str
    ) -> None:
        wanted: Verdict = verdict("c-1")
        await store.commit([wanted])
        assert not await reader.stream_with(tenant, wanted.events[0].id)
