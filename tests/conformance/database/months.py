"""What every `MonthEntries` promises."""

from datetime import date, timedelta

from adapters.database.months import ROWS_AT_ONCE
from contracts.events.insights import DayRange
from contracts.money import Currency, Money
from contracts.values import Category
from tests.conformance.database.samples import TENANT, entry_verdict, spending
from workers.domain.months import KeptEntry
from workers.domain.spending import SpendingEntry
from workers.ports.months import MonthEntries
from workers.ports.store import DecisionStore

OWNER = "somchai"
MARCH = DayRange(first=date(2026, 3, 1), last=date(2026, 3, 31))


async def store_all(store: DecisionStore, *entries: SpendingEntry) -> None:
    await store.commit([entry_verdict(f"c-{one.tenant}-{one.id}-{one.version}", one) for one in entries])


async def found(months: MonthEntries, tenant: str = TENANT, owner: str = OWNER) -> list[KeptEntry]:
    return [entry async for entry in months.of_days(tenant, owner, MARCH)]


def told(entry: SpendingEntry) -> KeptEntry:
    money = entry.amount
    return KeptEntry(entry.id, entry.version, money.amount, money.currency, entry.category, entry.is_deleted)


class MonthEntriesContract:
    async def test_the_entries_of_the_days_come_by_date_deleted_ones_among_them(
        self, store: DecisionStore, months: MonthEntries
    ) -> None:
        last = spending("1", spent_on=date(2026, 3, 31), category=Category.MERIT)
        first = spending("2", spent_on=date(2026, 3, 1), amount=Money.of("1200", Currency.JPY))
        gone = spending("3", spent_on=date(2026, 3, 9), deleted_reason="twice")
        others = (
            spending("before", spent_on=date(2026, 2, 28)),
            spending("after", spent_on=date(2026, 4, 1)),
            spending("another's", owner="somsri"),
            spending("elsewhere", tenant="other"),
        )
        await store_all(store, last, first, gone, *others)
        assert await found(months) == [told(first), told(gone), told(last)]
        assert [str(entry.amount) for entry in await found(months)] == ["1200", "50.00", "50.00"]

    async def test_an_entry_is_told_as_it_is_now(self, store: DecisionStore, months: MonthEntries) -> None:
        lunch = spending("lunch")
        await store_all(store, lunch)
        corrected = lunch._replace(version=2, amount=Money.of("60.00"))
        await store_all(store, corrected)
        assert await found(months) == [told(corrected)]

    async def test_there_may_be_more_than_are_read_at_once(self, store: DecisionStore, months: MonthEntries) -> None:
        entries = [
            spending(str(number), spent_on=MARCH.first + timedelta(days=number % 31))
            for number in range(ROWS_AT_ONCE + 3)
        ]
        await store_all(store, *entries)
        ordered = sorted(entries, key=lambda entry: (entry.spent_on, entry.id))
        assert await found(months) == list(map(told, ordered))

    async def test_nobody_s_months_are_empty(self, months: MonthEntries) -> None:
        assert await found(months, owner="nobody") == []
        assert await found(months, tenant="\0") == []
