"""What `ReadModels` promises on every database: what is found, page by page, and by which plan."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Select, text

from adapters.database import read_models
from adapters.database.engine import Database
from adapters.database.projection_builds import SqlProjectionBuilds, page_of
from adapters.database.projections import SqlProjectionStore
from adapters.database.read_models import SqlReadModels
from adapters.database.store import SqlDecisionStore
from contracts.money import Currency, Money
from contracts.values import Category, PaymentMethod
from tests.conformance.database.samples import TENANT, entry_verdict, spending, verdict
from tests.fakes.clock import NOON
from workers.domain.spending import SpendingEntry
from workers.ports.projections import (
    Cell,
    Change,
    Followed,
    MerchantCell,
    MonthCell,
    Position,
    QualityCell,
    StreamKey,
    Tally,
)
from workers.ports.queries import (
    EntriesFilter,
    EntriesFound,
    MerchantTotal,
    MonthRange,
    MonthTotal,
    NotBuiltError,
    PageKey,
    QualityTotal,
)
from workers.projections.quality import ProcessingQuality
from workers.projections.spending import SpendingTotals

OWNER = "somchai"
JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))
ALWAYS = MonthRange(date(2000, 1, 1), date(2100, 1, 1))
WANTED = EntriesFilter(tenant=TENANT, owner=OWNER)


async def keep(store: SqlDecisionStore, entries: Sequence[SpendingEntry]) -> None:
    for start in range(0, len(entries), 1_000):
        await store.commit([entry_verdict(f"c-{entry.id}", entry) for entry in entries[start : start + 1_000]])


async def fill(database: Database, projection: str, cells: dict[Cell, Tally]) -> None:
    """A generation that answers with these cells."""
    # What a projection follows is stored: of a stream that is not, the owner was erased.
    await SqlDecisionStore(database).commit([verdict("some", stream="some")])
    builds, key = SqlProjectionBuilds(database), StreamKey(TENANT, "some")
    generation = await builds.begin(projection, NOON)
    await SqlProjectionStore(database).update(
        projection, [key], lambda _: Change({key: Followed(1, "")}, cells), generation.number
    )
    await builds.swap(generation.number, NOON)


async def plan_of(database: Database, statement: Select[Any]) -> str:
    """How the database carries a statement out."""
    async with database.connection() as connection:
        sync = connection.sync_connection
        assert sync is not None
        compiled = statement.compile(dialect=sync.dialect, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        rows = await connection.exec_driver_sql(f"{explain} {compiled}")
        return "\n".join(str(row[-1]) for row in rows)


class ReadModelsContract:
    @pytest.fixture
    def models(self, database: Database) -> SqlReadModels:
        return SqlReadModels(database)

    async def test_pages_of_entries_are_all_entries_once_the_newest_first(
        self, store: SqlDecisionStore, models: SqlReadModels
    ) -> None:
        days = [date(2026, 3, 1) + timedelta(days=number % 7) for number in range(50)]
        entries = [spending(str(number), spent_on=day) for number, day in enumerate(days)]
        await keep(store, entries)
        found: list[SpendingEntry] = []
        after, pages = None, 0
        while True:
            page = await models.entries(WANTED, 7, after)
            found += page.entries
            pages += 1
            after = page.after
            if after is None:
                break
        assert found == sorted(entries, key=lambda entry: (entry.spent_on, entry.id), reverse=True)
        assert pages == 8

    async def test_a_page_that_is_just_full_is_the_last(self, store: SqlDecisionStore, models: SqlReadModels) -> None:
        await keep(store, [spending("1"), spending("2")])
        assert (await models.entries(WANTED, 2)).after is None
        assert (await models.entries(WANTED, 1)).after is not None

    async def test_others_and_deleted_entries_are_never_shown(
        self, store: SqlDecisionStore, models: SqlReadModels
    ) -> None:
        mine = spending("mine")
        others = [spending("a", owner="somsri"), spending("b", tenant="globex"), spending("c", deleted_reason="twice")]
        await keep(store, [mine, *others])
        assert (await models.entries(WANTED, 10)).entries == (mine,)

    @pytest.mark.parametrize(
        ("narrow", "expected"),
        [
            ({"first": date(2026, 3, 2)}, {"grab", "temple"}),
            ({"last": date(2026, 3, 1)}, {"tea"}),
            ({"first": date(2026, 3, 2), "last": date(2026, 3, 2)}, {"grab"}),
            ({"category": Category.TEMPLE}, {"temple"}),
            ({"merchant": "Grab"}, {"grab"}),
            ({"merchant": "gRAB"}, set()),
            ({"merchant": "วัดโพธิ์"}, {"temple"}),
            ({"currency": Currency.JPY}, {"tea"}),
            ({"least": Decimal("99.99")}, {"grab", "temple"}),
            ({"least": Decimal("99.99"), "most": Decimal("99.99")}, {"grab"}),
            ({"most": Decimal(20)}, {"tea"}),
            ({"payment_method": PaymentMethod.PROMPTPAY}, {"temple"}),
            ({"text": "โพธิ์"}, {"temple"}),
            ({"text": "AIRPORT"}, {"grab"}),
            ({"text": "100%"}, {"tea"}),
            ({"text": "1_0"}, set()),
            ({"text": "matcha"}, {"tea"}),
            ({"text": "nothing of the kind"}, set()),
        ],
        # Sorted: the processes that share the tests out must give them the same names.
        ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
    )
    async def test_filters(
        self, store: SqlDecisionStore, models: SqlReadModels, narrow: dict[str, Any], expected: set[str]
    ) -> None:
        entries = {
            "tea": spending(
                "1",
                spent_on=date(2026, 3, 1),
                amount=Money.of("20", Currency.JPY),
                merchant="Ocha",
                description="100% leaves",
                raw_text="Matcha 20",
            ),
            "grab": spending(
                "2", spent_on=date(2026, 3, 2), amount=Money.of("99.99"), merchant="Grab", location="Don Mueang Airport"
            ),
            "temple": spending(
                "3",
                spent_on=date(2026, 3, 3),
                amount=Money.of("500"),
                merchant="วัดโพธิ์",
                category=Category.TEMPLE,
                payment_method=PaymentMethod.PROMPTPAY,
            ),
        }
        await keep(store, list(entries.values()))
        found = await models.entries(EntriesFilter(tenant=TENANT, owner=OWNER, **narrow), 10)
        assert {name for name, entry in entries.items() if entry in found.entries} == expected
        assert found.after is None

    async def test_an_answer_looks_at_a_bounded_number_of_entries_and_tells_where_to_go_on(
        self, store: SqlDecisionStore, models: SqlReadModels, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(read_models, "MOST_EXAMINED", 10)
        entries = [spending(str(number), spent_on=date(2026, 1, 1) + timedelta(days=number)) for number in range(25)]
        entries[3] = entries[3]._replace(merchant="rare")
        await keep(store, entries)
        wanted = EntriesFilter(tenant=TENANT, owner=OWNER, text="rare")
        first = await models.entries(wanted, 5)
        assert first == EntriesFound((), PageKey(entries[15].spent_on, entries[15].id))
        second = await models.entries(wanted, 5, first.after)
        assert second == EntriesFound((), PageKey(entries[5].spent_on, entries[5].id))
        assert await models.entries(wanted, 5, second.after) == EntriesFound((entries[3],), None)

    @pytest.mark.parametrize("name", ["a NUL \0", "half a \ud83c"])
    async def test_whom_the_database_cannot_name_has_spent_nothing(
        self, database: Database, models: SqlReadModels, name: str
    ) -> None:
        await fill(database, "spending", {})
        assert await models.entries(EntriesFilter(tenant=TENANT, owner=name), 5) == EntriesFound((), None)
        assert list(await models.month_totals(TENANT, name, ALWAYS)) == []

    async def test_totals_of_months_come_by_month_and_category_and_are_exact(
        self, database: Database, models: SqlReadModels
    ) -> None:
        cells: dict[Cell, Tally] = {
            MonthCell(TENANT, OWNER, FEBRUARY, "Travel", "THB"): Tally(2, Decimal("0.30")),
            MonthCell(TENANT, OWNER, JANUARY, "Travel", "JPY"): Tally(1, Decimal(7)),
            MonthCell(TENANT, OWNER, JANUARY, "Groceries", "THB"): Tally(3, Decimal("999999999999.99")),
            MonthCell(TENANT, OWNER, MARCH, "Travel", "THB"): Tally(1, Decimal(1)),
            MonthCell(TENANT, "somsri", JANUARY, "Travel", "THB"): Tally(9, Decimal(9)),
            MonthCell("globex", OWNER, JANUARY, "Travel", "THB"): Tally(9, Decimal(9)),
        }
        await fill(database, "spending", cells)
        assert await models.month_totals(TENANT, OWNER, MonthRange(JANUARY, FEBRUARY)) == [
            MonthTotal(JANUARY, "Groceries", "THB", 3, Decimal("999999999999.99")),
            MonthTotal(JANUARY, "Travel", "JPY", 1, Decimal(7)),
            MonthTotal(FEBRUARY, "Travel", "THB", 2, Decimal("0.30")),
        ]

    async def test_merchants_come_by_currency_the_most_money_first(
        self, database: Database, models: SqlReadModels
    ) -> None:
        cells: dict[Cell, Tally] = {
            MerchantCell(TENANT, OWNER, JANUARY, "Grab", "THB"): Tally(2, Decimal("10.25")),
            MerchantCell(TENANT, OWNER, MARCH, "Grab", "THB"): Tally(1, Decimal("10.25")),
            MerchantCell(TENANT, OWNER, FEBRUARY, "7-Eleven", "THB"): Tally(5, Decimal(20)),
            MerchantCell(TENANT, OWNER, FEBRUARY, "Muji", "JPY"): Tally(1, Decimal(900)),
            MerchantCell(TENANT, "somsri", FEBRUARY, "Muji", "JPY"): Tally(1, Decimal(900)),
        }
        await fill(database, "spending", cells)
        found = await models.merchant_totals(TENANT, OWNER, ALWAYS, 10)
        assert found == [
            MerchantTotal("Muji", "JPY", 1, Decimal(900), FEBRUARY, FEBRUARY),
            MerchantTotal("Grab", "THB", 3, Decimal("20.50"), JANUARY, MARCH),
            MerchantTotal("7-Eleven", "THB", 5, Decimal(20), FEBRUARY, FEBRUARY),
        ]
        assert await models.merchant_totals(TENANT, OWNER, MonthRange(JANUARY, JANUARY), 1) == [
            MerchantTotal("Grab", "THB", 2, Decimal("10.25"), JANUARY, JANUARY)
        ]

    async def test_quality_is_told_by_day(self, database: Database, models: SqlReadModels) -> None:
        day = date(2026, 3, 2)
        own = QualityCell(TENANT, day, "texts", "poon.text.parsed.v1", "", "rules-1", degraded=True)
        cells: dict[Cell, Tally] = {
            own: Tally(3, Decimal("4.5")),
            replace(own, day=date(2026, 3, 1)): Tally(1, Decimal(0)),
            replace(own, tenant="globex"): Tally(1, Decimal(0)),
        }
        await fill(database, "quality", cells)
        found = await models.quality(TENANT, day, day)
        assert found == [
            QualityTotal(day, "texts", "poon.text.parsed.v1", "", "rules-1", True, 3, Decimal("4.5"))  # noqa: FBT003
        ]

    async def test_what_was_never_built_says_so_and_what_is_empty_is_empty(
        self, database: Database, models: SqlReadModels
    ) -> None:
        with pytest.raises(NotBuiltError, match="poon projections rebuild spending"):
            await models.month_totals(TENANT, OWNER, ALWAYS)
        await fill(database, "spending", {})
        assert list(await models.month_totals(TENANT, OWNER, ALWAYS)) == []

    async def test_no_query_walks_a_whole_table(self, database: Database, store: SqlDecisionStore) -> None:
        """Of every query of the product, with statistics, on tables where a scan would be a choice."""
        days = [date(2024, 1, 1) + timedelta(days=number % 800) for number in range(6_000)]
        await keep(
            store,
            [spending(str(number), owner=f"owner-{number % 60}", spent_on=day) for number, day in enumerate(days)],
        )
        months = [date(2020 + number // 12, number % 12 + 1, 1) for number in range(24)]
        owners = [f"owner-{number}" for number in range(60)]
        cells: dict[Cell, Tally] = {}
        for owner in owners:
            for month in months:
                for name in ("A", "B", "C"):
                    cells[MonthCell(TENANT, owner, month, name, "THB")] = Tally(1, Decimal(1))
                    cells[MerchantCell(TENANT, owner, month, name, "THB")] = Tally(1, Decimal(1))
        await fill(database, "spending", cells)
        outcome = QualityCell(TENANT, days[0], "texts", "poon.text.parsed.v1", "", "rules-1", degraded=False)
        await fill(
            database,
            "quality",
            {
                replace(outcome, tenant=f"tenant-{number % 50}", day=days[number % 800], code=str(number)): Tally(
                    1, Decimal(1)
                )
                for number in range(4_000)
            },
        )
        async with database.connection(writes=True) as connection:
            await connection.execute(text("ANALYZE"))
            await connection.commit()
        wanted = EntriesFilter(tenant=TENANT, owner="owner-7", first=date(2024, 6, 1), text="ร้าน", least=Decimal(3))
        key = PageKey(date(2025, 1, 1), spending("x").id)
        statements = {
            "first page": read_models.entries_of_owner(EntriesFilter(tenant=TENANT, owner="owner-7"), 51),
            "a later page, filtered": read_models.entries_of_owner(wanted, 51, key, key),
            "one merchant": read_models.entries_of_owner(
                EntriesFilter(tenant=TENANT, owner="owner-7", merchant="ร้าน"), 51, key
            ),
            "last examined": read_models.last_examined(wanted, key),
            "months": read_models.months_of_owner(TENANT, "owner-7", MonthRange(JANUARY, MARCH)),
            "merchants": read_models.merchants_of_owner(TENANT, "owner-7", ALWAYS, 50),
            "quality": read_models.quality_of_tenant("tenant-7", days[0], days[6]),
            "a page of a rebuild of quality": page_of(Position(TENANT, "entry-7", 1), ProcessingQuality.scanned, 1_000),
            "a page of a rebuild": page_of(Position(TENANT, "entry-7", 1), SpendingTotals.scanned, 1_000),
        }
        plans = {name: await plan_of(database, statement) for name, statement in statements.items()}
        big = ("spending_entries", "spending_months", "spending_merchants", "processing_quality", "events")
        for name, plan in plans.items():
            for table in big:
                assert f"Seq Scan on {table}" not in plan, (name, plan)
                assert f"SCAN {table}" not in plan, (name, plan)
        assert "Sort" not in plans["first page"]
        assert "TEMP B-TREE" not in plans["first page"]
        assert all("index" in plan.lower() for plan in plans.values()), plans
