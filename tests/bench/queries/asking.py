"""Asks every query of the product many times, of owners drawn at random."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import fmean
from typing import Any, Final

from sqlalchemy import Select, text

from adapters.database import read_models
from adapters.database.engine import Database
from adapters.database.history import SqlSpendingHistory
from adapters.database.projection_builds import page_of
from adapters.database.read_models import SqlReadModels
from adapters.database.reading import SqlSpendingRepository
from contracts.events.insights import DayRange
from contracts.values import Category, PaymentMethod
from tests.bench.queries.filling import DAYS, FIRST_DAY, HEAVY, MERCHANTS, TENANT, Size
from tests.bench.statistics import percentile
from tests.conformance.database.read_models import plan_of
from workers.ports.projections import Position
from workers.ports.queries import EntriesFilter, MonthRange, PageKey
from workers.projections.quality import ProcessingQuality
from workers.projections.spending import SpendingTotals
from workers.queries.entries import entries_page

PAGE: Final = 50
LAST_DAY: Final = FIRST_DAY + timedelta(days=DAYS - 1)
YEAR: Final = MonthRange(date(2025, 1, 1), date(2025, 12, 1))
ALWAYS: Final = MonthRange(FIRST_DAY, LAST_DAY)
OLD_INDEX: Final = (
    "DROP INDEX ix_spending_entries_tenant_owner_spent_on_id",
    "CREATE INDEX ix_spending_entries_old ON spending_entries (tenant, owner, spent_on)",
    "ANALYZE spending_entries",
)
"""What lists of entries had before: the day, and not the order within it."""

Ask = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a query took, milliseconds.

    Attributes:
        best: the least disturbed by whatever else the machine does.
    """

    query: str
    mean: float
    best: float
    median: float
    worst: float


async def timed(query: str, ask: Ask, rounds: int) -> Timing:
    """Ask as often, after once that does not count."""
    await ask()
    took = []
    for _ in range(rounds):
        started = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - started) * 1000)
    return Timing(query, fmean(took), min(took), percentile(took, 0.5), max(took))


