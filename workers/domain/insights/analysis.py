"""All insights of an owner."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.commands.insights import Budget
from contracts.events.insights import CurrencyInsights, DayRange, InsightsGenerated
from workers.domain.insights.budgets import budget_risks, month_of
from workers.domain.insights.findings import MOST_LISTED, Finding, ordered
from workers.domain.insights.history import History, Spent, histories
from workers.domain.insights.outliers import anomalies, daily_spikes
from workers.domain.insights.recurring import bills
from workers.domain.insights.rhythms import regular_merchants, visit_frequency, weekday_pattern
from workers.domain.insights.score import spending_score
from workers.domain.insights.seasons import festival_spending
from workers.domain.insights.shares import cash_share, category_dominance, micro_spending, payment_preference
from workers.domain.insights.study import Study, study
from workers.domain.insights.trends import monthly_trends
from workers.domain.insights.wording import money

DETECTORS: Final[tuple[Callable[[Study], Iterable[Finding]], ...]] = (
    weekday_pattern,
    visit_frequency,
    regular_merchants,
    anomalies,
    daily_spikes,
    monthly_trends,
    category_dominance,
    micro_spending,
    cash_share,
    payment_preference,
    festival_spending,
)
"""What looks at the entries alone; budgets and bills need to know more."""


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """What is to be analysed.

    Attributes:
        whose: names tenant and owner, for the ids of insights.
        entries: of `needed`, in any order, deleted ones left out.
        complete: whether these are all.
        period: the days to look at.
        budgets: what the owner means to spend.
    """

    whose: str
    entries: Sequence[Spent]
    complete: bool
    period: DayRange
    budgets: tuple[Budget, ...] = ()


def needed(period: DayRange, budgets: Sequence[Budget]) -> DayRange:
    """The days whose entries an analysis wants: for a budget the whole month so far, too."""
    first = min(period.first, month_of(period.last)[0]) if budgets else period.first
    return DayRange(first=first, last=period.last)


def analyse(request: AnalysisRequest) -> InsightsGenerated:
    """Find what is remarkable. Takes a second for the most entries there can be: not for the event loop."""
    at_risk = _budget_risks(request)
    found = tuple(
        _of_currency(history, request, at_risk.get(history.currency, []))
        for history in histories(request.entries, request.period)
    )
    return InsightsGenerated(
        period=request.period,
        entries=sum(one.entries for one in found),
        complete=request.complete,
        currencies=found,
    )


def _budget_risks(request: AnalysisRequest) -> dict[str, list[Finding]]:
    """What is at risk by currency; a budget's month may begin before the period does."""
    days = needed(request.period, request.budgets)
    return {
        history.currency: list(budget_risks(history, request.budgets)) for history in histories(request.entries, days)
    }


def _of_currency(history: History, request: AnalysisRequest, at_risk: Sequence[Finding]) -> CurrencyInsights:
    prepared = study(history)
    findings = [finding for detect in DETECTORS for finding in detect(prepared)]
    findings += [*bills(prepared.series, history.currency, _today(request)), *at_risk]
    told = ordered(findings)
    own = [budget for budget in request.budgets if budget.monthly.currency is history.currency]
    return CurrencyInsights(
        currency=history.currency,
        entries=len(history.entries),
        total=money(history.total, history.currency),
        found=len(told),
        insights=tuple(finding.insight(history.currency, request.whose) for finding in told[:MOST_LISTED]),
        score=spending_score(prepared, own, findings),
    )


def _today(request: AnalysisRequest) -> date:
    return request.period.last
