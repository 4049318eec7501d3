"""What every `SpendingHistory` promises."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from adapters.database.engine import Database
from adapters.database.history import ROWS_AT_ONCE
from contracts.events.insights import DayRange
from contracts.money import Currency, Money
from contracts.values import Category, PaymentMethod
from tests.conformance.database.samples import TENANT, entry_verdict, spending
from workers.domain.insights.history import Spent
from workers.domain.spending import SpendingEntry
from workers.ports.history import OwnerEntries, SpendingHistory
from workers.ports.store import DecisionStore

OWNER = "somchai"
MARCH = DayRange(first=date(2026, 3, 1), last=date(2026, 3, 31))


async def kept(store: DecisionStore, *entries: SpendingEntry) -> None:
    results = await store.commit([entry_verdict(f"c-{entry.tenant}-{entry.id}", entry) for entry in entries])
    assert len(results) == len(entries)


def spent(entry: SpendingEntry) -> Spent:
    return Spent(
        entry.id,
        entry.amount.amount,
        entry.amount.currency,
        entry.merchant,
        entry.spent_on,
        entry.category,
        entry.payment_method,
    )


class SpendingHistoryContract:
    async def test_an_owners_entries_come_back_as_they_were_the_newest_first(
        self, store: DecisionStore, history: SpendingHistory
    ) -> None:
        older = spending("1", spent_on=date(2026, 3, 1), amount=Money.of("1200", Currency.JPY))
        newer = spending("2", spent_on=date(2026, 3, 31), category=Category.MERIT, payment_method=PaymentMethod.CASH)
        await kept(store, older, newer)
        found = await history.of_owner(TENANT, OWNER, MARCH, 10)
        assert found == OwnerEntries((spent(newer), spent(older)), complete=True)
        assert [str(entry.amount) for entry in found.entries] == ["50.00", "1200"]

    async def test_days_outside_others_and_deleted_entries_are_left_out(
        self, store: DecisionStore, history: SpendingHistory
    ) -> None:
        mine = spending("mine")
        await kept(
            store,
            mine,
            spending("before", spent_on=date(2026, 2, 28)),
            spending("after", spent_on=date(2026, 4, 1)),
            spending("another's", owner="somsri"),
            spending("another tenant's", tenant="globex"),
            spending("deleted", deleted_reason="twice"),
        )
        assert await history.of_owner(TENANT, OWNER, MARCH, 10) == OwnerEntries((spent(mine),), complete=True)

    @pytest.mark.parametrize("owner", ["nobody", "a NUL \0", "half a \ud83c"])
    async def test_an_owner_nobody_knows_has_no_entries(
        self, store: DecisionStore, history: SpendingHistory, owner: str
    ) -> None:
        await kept(store, spending())
        assert await history.of_owner(TENANT, owner, MARCH, 10) == OwnerEntries((), complete=True)

    @pytest.mark.parametrize(("most", "complete"), [(1, False), (2, False), (3, True), (4, True)])
    async def test_of_more_entries_than_wanted_the_newest_are_told_and_that_there_are_more(
        self, store: DecisionStore, history: SpendingHistory, most: int, *, complete: bool
    ) -> None:
        entries = [spending(str(day), spent_on=date(2026, 3, day)) for day in (1, 2, 3)]
        await kept(store, *entries)
        found = await history.of_owner(TENANT, OWNER, MARCH, most)
        assert found.complete is complete
        assert list(found.entries) == [spent(entry) for entry in reversed(entries)][:most]

    async def test_the_entries_of_a_day_come_by_id(self, store: DecisionStore, history: SpendingHistory) -> None:
        entries = [spending(f"entry {number}") for number in range(20)]
        await kept(store, *entries)
        found = await history.of_owner(TENANT, OWNER, MARCH, 100)
        assert [entry.id for entry in found.entries] == sorted(entry.id for entry in entries)

    async def test_more_rows_than_are_read_in_one_go_come_whole(
        self, store: DecisionStore, history: SpendingHistory
    ) -> None:
        many = 2 * ROWS_AT_ONCE + 1
        days = [MARCH.first + timedelta(days=number % 31) for number in range(many)]
        await kept(store, *(spending(str(number), spent_on=day) for number, day in enumerate(days)))
        found = await history.of_owner(TENANT, OWNER, MARCH, many)
        assert (len({entry.id for entry in found.entries}), found.complete) == (many, True)

    async def test_entries_are_found_by_the_index_of_owner_and_date(
        self, store: DecisionStore, database: Database
    ) -> None:
        await kept(store, *(spending(str(number), owner=f"owner-{number % 40}") for number in range(2_000)))
        wanted = (
            "select id from spending_entries where tenant = 'acme' and owner = 'owner-7' and deleted_reason is null"
            " and spent_on between '2026-03-01' and '2026-03-31' order by spent_on desc, id limit 20001"
        )
        explain = "explain query plan " if database.is_sqlite else "explain "
        async with database.connection(writes=True) as connection:
            await connection.execute(text("analyze spending_entries"))
            plan = "\n".join(str(tuple(row)) for row in await connection.execute(text(explain + wanted)))
        assert "ix_spending_entries_tenant_owner_spent_on" in plan
        assert "Seq Scan" not in plan
        assert "SCAN spending_entries" not in plan
