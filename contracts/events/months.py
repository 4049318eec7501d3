"""How a month is closed: the history of an owner's month, and the report it ends in."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from contracts.base import Contract, Event
from contracts.commands.insights import Budgets
from contracts.events.insights import DayRange, InsightsGenerated, SpendingForecast
from contracts.money import Currency, Money
from contracts.values import Category, MonthName, Sha256

Count = Annotated[int, Field(ge=0)]
Revision = Annotated[int, Field(ge=1)]


class CategoryTotal(Contract):
    """What was spent on a category.

    Attributes:
        category: what on.
        entries: how many entries.
        total: what they add up to.
    """

    category: Category
    entries: Count
    total: Money


class CurrencyTotal(Contract):
    """What was spent in one currency; amounts of two are never added.

    Attributes:
        currency: of everything below.
        entries: how many entries.
        total: what they add up to.
        categories: those with entries, the largest first.
    """

    currency: Currency
    entries: Count
    total: Money
    categories: Annotated[tuple[CategoryTotal, ...], Field(min_length=1)]


class CategoryChange(Contract):
    """What became of a category since the report before.

    Attributes:
        category: which one.
        entries_before: how many entries it had.
        total_before: what they added up to.
        entries: how many it has.
        total: what they add up to.
    """

    category: Category
    entries_before: Count
    total_before: Money
    entries: Count
    total: Money


class MonthEvent(Event):
    """What all of a month's history shares.

    Attributes:
        workflow_id: the workflow that closes it.
        month: the month, for instance 2026-01.
    """

    area: ClassVar[str] = "insights"

    workflow_id: UUID
    month: MonthName


class MonthFrozen(MonthEvent):
    """A month is being closed: what its entries are was held on to.

    Attributes:
        fingerprint: of all its entries and their versions, deleted ones included.
        budgets: what the owner meant to spend.
        entries: how many there are.
        currencies: what they add up to, by code; empty when there are none.
        unchanged: the report that tells all this already, so that there will be no other; left out where there is
            something to report.
    """

    type: ClassVar[str] = "poon.month.frozen.v1"

    fingerprint: Sha256
    budgets: Budgets = ()
    entries: Count
    currencies: tuple[CurrencyTotal, ...] = ()
    unchanged: Revision | None = None


class MonthClosed(MonthEvent):
    """A month's report.

    Attributes:
        revision: 1 for the first report on the month, more for one that tells what has changed since.
        period: the days of the month.
        fingerprint: of the entries it tells of.
        budgets: what the owner meant to spend.
        entries: how many there are.
        currencies: what they add up to, by code; empty when there are none.
        changes: since the revision before, by currency and category; empty for the first, and when what changed was no
            amount and no category.
        insights: what is remarkable among the entries.
        forecast: what will probably be spent in the month that follows.
    """

    type: ClassVar[str] = "poon.month.closed.v1"

    revision: Revision
    period: DayRange
    fingerprint: Sha256
    budgets: Budgets = ()
    entries: Count
    currencies: tuple[CurrencyTotal, ...] = ()
    changes: tuple[CategoryChange, ...] = ()
    insights: InsightsGenerated
    forecast: SpendingForecast


class MonthUnfrozen(MonthEvent):
    """Closing a month was undone.

    Attributes:
        withdrawn: the report that is void, where there was one.
        revision: the report that holds; left out where none does.
    """

    type: ClassVar[str] = "poon.month.unfrozen.v1"

    withdrawn: Revision | None = None
    revision: Revision | None = None
