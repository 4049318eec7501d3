from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from contracts.commands.insights import Budget
from contracts.commands.months import FreezeMonth, ReportMonth, UnfreezeMonth
from contracts.errors import ErrorCode
from contracts.events.insights import DayRange, InsightsGenerated, SpendingForecast
from contracts.events.months import MonthClosed, MonthFrozen, MonthUnfrozen
from contracts.money import Currency, Money
from contracts.values import Category
from tests.fakes.months import kept
from workers.domain.errors import RejectionError
from workers.domain.months import (
    OPEN,
    KeptEntry,
    Month,
    MonthCount,
    MonthCounter,
    apply,
    freeze,
    month_days,
    month_stream,
    report,
    unfreeze,
)

MONTH = "2026-02"
FIRST, SECOND = UUID(int=1), UUID(int=2)
DAYS = DayRange(first=date(2026, 2, 1), last=date(2026, 2, 28))
INSIGHTS = InsightsGenerated(period=DAYS, entries=0)
FORECAST = SpendingForecast(period=DayRange(first=date(2026, 3, 1), last=date(2026, 3, 31)), interval=0.8, entries=0)
LUNCH, BUS = kept(1, "120.50"), kept(2, "30", Category.TRANSPORTATION)


def counted(*entries: KeptEntry) -> MonthCount:
    counter = MonthCounter()
    for entry in entries:
        counter.add(entry)
    return counter.count()


def frozen(month: Month, count: MonthCount, workflow: UUID = FIRST, budgets: Sequence[Budget] = ()) -> Month:
    told = freeze(month, FreezeMonth(workflow_id=workflow, month=MONTH, budgets=tuple(budgets)), count)
    assert told.is_new
    return apply(month, told.event)


def report_command(count: MonthCount, workflow: UUID = FIRST) -> ReportMonth:
    return ReportMonth(
        workflow_id=workflow, month=MONTH, fingerprint=count.fingerprint, insights=INSIGHTS, forecast=FORECAST
    )


def closed(month: Month, count: MonthCount, workflow: UUID = FIRST) -> Month:
    told = report(frozen(month, count, workflow), report_command(count, workflow), count)
    assert told.is_new
    return apply(frozen(month, count, workflow), told.event)


def refused(code: ErrorCode) -> "pytest.RaisesExc[RejectionError]":
    return pytest.raises(RejectionError, match=code)


def test_the_days_of_a_month_are_those_of_the_calendar() -> None:
    assert month_days("2026-02") == DAYS
    assert month_days("2028-02").last == date(2028, 2, 29)
    assert month_days("2026-12").last == date(2026, 12, 31)


def test_months_of_two_owners_and_two_months_of_one_have_streams_of_their_own() -> None:
    streams = {month_stream(owner, month) for owner in ("nok", "lek") for month in ("2026-01", "2026-02")}
    assert len(streams) == 4
    assert month_stream("nok", "2026-01") in streams


def test_entries_are_added_up_by_currency_and_category_the_largest_first() -> None:
    found = counted(LUNCH, BUS, kept(3, "79.50"), kept(4, "1200", currency=Currency.JPY), kept(5, is_deleted=True))
    assert found.entries == 4
    yen, baht = found.currencies
    assert (yen.currency, yen.entries, yen.total) == (Currency.JPY, 1, Money.of("1200", Currency.JPY))
    assert (baht.entries, baht.total) == (3, Money.of("230.00"))
    assert [(one.category, one.entries, one.total) for one in baht.categories] == [
        (Category.FOOD, 2, Money.of("200.00")),
        (Category.TRANSPORTATION, 1, Money.of("30.00")),
    ]


def test_a_month_without_entries_is_counted_too() -> None:
    assert counted()[1:] == (0, ())


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (LUNCH,),
        (LUNCH, BUS._replace(version=2)),
        (LUNCH, BUS, kept(3)),
        (LUNCH, BUS, kept(3, is_deleted=True)),
    ],
    ids=["none", "one less", "one changed", "one more", "one that came and went"],
)
def test_whatever_happens_to_an_entry_shows_in_the_fingerprint(entries: Sequence[KeptEntry]) -> None:
    assert counted(*entries).fingerprint != counted(LUNCH, BUS).fingerprint
    assert counted(*entries).fingerprint == counted(*entries).fingerprint


def test_a_month_is_frozen_as_it_is() -> None:
    month = frozen(OPEN, counted(LUNCH))
    assert month.version == 1
    assert month.frozen is not None
    assert (month.frozen.entries, month.frozen.unchanged, month.report) == (1, None, None)


def test_a_month_is_frozen_once_by_a_workflow_however_often_it_asks() -> None:
    month = frozen(OPEN, counted(LUNCH))
    again = freeze(month, FreezeMonth(workflow_id=FIRST, month=MONTH), counted(LUNCH, BUS))
    assert (again.event, again.is_new) == (month.frozen, False)


def test_a_month_is_closed_by_one_workflow_at_a_time() -> None:
    month = frozen(OPEN, counted(LUNCH))
    with refused(ErrorCode.MONTH_BEING_CLOSED):
        freeze(month, FreezeMonth(workflow_id=SECOND, month=MONTH), counted(LUNCH))


