"""Hand-made histories."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from contracts.commands.insights import Budget
from contracts.events.insights import CurrencyInsights, Insight, InsightKind, InsightsGenerated
from contracts.money import Currency
from contracts.values import Category, PaymentMethod
from workers.domain.insights.analysis import AnalysisRequest, analyse
from workers.domain.insights.history import Spent, days_before

LAST = date(2026, 3, 1)
"""A Sunday, so that the weeks counted back from it are calendar weeks; no festival but Chinese New Year is near."""
WHOSE = "acme/nok"


class Diary:
    """Writes entries down, each with an id of its own."""

    def __init__(self) -> None:
        self.entries: list[Spent] = []

    def spend(
        self,
        day: date,
        amount: str | float | Decimal,
        merchant: str = "ร้านข้าวแกง",
        category: Category = Category.FOOD,
        method: PaymentMethod | None = None,
        currency: Currency = Currency.THB,
    ) -> Spent:
        entry = Spent(
            UUID(int=len(self.entries) + 1),
            Decimal(str(amount)).quantize(currency.quantum),
            currency,
            merchant,
            day,
            category,
            method,
        )
        self.entries.append(entry)
        return entry


def back(days: int) -> date:
    """So many days before the last."""
    return LAST - timedelta(days=days)


def daily(count: int) -> Iterator[date]:
    """So many days, the last of them included, the earliest first."""
    return (back(number) for number in reversed(range(count)))


def analysed(
    entries: Iterable[Spent], days: int = 90, last: date = LAST, budgets: tuple[Budget, ...] = ()
) -> InsightsGenerated:
    request = AnalysisRequest(WHOSE, tuple(entries), complete=True, period=days_before(last, days), budgets=budgets)
    return analyse(request)


def only(found: InsightsGenerated) -> CurrencyInsights:
    """What was found in the only currency there is."""
    (one,) = found.currencies
    return one


def of_kind(found: InsightsGenerated, kind: InsightKind) -> list[Insight]:
    return [insight for one in found.currencies for insight in one.insights if insight.kind is kind]