class Queries:
    """The queries of the product on one database."""

    def __init__(self, database: Database, size: Size) -> None:
        self._database = database
        self._models = SqlReadModels(database)
        self._owners = size.owners
        self._far = min(1_000, size.entries // 10 // PAGE)
        self._rng = random.Random(7)

    async def timings(self, rounds: int) -> list[Timing]:
        """All of them, one after the other."""
        return [await timed(name, ask, rounds) for name, ask in (await self._asks()).items()]

    async def timings_of_lists(self, rounds: int) -> list[Timing]:
        """Those that walk the list of entries of the heavy owner."""
        asks = await self._asks()
        return [await timed(name, asks[name], rounds) for name in asks if "heavy owner's page" in name]

    async def plans(self) -> dict[str, str]:
        """How the database carries out each statement."""
        key = await self._far_key()
        wanted = EntriesFilter(tenant=TENANT, owner=HEAVY, category=Category.FOOD, text="ร้าน", least=Decimal(5))
        statements: dict[str, Select[Any]] = {
            "a page of entries": read_models.entries_of_owner(EntriesFilter(tenant=TENANT, owner=HEAVY), PAGE + 1, key),
            "a page of one merchant": read_models.entries_of_owner(
                EntriesFilter(tenant=TENANT, owner=HEAVY, merchant="ร้านหมายเลข 7"), PAGE + 1, key
            ),
            "a page of entries, filtered": read_models.entries_of_owner(wanted, PAGE + 1, key, key),
            "where an answer ends": read_models.last_examined(wanted, key),
            "totals of months": read_models.months_of_owner(TENANT, HEAVY, YEAR),
            "merchants": read_models.merchants_of_owner(TENANT, HEAVY, YEAR, PAGE),
            "quality": read_models.quality_of_tenant(TENANT, FIRST_DAY, FIRST_DAY + timedelta(days=29)),
            "a page of a rebuild of spending": page_of(Position(TENANT, "entry-8", 1), SpendingTotals.scanned, 1_000),
            "a page of a rebuild of quality": page_of(Position(TENANT, "entry-8", 1), ProcessingQuality.scanned, 1_000),
        }
        return {name: await plan_of(self._database, statement) for name, statement in statements.items()}

    async def use_the_old_index(self) -> None:
        """What the lists of entries were read by before."""
        async with self._database.connection(writes=True) as connection:
            for statement in OLD_INDEX:
                await connection.execute(text(statement))
            await connection.commit()

    async def _asks(self) -> dict[str, Ask]:
        models, key = self._models, await self._far_key()
        heavy = EntriesFilter(tenant=TENANT, owner=HEAVY)
        (some, *_), _ = await models.entries(heavy, 1)
        quarter = {"first": LAST_DAY - timedelta(days=90), "last": LAST_DAY}
        history, repository = SqlSpendingHistory(self._database), SqlSpendingRepository(self._database)
        days = DayRange(first=LAST_DAY - timedelta(days=89), last=LAST_DAY)
        return {
            "an owner's page of entries": lambda: self._page(self._wanted()),
            "a quarter, one category": lambda: self._page(self._wanted(category=Category.FOOD, **quarter)),
            "one merchant": lambda: self._page(self._wanted(merchant=self._merchant())),
            "amounts from 1,900": lambda: self._page(self._wanted(least=Decimal(1900))),
            "paid in cash": lambda: self._page(self._wanted(payment_method=PaymentMethod.CASH)),
            "words in any text": lambda: self._page(self._wanted(text=f"{self._rng.randrange(1000)} บาท")),
            "a heavy owner's page 1": lambda: models.entries(heavy, PAGE),
            f"a heavy owner's page {self._far:,}": lambda: models.entries(heavy, PAGE, key),
            "a heavy owner, one merchant": lambda: self._page(self._heavy(merchant=self._merchant())),
            "a heavy owner, one answer of 5,000 looked at": lambda: models.entries(self._heavy(text="nowhere"), PAGE),
            "one entry by its id": lambda: repository.get(TENANT, some.id),
            "months of a year": lambda: models.month_totals(TENANT, self._owner(), YEAR),
            "a heavy owner's months of three years": lambda: models.month_totals(TENANT, HEAVY, ALWAYS),
            "merchants of a year": lambda: models.merchant_totals(TENANT, self._owner(), YEAR, PAGE),
            "a heavy owner's merchants of three years": lambda: models.merchant_totals(TENANT, HEAVY, ALWAYS, PAGE),
            "quality of 30 days": lambda: models.quality(TENANT, FIRST_DAY, FIRST_DAY + timedelta(days=29)),
            "insights: an owner's last 90 days": lambda: history.of_owner(TENANT, self._owner(), days, 20_000),
        }

    async def _page(self, wanted: EntriesFilter) -> object:
        return await entries_page(self._models, wanted, PAGE)

    async def _far_key(self) -> PageKey:
        statement = read_models.last_examined(EntriesFilter(tenant=TENANT, owner=HEAVY))
        async with self._database.connection() as connection:
            row = (await connection.execute(statement.offset((self._far - 1) * PAGE - 1))).one()
        return PageKey(*row)

    def _wanted(self, **narrow: Any) -> EntriesFilter:  # noqa: ANN401  any field of a filter
        return EntriesFilter(tenant=TENANT, owner=self._owner(), **narrow)

    @staticmethod
    def _heavy(**narrow: Any) -> EntriesFilter:  # noqa: ANN401  likewise
        return EntriesFilter(tenant=TENANT, owner=HEAVY, **narrow)

    def _owner(self) -> str:
        # Owners whose number ends in 0 have their entries with the heavy one.
        return f"owner-{self._rng.randrange(self._owners // 10) * 10 + 3}"

    def _merchant(self) -> str:
        return f"ร้านหมายเลข {self._rng.randrange(MERCHANTS)}"


def slowest(timings: Sequence[Timing]) -> float:
    """The highest mean, milliseconds."""
    return max(timing.mean for timing in timings)