def test_a_month_that_is_reported_on_is_closed() -> None:
    month = closed(OPEN, counted(LUNCH, BUS))
    assert (month.version, month.frozen, month.last_revision) == (2, None, 1)
    assert month.report is not None
    assert (month.report.revision, month.report.period, month.report.entries) == (1, DAYS, 2)
    assert (month.report.insights, month.report.forecast, month.report.changes) == (INSIGHTS, FORECAST, ())


def test_a_report_on_entries_that_changed_meanwhile_is_refused() -> None:
    month = frozen(OPEN, counted(LUNCH))
    with refused(ErrorCode.MONTH_CHANGED):
        report(month, report_command(counted(LUNCH)), counted(LUNCH, BUS))


def test_a_report_on_what_is_not_frozen_is_refused() -> None:
    for month in (OPEN, frozen(OPEN, counted(LUNCH), SECOND), closed(OPEN, counted(BUS), SECOND)):
        with refused(ErrorCode.MONTH_NOT_FROZEN):
            report(month, report_command(counted(LUNCH)), counted(LUNCH))


def test_a_report_that_comes_twice_is_the_same_report() -> None:
    month = closed(OPEN, counted(LUNCH))
    again = report(month, report_command(counted(LUNCH)), counted(LUNCH, BUS))
    assert (again.event, again.is_new) == (month.report, False)


def test_a_month_closed_twice_without_a_change_has_one_report() -> None:
    month = closed(OPEN, counted(LUNCH))
    told = freeze(month, FreezeMonth(workflow_id=SECOND, month=MONTH), counted(LUNCH))
    assert isinstance(told.event, MonthFrozen)
    assert (told.event.unchanged, told.is_new) == (1, False)
    again = report(month, report_command(counted(LUNCH), SECOND), counted(LUNCH))
    assert (again.event, again.is_new) == (month.report, False)
    with refused(ErrorCode.MONTH_NOT_FROZEN):
        unfreeze(month, UnfreezeMonth(workflow_id=SECOND, month=MONTH))


def test_what_changed_after_closing_is_told_by_the_next_revision() -> None:
    yen = kept(4, "900", currency=Currency.JPY)
    month = closed(OPEN, counted(LUNCH, BUS, yen))
    corrected = LUNCH._replace(version=2, amount=LUNCH.amount + 10)
    month = closed(month, counted(corrected, kept(3, "65"), kept(2, is_deleted=True, version=2), yen), SECOND)
    assert month.report is not None
    assert (month.report.revision, month.report.workflow_id) == (2, SECOND)
    assert [
        (one.category, one.entries_before, one.total_before, one.entries, one.total) for one in month.report.changes
    ] == [
        (Category.FOOD, 1, Money.of("120.50"), 2, Money.of("195.50")),
        (Category.TRANSPORTATION, 1, Money.of("30.00"), 0, Money.of("0.00")),
    ]


def test_a_change_of_no_amount_is_a_revision_without_changes() -> None:
    month = closed(closed(OPEN, counted(LUNCH)), counted(LUNCH._replace(version=2)), SECOND)
    assert month.report is not None
    assert (month.report.revision, month.report.changes) == (2, ())


def test_other_budgets_are_another_revision() -> None:
    budget = Budget(monthly=Money.of("5000"))
    month = frozen(closed(OPEN, counted(LUNCH)), counted(LUNCH), SECOND, [budget])
    told = report(month, report_command(counted(LUNCH), SECOND), counted(LUNCH))
    assert isinstance(told.event, MonthClosed)
    assert (told.event.revision, told.event.budgets, told.is_new) == (2, (budget,), True)


def test_what_was_frozen_is_let_go() -> None:
    before = closed(OPEN, counted(LUNCH))
    told = unfreeze(frozen(before, counted(BUS), SECOND), UnfreezeMonth(workflow_id=SECOND, month=MONTH))
    assert told.event == MonthUnfrozen(workflow_id=SECOND, month=MONTH, revision=1)
    after = apply(frozen(before, counted(BUS), SECOND), told.event)
    assert (after.frozen, after.report) == (None, before.report)


def test_a_report_that_came_after_it_was_given_up_is_withdrawn_and_its_number_not_used_again() -> None:
    month = closed(closed(OPEN, counted(LUNCH)), counted(BUS), SECOND)
    told = unfreeze(month, UnfreezeMonth(workflow_id=SECOND, month=MONTH))
    assert told.event == MonthUnfrozen(workflow_id=SECOND, month=MONTH, withdrawn=2, revision=1)
    after = apply(month, told.event)
    assert after.report is not None
    assert (after.report.revision, after.version) == (1, 5)
    again = closed(after, counted(BUS), UUID(int=3))
    assert again.report is not None
    assert again.report.revision == 3


def test_withdrawing_the_only_report_leaves_none_and_another_closing_alone() -> None:
    month = frozen(closed(OPEN, counted(LUNCH)), counted(BUS), SECOND)
    told = unfreeze(month, UnfreezeMonth(workflow_id=FIRST, month=MONTH))
    assert told.event == MonthUnfrozen(workflow_id=FIRST, month=MONTH, withdrawn=1)
    after = apply(month, told.event)
    assert (after.report, after.frozen) == (None, month.frozen)


def test_where_nothing_was_done_there_is_nothing_to_undo() -> None:
    for month in (OPEN, closed(OPEN, counted(LUNCH), SECOND)):
        with refused(ErrorCode.MONTH_NOT_FROZEN):
            unfreeze(month, UnfreezeMonth(workflow_id=FIRST, month=MONTH))
