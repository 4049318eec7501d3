"""The forecast of an owner, as it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from contracts.events.insights import (
    CategoryExpectation,
    CurrencyForecast,
    DayRange,
    DuePayment,
    Expectation,
    SpendingForecast,
)
from contracts.money import Currency
from workers.domain.insights.findings import rounded
from workers.domain.insights.forecasting import INTERVAL, Interval, Outlook, is_enough, outlook
from workers.domain.insights.history import History, Spent, histories
from workers.domain.insights.wording import money

HISTORY_DAYS: Final = 730
"""How far back the entries of a forecast reach."""
MOST_DUE: Final = 100


@dataclass(frozen=True, slots=True)
class ForecastRequest:
    """What is to be forecast.

    Attributes:
        entries: of the days of `past`, in any order, deleted ones left out.
        complete: whether these are all.
        past: the days that are known; the day after them is the first of the forecast.
        horizon: how many days to look ahead.
    """

    entries: Sequence[Spent]
    complete: bool
    past: DayRange
    horizon: int


def forecast(request: ForecastRequest) -> SpendingForecast:
    """Tell what will probably be spent. Takes seconds for the most entries there can be: not for the event loop."""
    found = histories(request.entries, request.past)
    last = request.past.last
    return SpendingForecast(
        period=DayRange(first=last + timedelta(days=1), last=last + timedelta(days=request.horizon)),
        interval=INTERVAL,
        entries=sum(len(history.entries) for history in found),
        complete=request.complete,
        currencies=tuple(_of_currency(history, request.horizon) for history in found),
    )


def _of_currency(history: History, horizon: int) -> CurrencyForecast:
    about: dict[str, Any] = {
        "currency": history.currency,
        "history": DayRange(first=history.first, last=history.last),
        "entries": len(history.entries),
    }
    if not is_enough(history):
        return CurrencyForecast(**about, enough=False)
    seen = outlook(history, horizon)
    categories = [
        CategoryExpectation(category=group, **_expected(interval, history.currency))
        for group, interval in seen.sums.items()
        if group is not None
    ]
    return CurrencyForecast(
        **about,
        enough=True,
        total=Expectation(**_expected(seen.sums[None], history.currency)),
        categories=tuple(sorted(categories, key=lambda one: (-one.amount.amount, one.category))),
        due=_due(seen, history.currency),
        tested=seen.trials,
    )


def _expected(interval: Interval, currency: Currency) -> dict[str, Any]:
    return {
        "amount": money(interval.amount, currency),
        "low": money(interval.low, currency),
        "high": money(interval.high, currency),
        "confidence": rounded(interval.near),
    }


def _due(seen: Outlook, currency: Currency) -> tuple[DuePayment, ...]:
    payments = [
        DuePayment(
            due=day,
            merchant=one.merchant,
            category=one.category,
            amount=money(one.amount, currency),
            confidence=rounded(one.confidence),
        )
        for one, days in seen.series
        for day in days
    ]
    payments.sort(key=lambda payment: (payment.due, payment.merchant, payment.amount.amount))
    return tuple(payments[:MOST_DUE])
