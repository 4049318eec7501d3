"""Commands of the area *insights*."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field

from contracts.base import Command, StrictContract
from contracts.money import Money
from contracts.values import DEFAULT_TIME_ZONE, Category, TimeZoneName

MAX_BUDGETS: Final = 50

DayCount = Annotated[int, Field(ge=7, le=365)]
"""A number of days, 7 to 365."""


def _something(money: Money) -> Money:
    if money.amount == 0:
        raise ValueError("a budget is more than nothing")
    return money


def _one_of_a_kind(budgets: Sequence["Budget"]) -> Sequence["Budget"]:
    if len({(budget.category, budget.monthly.currency) for budget in budgets}) != len(budgets):
        raise ValueError("there is one budget for a category and currency")
    return budgets


class Budget(StrictContract):
    """What an owner means to spend in a calendar month.

    Attributes:
        category: what on; on everything when left out.
        monthly: at most, in a calendar month.
    """

    category: Category | None = None
    monthly: Annotated[Money, AfterValidator(_something)]


Budgets = Annotated[tuple[Budget, ...], Field(max_length=MAX_BUDGETS), AfterValidator(_one_of_a_kind)]
"""At most fifty, one for a category and currency."""


class AnalyzeSpending(Command):
    """Find what is remarkable in the recorded spending of the envelope's owner. Answered by InsightsGenerated.

    Attributes:
        days: how many days to look at, the last of them being the reference date.
        reference_date: the last day looked at, not in the future; the command's own date in `time_zone` when left out.
        time_zone: the owner's IANA time zone.
        budgets: at most fifty, one for a category and currency; without any, none is judged.
    """

    type: ClassVar[str] = "poon.insight.analyze.v1"
    area: ClassVar[str] = "insights"

    days: DayCount = 90
    reference_date: date | None = None
    time_zone: TimeZoneName = DEFAULT_TIME_ZONE
    budgets: Budgets = ()


class ForecastSpending(Command):
    """Tell what the envelope's owner will probably spend. Answered by SpendingForecast.

    Attributes:
        days: how many days to look ahead, the first of them being the day after the reference date.
        reference_date: the last day that is known, not in the future; the command's own date in `time_zone` when left
            out.
        time_zone: the owner's IANA time zone.
    """

    type: ClassVar[str] = "poon.insight.forecast.v1"
    area: ClassVar[str] = "insights"

    days: DayCount = 30
    reference_date: date | None = None
    time_zone: TimeZoneName = DEFAULT_TIME_ZONE
