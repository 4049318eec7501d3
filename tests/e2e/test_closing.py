"""A whole fleet closes a month, closes it again, and reports what came after."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from adapters.database.engine import open_database
from adapters.database.workflows import SqlTimerStore
from contracts.base import Command
from contracts.codec import decode_event
from contracts.commands.spending import RecordSpending
from contracts.commands.workflows import CloseMonth
from contracts.events.insights import DayRange
from contracts.events.months import MonthClosed, MonthFrozen
from contracts.money import Money
from contracts.values import Category
from tests.e2e.test_workflows import PATIENCE, TENANT, fleet_settings, history_of, send, send_all
from tests.services.kafka import KafkaService
from tests.services.waiting import eventually
from workers.bootstrap.fleet import Fleet, running
from workers.config import Settings
from workers.domain.months import month_stream
from workers.domain.spending import new_entry_id
from workers.workflows.handlers import new_workflow_id

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400), pytest.mark.asyncio(loop_scope="module")]

OWNER = "nok"
JUNE = "2025-06"
FIRST = date(2025, 5, 20)
DAYS = 42
"""From the first day on, a meal a day: until the end of June."""


@pytest.fixture(scope="module")
def settings(kafka_service: KafkaService, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return fleet_settings(kafka_service, tmp_path_factory.mktemp("closing"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fleet(settings: Settings) -> AsyncIterator[Fleet]:
    async with running(settings, ["spending", "insights", "workflows"]) as fleet:
        meals: dict[str, Command] = {f"meal-{number}": meal(FIRST + timedelta(days=number)) for number in range(DAYS)}
        await send_all(settings, meals, OWNER)
        await recorded(fleet, f"meal-{DAYS - 1}")
        yield fleet


def meal(day: date, amount: str = "100.00") -> RecordSpending:
    return RecordSpending(amount=Money.of(amount), merchant="ร้านข้าวแกง", category=Category.FOOD, spent_on=day)


async def recorded(fleet: Fleet, command_id: str) -> None:
    async def is_recorded() -> bool:
        return await fleet.entries.get(TENANT, new_entry_id(TENANT, command_id)) is not None

    await eventually(is_recorded, f"the entry of {command_id}", seconds=PATIENCE)


async def closing(fleet: Fleet, settings: Settings, command_id: str) -> list[str]:
    """Close June, and tell how the workflow went."""
    await send(settings, CloseMonth(month=JUNE), command_id, OWNER)
    return await history_of(fleet, new_workflow_id(TENANT, command_id))


async def history_of_june(fleet: Fleet) -> list[MonthFrozen | MonthClosed]:
    rows = await fleet.store.stream(TENANT, month_stream(OWNER, JUNE))
    events = [decode_event(row.type, row.data.encode()) for row in rows]
    told = [event for event in events if isinstance(event, MonthFrozen | MonthClosed)]
    assert len(told) == len(events)
    return told


async def test_a_month_is_closed_and_what_came_after_is_in_the_next_revision(fleet: Fleet, settings: Settings) -> None:
    assert (await closing(fleet, settings, "first"))[-1] == "workflow.completed"
    _, report = await history_of_june(fleet)
    assert isinstance(report, MonthClosed)
    assert (report.revision, report.entries, report.workflow_id) == (1, 30, new_workflow_id(TENANT, "first"))
    assert [str(one.total) for one in report.currencies] == ["3,000.00 THB"]
    assert (report.insights.entries, report.insights.period) == (30, report.period)
    (baht,) = report.forecast.currencies
    assert report.forecast.period == DayRange(first=date(2025, 7, 1), last=date(2025, 7, 31))
    assert baht.total is not None
    assert baht.total.low <= baht.total.amount <= baht.total.high

    assert (await closing(fleet, settings, "again"))[-1] == "workflow.completed"
    assert len(await history_of_june(fleet)) == 2, "nothing changed, so there is nothing to tell"

    await send(settings, meal(date(2025, 6, 30), "65.00"), "late", OWNER)
    await recorded(fleet, "late")
    assert (await closing(fleet, settings, "third"))[-1] == "workflow.completed"
    *_, revised = await history_of_june(fleet)
    assert isinstance(revised, MonthClosed)
    (change,) = revised.changes
    assert (revised.revision, change.entries_before, change.entries) == (2, 30, 31)
    assert (change.total_before, change.total) == (Money.of("3000.00"), Money.of("3065.00"))
    assert await timers_left(settings) is None


async def timers_left(settings: Settings) -> object:
    database = open_database(settings.database.url.get_secret_value())
    left = await SqlTimerStore(database).next_due(range(12))
    await database.close()
    return left


async def test_a_month_of_somebody_without_entries_is_closed_too(fleet: Fleet, settings: Settings) -> None:
    await send(settings, CloseMonth(month=JUNE), "empty", "lek")
    assert (await history_of(fleet, new_workflow_id(TENANT, "empty")))[-1] == "workflow.completed"
    *_, row = await fleet.store.stream(TENANT, month_stream("lek", JUNE))
    report = decode_event(row.type, row.data.encode())
    assert isinstance(report, MonthClosed)
    assert (report.entries, report.currencies, report.changes) == (0, (), ())
    assert isinstance(report.workflow_id, UUID)
