from datetime import date
from uuid import UUID

import pytest

from contracts.base import Event
from contracts.codec import encode
from contracts.commands.months import FreezeMonth, ReportMonth, UnfreezeMonth
from contracts.errors import ErrorCode
from contracts.events.months import MonthClosed, MonthFrozen, MonthUnfrozen
from tests.fakes.months import MemoryMonthEntries, kept
from tests.fakes.store import MemoryReader, MemoryStore
from tests.unit.domain.test_months import FORECAST, INSIGHTS, MONTH
from tests.unit.handlers.examples import CONTEXT
from workers.domain.errors import RejectionError
from workers.domain.months import month_stream
from workers.handlers.months import Months
from workers.ports.handling import CommandContext, Decision
from workers.ports.store import InboxKey, StoredEvent

WORKFLOW_ID = UUID(int=1)
STREAM = month_stream("nok", MONTH)
LUNCH = (date(2026, 2, 10), kept(1, "65"))


class Desk:
    """Months with a memory: what they decide is stored as the runtime would."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.entries = MemoryMonthEntries(LUNCH, (date(2026, 1, 31), kept(2)), (date(2026, 3, 1), kept(3)))
        self.months = Months(self.entries, MemoryReader(self.store))

    async def freeze(self, workflow: UUID = WORKFLOW_ID, context: CommandContext = CONTEXT) -> MonthFrozen:
        event = await self._keep(
            await self.months.freeze(FreezeMonth(workflow_id=workflow, month=MONTH), context), context
        )
        assert isinstance(event, MonthFrozen)
        return event

    async def report(self, frozen: MonthFrozen) -> MonthClosed:
        command = ReportMonth(
            workflow_id=frozen.workflow_id,
            month=MONTH,
            fingerprint=frozen.fingerprint,
            insights=INSIGHTS,
            forecast=FORECAST,
        )
        event = await self._keep(await self.months.report(command, CONTEXT))
        assert isinstance(event, MonthClosed)
        return event

    async def unfreeze(self) -> MonthUnfrozen:
        command = UnfreezeMonth(workflow_id=WORKFLOW_ID, month=MONTH)
        event = await self._keep(await self.months.unfreeze(command, CONTEXT))
        assert isinstance(event, MonthUnfrozen)
        return event

    @property
    def history(self) -> list[tuple[int, str]]:
        rows = [row for rows in self.store.decided.values() for row in rows if row.stream == STREAM]
        return [(row.version, row.type) for row in rows]

    async def _keep(self, decision: Decision, context: CommandContext = CONTEXT) -> Event:
        (new,) = decision.events
        assert decision.states == ()
        payload = new.payload
        assert isinstance(payload, Event)
        cause = f"c-{len(self.store.decided)}"
        row = StoredEvent(
            id=UUID(int=len(self.store.decided)),
            tenant=context.tenant,
            stream=new.stream or f"insights-{cause}",
            version=new.version,
            handler="insights",
            causation_id=cause,
            ordinal=0,
            type=payload.type,
            topic="poon.insights.events",
            owner=context.owner,
            correlation_id="talk-1",
            occurred_at=context.now,
            data=encode(payload).decode(),
        )
        self.store.decided[InboxKey("insights", context.tenant, cause)] = (row,)
        return payload


async def test_a_month_is_frozen_reported_on_and_so_closed_with_its_own_entries_only() -> None:
    desk = Desk()
    closed = await desk.report(await desk.freeze())
    assert (closed.revision, closed.entries) == (1, 1)
    assert desk.history == [(1, MonthFrozen.type), (2, MonthClosed.type)]


async def test_closing_twice_tells_the_same_report_and_adds_nothing_to_the_history() -> None:
    desk = Desk()
    closed = await desk.report(await desk.freeze())
    frozen = await desk.freeze(UUID(int=2))
    assert frozen.unchanged == 1
    assert await desk.report(frozen) == closed
    assert len(desk.history) == 2


async def test_what_came_after_closing_is_in_the_next_revision() -> None:
    desk = Desk()
    await desk.report(await desk.freeze())
    desk.entries.entries.append((date(2026, 2, 28), kept(4, "35")))
    closed = await desk.report(await desk.freeze(UUID(int=2)))
    assert (closed.revision, [one.entries for one in closed.changes]) == (2, [2])
    assert [version for version, _ in desk.history] == [1, 2, 3, 4]


async def test_what_changes_between_freezing_and_reporting_is_refused_and_then_let_go() -> None:
    desk = Desk()
    frozen = await desk.freeze()
    desk.entries.entries.append((date(2026, 2, 28), kept(4, "35")))
    with pytest.raises(RejectionError, match=ErrorCode.MONTH_CHANGED):
        await desk.report(frozen)
    assert (await desk.unfreeze()).revision is None
    assert (await desk.freeze(UUID(int=2))).entries == 2


async def test_months_of_two_owners_are_apart() -> None:
    desk = Desk()
    await desk.freeze()
    other = await desk.freeze(UUID(int=2), CONTEXT._replace(owner="lek"))
    assert (other.entries, other.unchanged) == (0, None)
