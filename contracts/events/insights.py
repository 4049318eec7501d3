"""Outcome events of the area *insights*."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Final
from uuid import UUID

from pydantic import Field, WithJsonSchema

from contracts.base import Contract, Event
from contracts.events.outcomes import CommandFailed, CommandRejected, LocalizedText
from contracts.money import Currency, Money
from contracts.spending import EntryId
from contracts.values import Category, Confidence, PaymentMethod

MAX_EVIDENCE: Final = 20
"""Entries an insight names; `Evidence.count` tells how many there are."""


class InsightKind(StrEnum):
    """What kind of thing is remarkable."""

    WEEKDAY_PATTERN = "weekday_pattern"
    VISIT_FREQUENCY = "visit_frequency"
    ANOMALY = "anomaly"
    DAILY_SPIKE = "daily_spike"
    MONTHLY_TREND = "monthly_trend"
    CATEGORY_DOMINANCE = "category_dominance"
    MICRO_SPENDING = "micro_spending"
    BUDGET_RISK = "budget_risk"
    CASH_SHARE = "cash_share"
    REGULAR_MERCHANT = "regular_merchant"
    PAYMENT_PREFERENCE = "payment_preference"
    FESTIVAL = "festival"
    RECURRING = "recurring"


OpenInsightKind = Annotated[
    InsightKind | str,
    Field(union_mode="left_to_right"),
    WithJsonSchema(
        {
            "type": "string",
            "x-extensible-enum": [str(kind) for kind in InsightKind],
            "examples": [str(InsightKind.ANOMALY)],
        }
    ),
]
"""A kind of insight. Open, so that a new kind breaks no reader: an unknown one is kept as text."""

Points = Annotated[int, Field(ge=0, le=100)]
"""Points of a score, 0 to 100."""


class Direction(StrEnum):
    """Which way something changes."""

    UP = "up"
    DOWN = "down"


class DayRange(Contract):
    """Days from the first to the last, both included.

    Attributes:
        first: the first day.
        last: the last day.
    """

    first: date
    last: date


class Evidence(Contract):
    """The entries something rests on.

    Attributes:
        count: how many there are.
        entry_ids: at most twenty of them, those of the largest amounts, by date.
    """

    count: Annotated[int, Field(ge=0)]
    entry_ids: Annotated[tuple[EntryId, ...], Field(max_length=MAX_EVIDENCE)] = ()


class Insight(Contract):
    """One remarkable thing.

    Attributes:
        id: stays the same from one analysis to the next while it is about the same thing.
        kind: what kind of thing it is.
        text: a sentence for the owner, made from the figures.
        impact: what it is worth in money; docs/analysts.md tells for each kind what that means.
        confidence: computed from sample and effect; at least 0.6, or it would not be told.
        evidence: the entries it rests on.
        period: the days it is about.
        category: the category it is about.
        merchant: the merchant it is about.
        payment_method: the payment method it is about.
        direction: which way it changes, for a trend and a frequency.
    """

    id: UUID
    kind: OpenInsightKind
    text: LocalizedText
    impact: Money
    confidence: Confidence
    evidence: Evidence
    period: DayRange
    category: Category | None = None
    merchant: str | None = None
    payment_method: PaymentMethod | None = None
    direction: Direction | None = None


class ScorePart(Contract):
    """One part of the spending score.

    Attributes:
        name: what was judged: steadiness, balance, trend, small_purchases or budgets.
        points: 0 to 100.
        weight: its share in the score; the weights of all parts make 1.
        text: how the points came about.
    """

    name: str
    points: Points
    weight: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    text: LocalizedText


class SpendingScore(Contract):
    """How well spending is in hand.

    Attributes:
        points: the weighted mean of the parts, 0 to 100.
        parts: those for which there are enough entries.
    """

    points: Points
    parts: Annotated[tuple[ScorePart, ...], Field(min_length=1)]


class CurrencyInsights(Contract):
    """What is remarkable among the entries of one currency; amounts of two are never added.

    Attributes:
        currency: of everything below.
        entries: how many there are in the period.
        total: what they add up to.
        found: how many insights there are; `insights` holds the thirty that matter most.
        insights: by impact times confidence, the largest first.
        score: left out where there are too few entries.
    """

    currency: Currency
    entries: Annotated[int, Field(ge=0)]
    total: Money
    found: Annotated[int, Field(ge=0)]
    insights: tuple[Insight, ...] = ()
    score: SpendingScore | None = None


class InsightsGenerated(Event):
    """An owner's spending was analysed.

    Attributes:
        period: the days looked at.
        entries: how many entries lie in them, those in all currencies; none is no failure.
        complete: false when there are more entries than are read at once, and only the newest were.
        currencies: by code; empty when there are no entries.
    """

    type: ClassVar[str] = "poon.insight.generated.v1"
    area: ClassVar[str] = "insights"

    period: DayRange
    entries: Annotated[int, Field(ge=0)]
    complete: bool = True
    currencies: tuple[CurrencyInsights, ...] = ()


class Expectation(Contract):
    """What will probably be spent.

    Attributes:
        amount: the expected sum.
        low: the lower end of the interval.
        high: the upper end of the interval.
        confidence: the chance that the sum will be within a quarter of `amount`.
    """

    amount: Money
    low: Money
    high: Money
    confidence: Confidence


class CategoryExpectation(Expectation):
    """What will probably be spent on a category.

    Attributes:
        category: what on.
    """

    category: Category


class DuePayment(Contract):
    """A recurring payment that will be due.

    Attributes:
        due: the day it is expected on.
        merchant: who will be paid.
        category: what on.
        amount: the usual sum.
        confidence: how sure it is that these payments recur.
    """

    due: date
    merchant: str
    category: Category
    amount: Money
    confidence: Confidence


class CurrencyForecast(Contract):
    """What will probably be spent in one currency.

    Attributes:
        currency: of everything below.
        history: the days it rests on, from the first entry to the reference date.
        entries: how many entries there are in them.
        enough: whether they are enough for a forecast: 28 days and 10 entries.
        total: of all categories; left out where there is not enough.
        categories: those with entries, the largest expectation first.
        due: recurring payments contained in the sums, by date; at most a hundred.
        tested: how many times the method was tried on the owner's own past for the interval.
    """

    currency: Currency
    history: DayRange
    entries: Annotated[int, Field(ge=0)]
    enough: bool
    total: Expectation | None = None
    categories: tuple[CategoryExpectation, ...] = ()
    due: tuple[DuePayment, ...] = ()
    tested: Annotated[int, Field(ge=0)] = 0


class SpendingForecast(Event):
    """What an owner will probably spend was told.

    Attributes:
        period: the days looked ahead to.
        interval: the share of sums that are to fall between `low` and `high`; docs/accuracy.md tells how many did.
        entries: how many entries were read, those in all currencies; none is no failure.
        complete: false when there are more entries than are read at once, and only the newest were.
        currencies: by code; empty when there are no entries.
    """

    type: ClassVar[str] = "poon.insight.forecasted.v1"
    area: ClassVar[str] = "insights"

    period: DayRange
    interval: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
    entries: Annotated[int, Field(ge=0)]
    complete: bool = True
    currencies: tuple[CurrencyForecast, ...] = ()


class InsightRejected(CommandRejected):
    """A command of the area was wrong."""

    type: ClassVar[str] = "poon.insight.rejected.v1"
    area: ClassVar[str] = "insights"


class InsightFailed(CommandFailed):
    """A command of the area could not be carried out."""

    type: ClassVar[str] = "poon.insight.failed.v1"
    area: ClassVar[str] = "insights"
