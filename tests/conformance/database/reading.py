"""What every `EventReader` and every `SpendingRepository` promises."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest

from contracts.money import MAX_AMOUNT, Currency, Money
from tests.conformance.database.samples import TENANT, entry_id, entry_verdict, full_spending, spending, verdict
from workers.domain.spending import SpendingEntry
from workers.ports.store import WHOLE, DecisionStore, EventReader, Span, SpendingRepository

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
AMOUNTS = ("0", "0.01", "0.1", "1", "120.50", "99999.99", "1234567890.12", str(MAX_AMOUNT))


class EventReaderContract:
    async def test_a_stream_is_read_by_version(self, store: DecisionStore, reader: EventReader) -> None:
        later, first = (verdict(f"c-{version}", stream="entry-1", version=version) for version in (2, 1))
        await store.commit([later])
        await store.commit([first, verdict("other")])
        assert await reader.stream(TENANT, "entry-1") == [*first.events, *later.events]

    @pytest.mark.parametrize("name", ["unknown", "a NUL \0", "half a \ud83c"])
    async def test_an_unknown_stream_is_empty(self, store: DecisionStore, reader: EventReader, name: str) -> None:
        await store.commit([verdict("c-1")])
        assert list(await reader.stream(TENANT, name)) == []

    @pytest.mark.parametrize(
        ("span", "versions"),
        [
            (WHOLE, [1, 2, 3, 4]),
            (Span(first=3), [3, 4]),
            (Span(last=2), [1, 2]),
            (Span(first=2, last=3), [2, 3]),
            (Span(first=5), []),
            (Span(last=0), []),
            (Span(until=NINE - timedelta(microseconds=1)), []),
            (Span(until=NINE), [1]),
            (Span(until=NINE + timedelta(minutes=1)), [1]),
            (Span(until=NINE + timedelta(minutes=2)), [1, 2, 3]),
            (Span(until=(NINE + timedelta(minutes=2)).astimezone(timezone(timedelta(hours=7)))), [1, 2, 3]),
            (Span(until=NINE + timedelta(days=400)), [1, 2, 3, 4]),
            (Span(first=2, last=2, until=NINE + timedelta(minutes=2)), [2]),
        ],
    )
    async def test_a_part_of_a_stream_is_read_by_versions_and_as_it_was(
        self, store: DecisionStore, reader: EventReader, span: Span, versions: list[int]
    ) -> None:
        # The third was decided by a worker whose clock was behind: what came before it shows whenever it does.
        minutes = {1: 0, 2: 2, 3: 1, 4: 3}
        for version, minute in minutes.items():
            decided = verdict(
                f"c-{version}", stream="entry-1", version=version, occurred_at=NINE + timedelta(minutes=minute)
            )
            await store.commit([decided, verdict(f"x-{version}", stream="entry-2", version=version, occurred_at=NINE)])
        assert [event.version for event in await reader.stream(TENANT, "entry-1", span)] == versions

    async def test_a_moment_without_a_zone_is_refused(self, reader: EventReader) -> None:
        with pytest.raises(ValueError, match="no moment"):
            await reader.stream(TENANT, "entry-1", Span(until=NINE.replace(tzinfo=None)))

    async def test_a_stream_of_another_tenant_is_not_seen(self, store: DecisionStore, reader: EventReader) -> None:
        await store.commit([verdict("c-1", tenant="globex", stream="entry-1")])
        assert list(await reader.stream(TENANT, "entry-1")) == []

    @pytest.mark.parametrize("batch", [1, 2, 3, 7, 500])
    async def test_a_scan_reads_every_event_once_in_order(
        self, store: DecisionStore, reader: EventReader, batch: int
    ) -> None:
        stored = [
            verdict(f"c-{stream}", events=2, tenant=tenant)
            for tenant in ("b", "a", "B")
            for stream in ("z", "ก", "a-1", "A")
        ]
        await store.commit(stored)
        found = [(event.tenant, event.stream, event.version) async for event in reader.scan(batch=batch)]
        assert found == sorted((event.tenant, event.stream, event.version) for each in stored for event in each.events)

    async def test_a_scan_of_one_tenant_reads_no_other(self, store: DecisionStore, reader: EventReader) -> None:
        await store.commit([verdict("c-1"), verdict("c-2"), verdict("c-1", tenant="globex")])
        assert [event.causation_id async for event in reader.scan(TENANT, batch=1)] == ["c-1", "c-2"]

    async def test_a_scan_of_nothing_ends(self, reader: EventReader) -> None:
        assert [event async for event in reader.scan()] == []


class SpendingRepositoryContract:
    @pytest.mark.parametrize("entry", [spending(), full_spending()], ids=["bare", "full"])
    async def test_an_entry_comes_back_as_it_was(
        self, store: DecisionStore, repository: SpendingRepository, entry: SpendingEntry
    ) -> None:
        await store.commit([entry_verdict("c-1", entry)])
        assert await repository.get(TENANT, entry.id) == entry
        assert await repository.of_tenant(TENANT) == [entry]

    async def test_every_amount_in_every_currency_comes_back_exactly(
        self, store: DecisionStore, repository: SpendingRepository
    ) -> None:
        amounts = [
            Money.of(min(Decimal(amount), _largest(currency)), currency) for currency in Currency for amount in AMOUNTS
        ]
        entries = [spending(f"{money}", amount=money) for money in amounts]
        distinct = {entry.id: entry for entry in entries}
        await store.commit([entry_verdict(str(key), entry) for key, entry in distinct.items()])
        for key, entry in distinct.items():
            stored = await repository.get(TENANT, key)
            assert stored == entry
            assert stored is not None
            assert str(stored.amount.amount) == str(entry.amount.amount)

    async def test_every_later_version_replaces_all_fields(
        self, store: DecisionStore, repository: SpendingRepository
    ) -> None:
        first = full_spending()
        await store.commit([entry_verdict("c-1", first)])
        emptied = spending()._replace(id=first.id, version=2, amount=Money.of("1200", Currency.JPY))
        await store.commit([entry_verdict("c-2", emptied)])
        assert await repository.get(TENANT, first.id) == emptied

    async def test_an_unknown_entry_is_none(self, repository: SpendingRepository) -> None:
        assert await repository.get(TENANT, entry_id("unknown")) is None

    async def test_another_tenants_entries_are_not_seen(
        self, store: DecisionStore, repository: SpendingRepository
    ) -> None:
        theirs = spending(tenant="globex")
        await store.commit([entry_verdict("c-1", theirs)])
        assert await repository.get(TENANT, theirs.id) is None
        assert list(await repository.of_tenant(TENANT)) == []
        assert await repository.of_tenant("globex") == [theirs]

    async def test_entries_asked_for_at_the_same_time_are_told_apart(
        self, store: DecisionStore, repository: SpendingRepository
    ) -> None:
        mine, theirs = spending("mine"), spending("theirs", tenant="globex")
        await store.commit([entry_verdict("c-1", mine), entry_verdict("c-2", theirs)])
        asked = [(TENANT, mine.id), ("globex", theirs.id), ("globex", mine.id), (TENANT, theirs.id), ("a\0b", mine.id)]
        found = await asyncio.gather(*(repository.get(tenant, entry) for tenant, entry in asked))
        assert found == [mine, theirs, None, None, None]

    async def test_a_tenants_entries_come_by_owner_and_date(
        self, store: DecisionStore, repository: SpendingRepository
    ) -> None:
        ordered = [
            spending("1", owner="Zoe", spent_on=date(2026, 3, 3)),
            spending("2", owner="anan", spent_on=date(2026, 3, 1)),
            spending("3", owner="anan", spent_on=date(2026, 3, 2)),
            spending("4", owner="anan", spent_on=date(2026, 3, 2), spent_at=time(9)),
            spending("5", owner="anan", spent_on=date(2026, 3, 2), spent_at=time(18)),
        ]
        await store.commit([entry_verdict(f"c-{place}", entry) for place, entry in enumerate(reversed(ordered))])
        assert await repository.of_tenant(TENANT) == ordered


def _largest(currency: Currency) -> Decimal:
    return MAX_AMOUNT.quantize(currency.quantum, "ROUND_DOWN")
