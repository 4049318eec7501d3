"""`CloseMonth`: freeze, analyse and forecast side by side, report.

Freezing holds on to what the month's entries are, and keeps a second closing away. The report is refused when they have
changed meanwhile, for then analysis and sums would tell of different months; what was frozen is let go again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from contracts.commands.insights import AnalyzeSpending, ForecastSpending
from contracts.commands.months import FreezeMonth, ReportMonth, UnfreezeMonth
from contracts.commands.workflows import CloseMonth
from contracts.errors import ErrorCode
from contracts.events.insights import DayRange, InsightsGenerated, SpendingForecast
from contracts.events.months import MonthFrozen
from workers.domain.errors import RejectionError
from workers.domain.months import month_days
from workers.domain.spending import local_date
from workers.workflows.definitions import Definition, Facts, Leg, RetryRule, Step

FREEZE: Final = "freeze"
ANALYSE: Final = "analyse"
FORECAST: Final = "forecast"
REPORT: Final = "report"

_SECONDS: Final = 600.0
"""For each step: an analysis of the most entries there can be takes one, and may wait for others'."""
_UNDO: Final = RetryRule(attempts=8, base_delay=5.0, max_delay=600.0)


def refuse_unfinished(command: CloseMonth, sent_at: datetime) -> None:
    """A month is closed when it is over.

    Raises:
        RejectionError: month_not_over.
    """
    today, last = local_date(sent_at, command.time_zone), month_days(command.month).last
    if today <= last:
        reason = f"{command.month} lasts until {last}, and it is {today} in {command.time_zone}"
        raise RejectionError(ErrorCode.MONTH_NOT_OVER, reason, field="month")


def _freeze(facts: Facts) -> FreezeMonth:
    start = facts.start
    if not isinstance(start, CloseMonth):
        raise TypeError("the month is told by the command that begins the workflow")
    return FreezeMonth(
        workflow_id=facts.workflow_id, month=start.month, time_zone=start.time_zone, budgets=start.budgets
    )


def _analyse(facts: Facts) -> AnalyzeSpending:
    asked = _asked(facts)
    days = month_days(asked.month)
    return AnalyzeSpending(
        days=_length(days), reference_date=days.last, time_zone=asked.time_zone, budgets=asked.budgets
    )


def _forecast(facts: Facts) -> ForecastSpending:
    asked = _asked(facts)
    last = month_days(asked.month).last
    following = last + timedelta(days=1)
    return ForecastSpending(
        days=_length(month_days(f"{following:%Y-%m}")), reference_date=last, time_zone=asked.time_zone
    )


def _report(facts: Facts) -> ReportMonth:
    frozen, insights, forecast = (facts.outcomes[name] for name in (FREEZE, ANALYSE, FORECAST))
    if (
        not isinstance(frozen, MonthFrozen)
        or not isinstance(insights, InsightsGenerated)
        or not isinstance(forecast, SpendingForecast)
    ):
        raise TypeError("a report is made of what was frozen, found and forecast")
    return ReportMonth(
        workflow_id=facts.workflow_id,
        month=frozen.month,
        fingerprint=frozen.fingerprint,
        insights=insights,
        forecast=forecast,
    )


def _unfreeze(facts: Facts) -> UnfreezeMonth:
    return UnfreezeMonth(workflow_id=facts.workflow_id, month=_asked(facts).month)


def _asked(facts: Facts) -> FreezeMonth:
    asked = next((command for command in facts.sent.values() if isinstance(command, FreezeMonth)), None)
    if asked is None:
        raise TypeError("what is closed was frozen first")
    return asked


def _length(days: DayRange) -> int:
    return (days.last - days.first).days + 1


CLOSE_MONTH: Final = Definition(
    name="close_month",
    starts_with=CloseMonth,
    groups=(
        (
            Step(
                FREEZE,
                Leg(sends=FreezeMonth, makes=_freeze, timeout=_SECONDS),
                # A report that came after it was given up is withdrawn by the same command, which stands behind it.
                undo=Leg(
                    sends=UnfreezeMonth,
                    makes=_unfreeze,
                    timeout=_SECONDS,
                    retry=_UNDO,
                    good_codes=frozenset({ErrorCode.MONTH_NOT_FROZEN}),
                ),
            ),
        ),
        (
            Step(ANALYSE, Leg(sends=AnalyzeSpending, makes=_analyse, timeout=_SECONDS)),
            Step(FORECAST, Leg(sends=ForecastSpending, makes=_forecast, timeout=_SECONDS)),
        ),
        (Step(REPORT, Leg(sends=ReportMonth, makes=_report, timeout=_SECONDS)),),
    ),
)
