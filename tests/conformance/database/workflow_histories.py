"""What every `WorkflowHistories` promises, and that statistics made of them are those of a ledger."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.codec import encode
from contracts.commands.spending import RecordSpending
from contracts.events.workflows import StepStarted, StepSucceeded, WorkflowCompleted, WorkflowEvent, WorkflowStarted
from contracts.money import Money
from tests.conformance.database.samples import TENANT, verdict
from tests.conformance.database.workflows import NOON, run
from workers.ports.store import Committed, DecisionStore, StoredEvent
from workers.ports.workflow_histories import Window, WorkflowHistories
from workers.ports.workflows import Phase, WorkflowUpdate
from workers.workflows.analytics import WorkflowAnalysis
from workers.workflows.handlers import stream_of

ALL = Window()
IMAGE = encode(RecordSpending(amount=Money.of("1"), merchant="what a command says")).decode()


def _told(number: int) -> tuple[WorkflowEvent, ...]:
    about: dict[str, Any] = {"workflow_id": UUID(int=number), "workflow": "process_receipt"}
    sent = StepStarted(**about, step="extract", attempt=1, command_id="c", command_type=RecordSpending.type)
    done = StepSucceeded(**about, step="extract", command_id="c")
    return (sent, WorkflowStarted(**about), done, WorkflowCompleted(**about))


async def begun(
    store: DecisionStore, number: int, *, at: datetime = NOON, took: int = 0, tenant: str = TENANT, kind: str = ""
) -> None:
    """Store a workflow that completes: two transitions, each of which sends a command."""
    for half, events in enumerate((_told(number)[:2], _told(number)[2:])):
        sample = verdict(f"c-{tenant}-{number}-{half}", tenant=tenant, events=3)
        moment = at + timedelta(seconds=half * took)
        rows = [
            row._replace(
                stream=stream_of(UUID(int=number)),
                version=half * 3 + place,
                type=event.type if event else RecordSpending.type,
                data=encode(event).decode() if event else IMAGE,
                occurred_at=moment,
            )
            for place, (row, event) in enumerate(zip(sample.events, (None, *events), strict=True), 1)
        ]
        where = run(UUID(int=number), Phase.COMPLETED, tenant=tenant, started_at=at, updated_at=moment)
        where = where._replace(workflow=kind or where.workflow)
        (result,) = await store.commit([sample._replace(events=tuple(rows), states=(), workflow=WorkflowUpdate(where))])
        assert isinstance(result, Committed)


async def found(histories: WorkflowHistories, window: Window = ALL, page: int = 200) -> list[Sequence[StoredEvent]]:
    return [history async for history in histories.begun_in(window, page)]


def numbers(histories: Sequence[Sequence[StoredEvent]]) -> list[int]:
    return [int(UUID(history[0].stream.removeprefix("workflow-"))) for history in histories]


class WorkflowHistoriesContract:
    async def test_each_history_is_whole_but_for_the_commands_and_in_order(
        self, store: DecisionStore, histories: WorkflowHistories
    ) -> None:
        await begun(store, 1)
        (history,) = await found(histories)
        assert [row.version for row in history] == [2, 3, 5, 6]
        assert [row.data for row in history] == [encode(event).decode() for event in _told(1)]

    @pytest.mark.parametrize("page", [1, 2, 3, 100])
    async def test_none_is_missed_or_met_twice_however_many_are_read_at_a_time(
        self, store: DecisionStore, histories: WorkflowHistories, page: int
    ) -> None:
        for number in (3, 1, 2):
            await begun(store, number)
        await begun(store, 4, at=NOON - timedelta(microseconds=1))
        await begun(store, 5, at=NOON + timedelta(days=1))
        assert numbers(await found(histories, page=page)) == [4, 1, 2, 3, 5]

    async def test_a_window_is_of_time_kind_and_tenant(
        self, store: DecisionStore, histories: WorkflowHistories
    ) -> None:
        await begun(store, 1)
        await begun(store, 2, at=NOON + timedelta(minutes=1), kind="close_month")
        await begun(store, 3, at=NOON + timedelta(minutes=2), tenant="other")
        assert numbers(await found(histories, Window(since=NOON + timedelta(minutes=1)))) == [2, 3]
        assert numbers(await found(histories, Window(until=NOON + timedelta(minutes=1)))) == [1]
        assert numbers(await found(histories, Window(workflow="close_month"))) == [2]
        assert numbers(await found(histories, Window(tenant="other"))) == [3]
        assert await found(histories, Window(tenant="nobody")) == []
        assert await found(histories, Window(tenant="\0")) == []

    async def test_statistics_are_those_of_the_ledger(self, store: DecisionStore, histories: WorkflowHistories) -> None:
        took = [7, 1, 9, 3, 5]
        for number, seconds in enumerate(took):
            await begun(store, number, at=NOON + timedelta(minutes=number), took=seconds)
        analysis = WorkflowAnalysis(NOON)
        for history in await found(histories, page=2):
            analysis.add(history)
        (figures,) = analysis.figures()
        assert (figures.begun, figures.completion_rate) == (5, 1.0)
        assert (figures.completed.median, figures.completed.p95, figures.completed.longest) == (5.0, 9.0, 9.0)
        (extract, _) = figures.steps
        assert (extract.done, extract.duration) == (5, figures.completed)
