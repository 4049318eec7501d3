"""What travels when a month is closed."""

from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from contracts.commands.insights import Budget
from contracts.commands.months import FreezeMonth, ReportMonth, UnfreezeMonth
from contracts.commands.workflows import CloseMonth
from contracts.errors import ErrorCode
from contracts.events.insights import (
    CurrencyForecast,
    CurrencyInsights,
    DayRange,
    Evidence,
    Expectation,
    Insight,
    InsightKind,
    InsightRejected,
    InsightsGenerated,
    SpendingForecast,
)
from contracts.events.months import (
    CategoryChange,
    CategoryTotal,
    CurrencyTotal,
    MonthClosed,
    MonthFrozen,
    MonthUnfrozen,
)
from contracts.events.outcomes import LocalizedText
from contracts.examples.base import Example
from contracts.examples.commands import ENTRY_ID
from contracts.money import Currency, Money
from contracts.values import Category, Confidence

_WORKFLOW_ID: Final = UUID("5b0c4e43-3f36-5d0a-8f0e-7f1f9d100c4f")
_MONTH: Final = "2026-01"
_DAYS: Final = DayRange(first=date(2026, 1, 1), last=date(2026, 1, 31))
_FINGERPRINT: Final = "1f3c5d7e9b0a2c4e6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6"
_BUDGETS: Final = (Budget(category=Category.FOOD, monthly=Money(amount=Decimal(6000), currency=Currency.THB)),)


def _baht(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency=Currency.THB)


_TOTALS: Final = (
    CurrencyTotal(
        currency=Currency.THB,
        entries=74,
        total=_baht("21890.50"),
        categories=(
            CategoryTotal(category=Category.BILLS, entries=4, total=_baht("12480.00")),
            CategoryTotal(category=Category.FOOD, entries=70, total=_baht("9410.50")),
        ),
    ),
)

_INSIGHTS: Final = InsightsGenerated(
    period=_DAYS,
    entries=74,
    currencies=(
        CurrencyInsights(
            currency=Currency.THB,
            entries=74,
            total=_baht("21890.50"),
            found=1,
            insights=(
                Insight(
                    id=UUID("6f2a0a52-7f57-5f1a-9f0c-0d7f5f1f9d11"),
                    kind=InsightKind.BUDGET_RISK,
                    text=LocalizedText(
                        en="You spent 9,410.50 THB on Food & Dining, 3,410.50 THB more than you meant to.",
                        th="คุณใช้จ่ายกับอาหารและเครื่องดื่ม 9,410.50 บาท เกินงบไป 3,410.50 บาท",
                    ),
                    impact=_baht("3410.50"),
                    confidence=Confidence(0.99),
                    evidence=Evidence(count=70, entry_ids=(ENTRY_ID,)),
                    period=_DAYS,
                    category=Category.FOOD,
                ),
            ),
        ),
    ),
)

_FORECAST: Final = SpendingForecast(
    period=DayRange(first=date(2026, 2, 1), last=date(2026, 2, 28)),
    interval=0.8,
    entries=212,
    currencies=(
        CurrencyForecast(
            currency=Currency.THB,
            history=DayRange(first=date(2025, 10, 18), last=date(2026, 1, 31)),
            entries=212,
            enough=True,
            total=Expectation(
                amount=_baht("20150.00"), low=_baht("17900.00"), high=_baht("23400.00"), confidence=Confidence(0.93)
            ),
            tested=16,
        ),
    ),
)

MONTH_COMMAND_EXAMPLES: Final = (
    Example("January, with a budget", CloseMonth(month=_MONTH, budgets=_BUDGETS)),
    Example("January of somebody in Japan", CloseMonth(month=_MONTH, time_zone="Asia/Tokyo")),
    Example("hold on to January", FreezeMonth(workflow_id=_WORKFLOW_ID, month=_MONTH, budgets=_BUDGETS)),
    Example(
        "report on January",
        ReportMonth(
            workflow_id=_WORKFLOW_ID, month=_MONTH, fingerprint=_FINGERPRINT, insights=_INSIGHTS, forecast=_FORECAST
        ),
    ),
    Example("let go of January", UnfreezeMonth(workflow_id=_WORKFLOW_ID, month=_MONTH)),
)
"""At least one of every command."""

MONTH_EVENT_EXAMPLES: Final = (
    Example(
        "January is being closed",
        MonthFrozen(
            workflow_id=_WORKFLOW_ID,
            month=_MONTH,
            fingerprint=_FINGERPRINT,
            budgets=_BUDGETS,
            entries=74,
            currencies=_TOTALS,
        ),
    ),
    Example(
        "nothing has changed since the first report",
        MonthFrozen(
            workflow_id=_WORKFLOW_ID,
            month=_MONTH,
            fingerprint=_FINGERPRINT,
            entries=74,
            currencies=_TOTALS,
            unchanged=1,
        ),
    ),
    Example(
        "January, reported on again after a lunch was found",
        MonthClosed(
            workflow_id=_WORKFLOW_ID,
            month=_MONTH,
            revision=2,
            period=_DAYS,
            fingerprint=_FINGERPRINT,
            budgets=_BUDGETS,
            entries=74,
            currencies=_TOTALS,
            changes=(
                CategoryChange(
                    category=Category.FOOD,
                    entries_before=69,
                    total_before=_baht("9290.00"),
                    entries=70,
                    total=_baht("9410.50"),
                ),
            ),
            insights=_INSIGHTS,
            forecast=_FORECAST,
        ),
    ),
    Example("what was held on to was let go", MonthUnfrozen(workflow_id=_WORKFLOW_ID, month=_MONTH)),
    Example(
        "a report came too late and was withdrawn",
        MonthUnfrozen(workflow_id=_WORKFLOW_ID, month=_MONTH, withdrawn=2, revision=1),
    ),
    Example(
        "an entry came meanwhile",
        InsightRejected(
            command_type=ReportMonth.type,
            command_id="01997a4e-6f0b-7c3d-9f11-2f5c8f1f9d10",
            code=ErrorCode.MONTH_CHANGED,
            message=LocalizedText.of(ErrorCode.MONTH_CHANGED),
            field="month",
            reason="from 73 entries to 74, or in them",
        ),
    ),
)
"""At least one of every event."""
