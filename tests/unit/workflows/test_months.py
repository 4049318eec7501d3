"""`CloseMonth`: from the command to the report, on a store in memory."""

from collections.abc import Sequence
from datetime import date

import pytest

from contracts.base import Command
from contracts.codec import decode_command
from contracts.commands.insights import AnalyzeSpending, Budget, ForecastSpending
from contracts.commands.months import FreezeMonth, ReportMonth, UnfreezeMonth
from contracts.commands.workflows import CloseMonth
from contracts.errors import ErrorCode
from contracts.events.insights import DayRange, InsightRejected, InsightsGenerated, SpendingForecast
from contracts.events.months import MonthClosed, MonthFrozen, MonthUnfrozen
from contracts.events.outcomes import LocalizedText
from contracts.events.workflows import WorkflowCompensated, WorkflowCompleted, WorkflowStarted
from contracts.examples import examples_of
from contracts.money import Money
from contracts.registry import COMMANDS
from tests.fakes.clock import NOON
from tests.unit.workflows.test_handlers import WORKFLOW_ID, Bench, delivery_of
from workers.domain.errors import RejectionError
from workers.ports.store import StoredEvent
from workers.workflows.definitions import Facts
from workers.workflows.months import CLOSE_MONTH, refuse_unfinished

BUDGETS = (Budget(monthly=Money.of("20000")),)
COMMAND = CloseMonth(month="2026-02", time_zone="Asia/Tokyo", budgets=BUDGETS)
DAYS = DayRange(first=date(2026, 2, 1), last=date(2026, 2, 28))
NEXT = DayRange(first=date(2026, 3, 1), last=date(2026, 3, 31))
FINGERPRINT = "0" * 64
FROZEN = MonthFrozen(workflow_id=WORKFLOW_ID, month="2026-02", fingerprint=FINGERPRINT, entries=3)
INSIGHTS = InsightsGenerated(period=DAYS, entries=3)
FORECAST = SpendingForecast(period=NEXT, interval=0.8, entries=90)


def commands(rows: Sequence[StoredEvent]) -> dict[type[Command], StoredEvent]:
    return {COMMANDS[row.type]: row for row in rows if row.type in COMMANDS}


def said(row: StoredEvent) -> Command:
    return decode_command(row.type, row.data.encode())


def refusal(code: ErrorCode) -> InsightRejected:
    return InsightRejected(command_id="c", code=code, message=LocalizedText.of(code), reason="so")


async def frozen(bench: Bench) -> dict[type[Command], StoredEvent]:
    """Begun, and frozen: what is sent next."""
    sent = commands(await bench.take(delivery_of(COMMAND, "start")))
    return commands(await bench.answer(sent[FreezeMonth], FROZEN))


async def reporting(bench: Bench) -> StoredEvent:
    """Analysed and forecast: the command that is to report."""
    sent = await frozen(bench)
    assert commands(await bench.answer(sent[ForecastSpending], FORECAST)) == {}
    return commands(await bench.answer(sent[AnalyzeSpending], INSIGHTS))[ReportMonth]


async def test_closing_begins_with_freezing_and_is_answered_at_once() -> None:
    rows = await Bench().take(delivery_of(COMMAND, "start"))
    assert rows[-1].type == WorkflowStarted.type
    assert said(commands(rows)[FreezeMonth]) == FreezeMonth(
        workflow_id=WORKFLOW_ID, month="2026-02", time_zone="Asia/Tokyo", budgets=BUDGETS
    )


async def test_the_month_is_analysed_and_the_next_forecast_side_by_side() -> None:
    sent = await frozen(Bench())
    assert said(sent[AnalyzeSpending]) == AnalyzeSpending(
        days=28, reference_date=DAYS.last, time_zone="Asia/Tokyo", budgets=BUDGETS
    )
    assert said(sent[ForecastSpending]) == ForecastSpending(days=31, reference_date=DAYS.last, time_zone="Asia/Tokyo")


async def test_the_report_is_made_of_what_was_frozen_found_and_forecast_and_completes() -> None:
    bench = Bench()
    sent = await reporting(bench)
    assert said(sent) == ReportMonth(
        workflow_id=WORKFLOW_ID, month="2026-02", fingerprint=FINGERPRINT, insights=INSIGHTS, forecast=FORECAST
    )
    closed = next(one.message for one in examples_of(MonthClosed.type) if isinstance(one.message, MonthClosed))
    await bench.answer(sent, closed)
    end = await bench.last_event()
    assert isinstance(end, WorkflowCompleted)
    assert end.entry_id is None


@pytest.mark.parametrize(
    "undone", [MonthUnfrozen(workflow_id=WORKFLOW_ID, month="2026-02"), refusal(ErrorCode.MONTH_NOT_FROZEN)]
)
async def test_a_month_that_changed_meanwhile_is_let_go(undone: MonthUnfrozen | InsightRejected) -> None:
    bench = Bench()
    sent = commands(await bench.answer(await reporting(bench), refusal(ErrorCode.MONTH_CHANGED)))
    assert said(sent[UnfreezeMonth]) == UnfreezeMonth(workflow_id=WORKFLOW_ID, month="2026-02")
    await bench.answer(sent[UnfreezeMonth], undone)
    end = await bench.last_event()
    assert isinstance(end, WorkflowCompensated)
    assert (end.step, end.code, end.undone) == ("report", "month_changed", ("freeze",))
    assert end.message == LocalizedText.of(ErrorCode.MONTH_CHANGED)


async def test_a_month_that_somebody_else_closes_leaves_nothing_to_undo() -> None:
    bench = Bench()
    sent = commands(await bench.take(delivery_of(COMMAND, "start")))
    await bench.answer(sent[FreezeMonth], refusal(ErrorCode.MONTH_BEING_CLOSED))
    end = await bench.last_event()
    assert isinstance(end, WorkflowCompensated)
    assert (end.step, end.code, end.undone) == ("freeze", "month_being_closed", ())


@pytest.mark.parametrize("month", ["2026-03", "2026-04", "2027-01"])
async def test_a_month_that_is_not_over_is_refused_at_once(month: str) -> None:
    with pytest.raises(RejectionError) as caught:
        await Bench().take(delivery_of(CloseMonth(month=month), "start"))
    assert (caught.value.code, caught.value.field) == (ErrorCode.MONTH_NOT_OVER, "month")


def test_a_month_is_over_when_it_is_in_the_owner_s_time_zone() -> None:
    new_year = NOON.replace(month=1, day=1, hour=6)
    refuse_unfinished(CloseMonth(month="2025-12"), new_year)
    with pytest.raises(RejectionError, match=ErrorCode.MONTH_NOT_OVER):
        refuse_unfinished(CloseMonth(month="2025-12", time_zone="America/Los_Angeles"), new_year)


@pytest.mark.parametrize("step", CLOSE_MONTH.steps)
def test_no_step_is_made_of_facts_that_are_another_workflow_s(step: str) -> None:
    outcomes = dict.fromkeys(CLOSE_MONTH.steps, FROZEN)
    with pytest.raises(TypeError):
        CLOSE_MONTH.steps[step].do.makes(Facts(WORKFLOW_ID, outcomes=outcomes))
