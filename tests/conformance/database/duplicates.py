"""What every `DuplicateRepository` promises."""

import asyncio
from datetime import date, time
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import text

from adapters.database.engine import Database
from contracts.money import MAX_AMOUNT, Currency, Money
from contracts.spending import Source, SourceKind
from tests.conformance.database.samples import TENANT, entry_verdict, event, spending
from workers.domain.duplicates import DuplicatePair, among, pair_id, pair_stream, place_of
from workers.domain.mapping_keys import key_of
from workers.domain.spending import SpendingEntry
from workers.ports.duplicates import MOST_ALIKE, DuplicateRepository
from workers.ports.store import Committed, Conflicted, DecisionStore, Verdict

OWNER = "somchai"
DAY = date(2026, 3, 2)
LONG_AGO = date(1900, 1, 1)
SLIP = Source(kind=SourceKind.RECEIPT, reference="014180553BPM01234")


async def kept(store: DecisionStore, *entries: SpendingEntry) -> None:
    verdicts = [entry_verdict(f"c-{entry.tenant}-{entry.id}-{entry.version}", entry) for entry in entries]
    assert all(isinstance(result, Committed) for result in await store.commit(verdicts))


def pair_of(one: SpendingEntry, two: SpendingEntry) -> DuplicatePair:
    place = place_of(one.tenant, one.id, two.id)
    return DuplicatePair(pair_id(place), one.tenant, one.owner, 1, place.one, place.two)


def pair_verdict(cause: str, pair: DuplicatePair) -> Verdict:
    decided = event(cause, tenant=pair.tenant, owner=pair.owner, stream=pair_stream(pair.id))
    return Verdict(decided.inbox_key, (decided,), (pair,))


def ids(*entries: SpendingEntry) -> list[Any]:
    return sorted(entry.id for entry in entries)


async def near(found: DuplicateRepository, entry: SpendingEntry) -> list[Any]:
    return [other.id for other in (await found.near([entry]))[0]]


async def open_ones(
    found: DuplicateRepository, owner: str = OWNER, since: date = LONG_AGO, most: int = 100
) -> list[tuple[Any, Any]]:
    return [(alike.one.id, alike.two.id) for alike in await found.open_pairs(TENANT, owner, since, most)]


def in_order(*pairs: tuple[SpendingEntry, SpendingEntry]) -> list[tuple[Any, Any]]:
    return [tuple(ids(*pair)) for pair in pairs]


class DuplicateRepositoryContract:
    async def test_entries_of_the_same_day_and_sum_are_near_whatever_their_merchant(
        self, store: DecisionStore, duplicates: DuplicateRepository
    ) -> None:
        new, first, second = spending("new"), spending("1", merchant="x"), spending("2", spent_at=time(9, 30))
        await kept(store, first, second)
        assert await near(duplicates, new) == ids(first, second)
        assert await duplicates.near([first]) == [[second]]

    async def test_entries_with_the_same_reference_are_near_whatever_their_day_and_sum(
        self, store: DecisionStore, duplicates: DuplicateRepository
    ) -> None:
        first = spending("1", source=SLIP, spent_on=LONG_AGO, amount=Money.of("1200", Currency.JPY))
        await kept(store, first)
        assert await near(duplicates, spending("new", source=SLIP)) == [first.id]

    async def test_one_that_is_near_in_both_ways_is_told_once(
        self, store: DecisionStore, duplicates: DuplicateRepository
    ) -> None:
        first = spending("1", source=SLIP)
        await kept(store, first)
        assert await near(duplicates, spending("new", source=SLIP)) == [first.id]

    async def test_nothing_else_is_near(self, store: DecisionStore, duplicates: DuplicateRepository) -> None:
        await kept(
            store,
            spending("new", source=SLIP),
            spending("another day", spent_on=date(2026, 3, 3)),
            spending("another sum", amount=Money.of("50.01")),
            spending("another currency", amount=Money.of("50.00", Currency.USD)),
            spending("another's", owner="somsri", source=SLIP),
            spending("another tenant's", tenant="globex", source=SLIP),
            spending("deleted", deleted_reason="twice", source=SLIP),
            spending("another slip", spent_on=LONG_AGO, source=Source(reference="other")),
            spending("no slip", spent_on=LONG_AGO),
        )
        assert await near(duplicates, spending("new", source=SLIP)) == []

    async def test_entries_without_a_reference_are_not_near_because_of_that(
        self, store: DecisionStore, duplicates: DuplicateRepository
    ) -> None:
        await kept(store, spending("1", spent_on=LONG_AGO))
        assert await near(duplicates, spending("new")) == []

    @pytest.mark.parametrize("amount", ["0.01", "99999.99", str(MAX_AMOUNT)])
    async def test_sums_are_compared_exactly(
        self, store: DecisionStore, duplicates: DuplicateRepository, amount: str
    ) -> None:
        first = spending("1", amount=Money.of(amount))
        await kept(store, first)
        assert await near(duplicates, spending("new", amount=Money.of(amount))) == [first.id]

    async def test_many_are_asked_at_once_and_each_is_told_its_own(
        self, store: DecisionStore, duplicates: DuplicateRepository
    ) -> None:
        stored = [spending(f"{number}", owner=f"owner {number % 7}") for number in range(21)]
        theirs = spending("theirs", tenant="globex", owner="owner 0")
        await kept(store, *stored, theirs)
        odd = [spending("a", owner="a\0b"), spending("b", owner="half a \ud83c")]
        asked = [spending(f"new {number}", owner=f"owner {number}") for number in range(8)]
        found = await duplicates.near([*asked, *odd, theirs])
        for entry, told in zip(asked, found, strict=False):
            assert [each.id for each in told] == ids(*(each for each in stored if each.owner == entry.owner))
        assert list(map(list, found[8:])) == [[], [], []]

    async def test_of_none_nothing_is_asked_and_of_unknown_ones_nothing_found(
        self, duplicates: DuplicateRepository
    ) -> None:
        assert list(await duplicates.near([])) == []
        assert list(map(list, await duplicates.near([spending("a"), spending("b")]))) == [[], []]

    async def test_of_very_many_some_are_told(self, store: DecisionStore, duplicates: DuplicateRepository) -> None:
        stored = [spending(f"{number}") for number in range(MOST_ALIKE + 5)]
        await kept(store, *stored)
        told = await near(duplicates, spending("new"))
        assert len(set(told)) == MOST_ALIKE
        assert set(told) <= set(ids(*stored))

    async def test_what_was_said_of_a_pair_is_kept_once(
        self, store: DecisionStore, duplicates: DuplicateRepository
    ) -> None:
        pair = pair_of(spending("1"), spending("2"))
        place = place_of(TENANT, pair.two, pair.one)
        assert await duplicates.pair(place) is None
        (stored,) = await store.commit([pair_verdict("c-1", pair)])
        (again,) = await store.commit([pair_verdict("c-2", pair)])
        assert isinstance(stored, Committed)
        assert isinstance(again, Conflicted)
        assert await duplicates.pair(place) == pair
        assert await duplicates.pair(place._replace(tenant="globex")) is None

    async def test_open_pairs_are_those_near_each_other_the_newest_first(
        self, store: DecisionStore, duplicates: DuplicateRepository
    ) -> None:
        old = [spending(f"old {number}", spent_on=date(2026, 1, 1)) for number in "12"]
        slips = [spending(f"slip {number}", source=SLIP, amount=Money.of(number)) for number in "12"]
        day = [spending(f"day {number}", spent_on=date(2026, 2, 1)) for number in "12"]
        await kept(store, *old, *slips, *day, spending("alone", amount=Money.of("3")))
        assert await open_ones(duplicates) == in_order((slips[0], slips[1]), (day[0], day[1]), (old[0], old[1]))
        assert await open_ones(duplicates, most=2) == in_order((slips[0], slips[1]), (day[0], day[1]))
        assert await open_ones(duplicates, since=date(2026, 2, 1)) == in_order((slips[0], slips[1]), (day[0], day[1]))
        assert await open_ones(duplicates, since=date(2026, 3, 3)) == []

    async def test_a_pair_is_open_as_long_as_one_of_its_entries_is_recent(
        self, store: DecisionStore, duplicates: DuplicateRepository
    ) -> None:
        late, early = spending("late", source=SLIP), spending("early", source=SLIP, spent_on=LONG_AGO)
        await kept(store, late, early)
        assert await open_ones(duplicates, since=DAY) == in_order((late, early))

    async def test_deleted_entries_and_those_told_apart_are_no_longer_open(
        self, store: DecisionStore, duplicates: DuplicateRepository
    ) -> None:
        one, two, three = (spending(number) for number in "123")
        await kept(store, one, two, three)
        assert len(await open_ones(duplicates)) == 3
        await store.commit([pair_verdict("c-apart", pair_of(one, two))])
        assert sorted(await open_ones(duplicates)) == sorted(in_order((one, three), (two, three)))
        await kept(store, three._replace(version=2, deleted_reason="twice"))
        assert await open_ones(duplicates) == []

    @pytest.mark.parametrize("owner", ["somsri", "nobody", "a NUL \0", "half a \ud83c"])
    async def test_nobody_else_sees_them(
        self, store: DecisionStore, duplicates: DuplicateRepository, owner: str
    ) -> None:
        await kept(store, spending("1"), spending("2"), spending("3", owner="somsri"))
        await kept(store, *(spending(name, tenant="globex", owner="nobody") for name in "12"))
        assert await open_ones(duplicates, owner=owner) == []

    async def test_a_pair_of_another_tenant_hides_nothing(
        self, store: DecisionStore, duplicates: DuplicateRepository
    ) -> None:
        one, two = spending("1"), spending("2")
        await kept(store, one, two)
        theirs = pair_of(one._replace(tenant="globex"), two)
        await store.commit([pair_verdict("c-1", theirs)])
        assert await open_ones(duplicates) == in_order((one, two))

    async def test_two_workers_that_record_at_once_leave_a_pair_that_is_found(
        self, store: DecisionStore, other_store: DecisionStore, duplicates: DuplicateRepository
    ) -> None:
        one, two = spending("1", spent_at=time(9, 30)), spending("2", spent_at=time(9, 30))
        missed = [await near(duplicates, entry) for entry in (one, two)]
        await asyncio.gather(kept(store, one), kept(other_store, two))
        assert missed == [[], []]
        assert await open_ones(duplicates) == in_order((one, two))

    async def test_the_order_of_recording_changes_no_link(
        self, store: DecisionStore, duplicates: DuplicateRepository
    ) -> None:
        found = []
        for number, order in enumerate(permutations("123")):
            owner = f"owner {number}"
            links = set()
            for name in order:
                at = None if name == "3" else time(9, 30)
                kind = SourceKind.RECEIPT if name == "3" else SourceKind.TEXT
                entry = spending(f"{number} {name}", owner=owner, spent_at=at, source=Source(kind=kind))
                named = {spending(f"{number} {each}").id: each for each in order}
                for alike in among(entry, (await duplicates.near([entry]))[0], key_of):
                    links.add((frozenset({name, named[alike.entry_id]}), alike.reason, alike.strength))
                await kept(store, entry)
            found.append(links)
        assert len(found[0]) == 3
        assert all(links == found[0] for links in found)

    async def test_both_looks_use_an_index(self, store: DecisionStore, database: Database) -> None:
        sources = (SLIP, Source())
        await kept(
            store,
            *(
                spending(str(number), owner=f"owner-{number % 40}", source=sources[number % 20 > 0])
                for number in range(2_000)
            ),
        )
        own = "select id from spending_entries where tenant = 'acme' and owner = 'owner-7' and deleted_reason is null"
        looks = {
            f"{own} and spent_on = '2026-03-02' and amount = {500_000 if database.is_sqlite else 50}": (
                "ix_spending_entries_tenant_owner_spent_on_id"
            ),
            f"{own} and (source ->> 'reference') is not null and (source ->> 'reference') = 'x'": (
                "ix_spending_entries_reference"
            ),
        }
        explain = "explain query plan " if database.is_sqlite else "explain "
        async with database.connection(writes=True) as connection:
            await connection.execute(text("analyze spending_entries"))
            for look, index in looks.items():
                plan = "\n".join(str(tuple(row)) for row in await connection.execute(text(explain + look)))
                assert index in plan
