"""What every `DecisionStore` promises."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.conformance.database.samples import (
    TENANT,
    THAI,
    entry_id,
    entry_verdict,
    event,
    spending,
    verdict,
)
from workers.domain.spending import entry_stream
from workers.ports.store import (
    Committed,
    Conflicted,
    DecisionStore,
    EventReader,
    InboxKey,
    SpendingRepository,
    Unstorable,
    Verdict,
)

BAD_CHANGES: dict[str, dict[str, Any]] = {
    "a NUL character": {"data": '{"text":"\0"}'},
    "a lone surrogate": {"data": '{"text":"\ud83c"}'},
    "version 0": {"version": 0},
    "an empty stream": {"stream": ""},
    "a stream too long to index": {"stream": "ส" * 401},
    "a version beyond 32 bits": {"version": 2**40},
    "a moment without a zone": {"occurred_at": datetime(2026, 3, 2, 12, 0)},  # noqa: DTZ001
}


class DecisionStoreContract:
    async def test_a_verdict_is_stored_and_found_by_its_key(self, store: DecisionStore) -> None:
        decided = verdict("c-1")
        assert await store.commit([decided]) == [Committed(decided.key, decided.events)]
        assert await store.recorded([decided.key]) == {decided.key: decided.events}

    async def test_an_empty_batch_stores_nothing(self, store: DecisionStore) -> None:
        assert list(await store.commit([])) == []

    async def test_no_keys_find_nothing(self, store: DecisionStore) -> None:
        assert await store.recorded([]) == {}

    async def test_an_unknown_key_is_not_recorded(self, store: DecisionStore) -> None:
        decided = verdict("c-1")
        await store.commit([decided])
        unknown = InboxKey("spending", TENANT, "c-2")
        assert await store.recorded([unknown, decided.key, decided.key]) == {decided.key: decided.events}

    async def test_a_key_that_no_database_can_hold_hides_no_other(self, store: DecisionStore) -> None:
        decided = verdict("c-1")
        await store.commit([decided])
        impossible = [InboxKey("spending", TENANT, "\0"), InboxKey("spending", TENANT, "\ud83c")]
        assert await store.recorded([*impossible, decided.key]) == {decided.key: decided.events}

    async def test_results_come_in_the_order_of_the_verdicts(self, store: DecisionStore) -> None:
        batch = [verdict(f"c-{number}") for number in (3, 1, 2)]
        assert [result.key for result in await store.commit(batch)] == [decided.key for decided in batch]

    async def test_events_of_a_verdict_come_back_by_ordinal(self, store: DecisionStore) -> None:
        decided = verdict("c-1", events=3)
        shuffled = Verdict(decided.key, (decided.events[2], decided.events[0], decided.events[1]))
        await store.commit([shuffled])
        assert (await store.recorded([decided.key]))[decided.key] == decided.events

    async def test_a_duplicate_yields_the_events_of_the_first_time(self, store: DecisionStore) -> None:
        first = verdict("c-1", data='{"answer":1}')
        await store.commit([first])
        again = await store.commit([verdict("c-1", data='{"answer":2}')])
        assert again == [Committed(first.key, first.events, duplicate=True)]

    async def test_a_duplicate_with_more_events_stores_none_of_them(
        self, store: DecisionStore, reader: EventReader
    ) -> None:
        first = verdict("c-1")
        await store.commit([first])
        again = await store.commit([verdict("c-1", events=2)])
        assert again == [Committed(first.key, first.events, duplicate=True)]
        assert await reader.stream(TENANT, first.events[0].stream) == list(first.events)

    async def test_a_duplicate_in_another_stream_stores_nothing_there(
        self, store: DecisionStore, reader: EventReader
    ) -> None:
        first = verdict("c-1")
        await store.commit([first])
        again = await store.commit([verdict("c-1", stream="elsewhere")])
        assert again == [Committed(first.key, first.events, duplicate=True)]
        assert not await reader.stream(TENANT, "elsewhere")

    async def test_duplicates_do_not_hold_their_neighbours_up(self, store: DecisionStore) -> None:
        await store.commit([verdict("c-1"), verdict("c-3")])
        results = await store.commit([verdict(f"c-{number}") for number in range(5)])
        assert [isinstance(result, Committed) and result.duplicate for result in results] == [
            False, True, False, True, False,
        ]  # fmt: skip

    async def test_a_batch_of_duplicates_stores_nothing_new(self, store: DecisionStore, reader: EventReader) -> None:
        batch = [verdict(f"c-{number}") for number in range(20)]
        await store.commit(batch)
        again = await store.commit(batch)
        assert again == [Committed(decided.key, decided.events, duplicate=True) for decided in batch]
        assert len([stored async for stored in reader.scan()]) == 20

    async def test_a_taken_stream_version_conflicts_and_stores_nothing(
        self, store: DecisionStore, reader: EventReader
    ) -> None:
        await store.commit([verdict("c-1", stream="entry-1", version=1)])
        late = verdict("c-2", stream="entry-1", version=1)
        assert await store.commit([late]) == [Conflicted(late.key, "entry-1", 1)]
        assert await store.recorded([late.key]) == {}
        assert [stored.causation_id for stored in await reader.stream(TENANT, "entry-1")] == ["c-1"]

    async def test_of_several_streams_a_conflict_tells_the_one_that_went_on(self, store: DecisionStore) -> None:
        await store.commit([verdict("c-1", events=3, stream="entry-2"), verdict("c-2", stream="entry-3")])
        first, second = event("c-3", stream="entry-1"), event("c-3", stream="entry-2", version=2, ordinal=1)
        third = event("c-3", stream="entry-3", version=2, ordinal=2)
        late = Verdict(first.inbox_key, (first, second, third))
        assert await store.commit([late]) == [Conflicted(late.key, "entry-2", 3)]

    async def test_of_two_verdicts_on_one_stream_version_in_a_batch_the_first_wins(self, store: DecisionStore) -> None:
        winner, loser = (verdict(cause, stream="entry-1", version=1) for cause in ("z", "a"))
        other = verdict("c-9")
        results = await store.commit([winner, loser, other])
        assert results == [
            Committed(winner.key, winner.events), Conflicted(loser.key), Committed(other.key, other.events),
        ]  # fmt: skip

    async def test_two_versions_of_one_entry_in_a_batch_are_both_stored(
        self, store: DecisionStore, repository: SpendingRepository
    ) -> None:
        first, second = spending(), spending(version=2, merchant="7-Eleven")
        results = await store.commit([entry_verdict("c-2", second), entry_verdict("c-1", first)])
        assert all(isinstance(result, Committed) for result in results)
        assert await repository.get(TENANT, second.id) == second

    async def test_many_events_are_stored_whole_or_not_at_all(self, store: DecisionStore, reader: EventReader) -> None:
        await store.commit([verdict("c-1", stream="entry-1", version=2)])
        half_taken = Verdict(
            InboxKey("spending", TENANT, "c-2"),
            tuple(event("c-2", stream="entry-1", version=version, ordinal=version - 1) for version in (1, 2, 3)),
        )
        assert await store.commit([half_taken]) == [Conflicted(half_taken.key, "entry-1", 2)]
        assert [stored.version for stored in await reader.stream(TENANT, "entry-1")] == [2]

    async def test_an_entry_that_does_not_follow_takes_its_event_along(
        self, store: DecisionStore, reader: EventReader, repository: SpendingRepository
    ) -> None:
        await store.commit([entry_verdict("c-1", spending())])
        skipping = entry_verdict("c-2", spending(version=3))
        neighbour = entry_verdict("c-3", spending("dinner"))
        assert await store.commit([skipping, neighbour]) == [
            Conflicted(skipping.key, entry_stream(entry_id("lunch")), 1), Committed(neighbour.key, neighbour.events),
        ]  # fmt: skip
        assert [stored.version for stored in await reader.stream(TENANT, entry_stream(entry_id("lunch")))] == [1]
        assert await repository.get(TENANT, entry_id("lunch")) == spending()

    async def test_an_entry_begins_at_version_one(self, store: DecisionStore, repository: SpendingRepository) -> None:
        orphan = entry_verdict("c-1", spending(version=2))
        assert await store.commit([orphan]) == [Conflicted(orphan.key, entry_stream(entry_id("lunch")), 0)]
        assert await repository.get(TENANT, entry_id("lunch")) is None

    async def test_a_bad_entry_takes_its_event_along(self, store: DecisionStore, reader: EventReader) -> None:
        bad = entry_verdict("c-1", spending(merchant="\0"))
        (result,) = await store.commit([bad])
        assert isinstance(result, Unstorable)
        assert not [stored async for stored in reader.scan()]

    @pytest.mark.parametrize("flaw", BAD_CHANGES)
    async def test_a_bad_row_fails_alone(self, store: DecisionStore, flaw: str) -> None:
        bad = verdict("bad", **BAD_CHANGES[flaw])
        before, after = verdict("c-1"), verdict("c-2", events=2)
        results = await store.commit([before, bad, after])
        assert [type(result) for result in results] == [Committed, Unstorable, Committed]
        stored = await store.recorded([before.key, bad.key, after.key])
        assert stored == {before.key: before.events, after.key: after.events}

    async def test_one_bad_row_among_two_hundred_fails_alone(self, store: DecisionStore) -> None:
        batch = [verdict(f"c-{number}", version=int(number != 137)) for number in range(200)]
        results = await store.commit(batch)
        assert [place for place, result in enumerate(results) if not isinstance(result, Committed)] == [137]
        assert isinstance(results[137], Unstorable)

    async def test_the_reason_of_an_unstorable_row_does_not_repeat_it(self, store: DecisionStore) -> None:
        (result,) = await store.commit([verdict("bad", version=0, data='{"text":"my secret"}')])
        assert isinstance(result, Unstorable)
        assert "version" in result.reason
        assert "secret" not in result.reason

    async def test_bad_duplicate_and_conflicting_ones_together_are_told_apart(self, store: DecisionStore) -> None:
        await store.commit([verdict("again"), verdict("c-1", stream="entry-1")])
        batch = [verdict("again"), verdict("late", stream="entry-1"), verdict("bad", version=0), verdict("new")]
        results = await store.commit(batch)
        assert [type(result) for result in results] == [Committed, Conflicted, Unstorable, Committed]

    async def test_a_verdict_without_events_is_unstorable(self, store: DecisionStore) -> None:
        key = InboxKey("spending", TENANT, "c-1")
        (result,) = await store.commit([Verdict(key, ())])
        assert isinstance(result, Unstorable)

    async def test_an_id_of_another_command_is_unstorable(self, store: DecisionStore) -> None:
        first = verdict("c-1")
        await store.commit([first])
        (result,) = await store.commit([verdict("c-2", id=first.events[0].id)])
        assert isinstance(result, Unstorable)

    async def test_large_batches_are_stored_whole(self, store: DecisionStore, repository: SpendingRepository) -> None:
        entries = [spending(f"entry {number}") for number in range(1_200)]
        batch = [entry_verdict(f"c-{number}", entry) for number, entry in enumerate(entries)]
        results = await store.commit(batch)
        assert all(isinstance(result, Committed) and not result.duplicate for result in results)
        assert len(await store.recorded([decided.key for decided in batch])) == 1_200
        assert len(await repository.of_tenant(TENANT)) == 1_200

    async def test_two_workers_with_the_same_commands_store_each_once(
        self, store: DecisionStore, other_store: DecisionStore, reader: EventReader
    ) -> None:
        mine = [verdict(f"c-{number}", data='{"by":"me"}') for number in range(100)]
        theirs = [verdict(f"c-{number}", data='{"by":"them"}') for number in reversed(range(100))]
        my_results, their_results = await asyncio.gather(store.commit(mine), other_store.commit(theirs))
        their_results = list(reversed(their_results))
        for my_result, their_result in zip(my_results, their_results, strict=True):
            assert isinstance(my_result, Committed)
            assert isinstance(their_result, Committed)
            assert my_result.events == their_result.events
            assert my_result.duplicate is not their_result.duplicate
        assert len([stored async for stored in reader.scan()]) == 100

    async def test_two_workers_on_the_same_streams_conflict_but_never_both_win(
        self, store: DecisionStore, other_store: DecisionStore
    ) -> None:
        mine = [entry_verdict(f"mine-{number}", spending(f"entry {number}")) for number in range(100)]
        theirs = [entry_verdict(f"theirs-{number}", spending(f"entry {number}")) for number in reversed(range(100))]
        my_results, their_results = await asyncio.gather(store.commit(mine), other_store.commit(theirs))
        for my_result, their_result in zip(my_results, reversed(their_results), strict=True):
            assert {type(my_result), type(their_result)} == {Committed, Conflicted}

    async def test_what_is_published_again_is_byte_for_byte_the_same(self, store: DecisionStore) -> None:
        peculiar = '{"b" : 1.0,\t"a":"\\u0e01ก","a":[ ],"big":12345678901234567890,"e":1e-7}'
        decided = verdict("c-1", data=peculiar)
        await store.commit([decided, verdict("c-2", data=THAI)])
        stored = (await store.recorded([decided.key]))[decided.key]
        assert stored[0].data.encode() == peculiar.encode()

    async def test_moments_keep_their_microseconds_and_come_back_in_utc(self, store: DecisionStore) -> None:
        bangkok = timezone(timedelta(hours=7))
        moment = datetime(2026, 3, 2, 0, 30, 59, 999_999, tzinfo=bangkok)
        decided = verdict("c-1", occurred_at=moment)
        await store.commit([decided])
        (stored,) = (await store.recorded([decided.key]))[decided.key]
        assert stored.occurred_at == moment
        assert stored.occurred_at.utcoffset() == timedelta(0)
        assert stored.occurred_at.astimezone(UTC).microsecond == 999_999

    async def test_the_same_command_id_of_two_tenants_is_two_commands(self, store: DecisionStore) -> None:
        ours, theirs = verdict("c-1"), verdict("c-1", tenant="globex", data='{"theirs":true}')
        results = await store.commit([ours, theirs])
        assert results == [Committed(ours.key, ours.events), Committed(theirs.key, theirs.events)]
        assert await store.recorded([ours.key]) == {ours.key: ours.events}

    async def test_the_same_entry_id_of_two_tenants_is_two_entries(
        self, store: DecisionStore, repository: SpendingRepository
    ) -> None:
        ours, theirs = spending(), spending(tenant="globex", merchant="Theirs")
        await store.commit([entry_verdict("c-1", ours), entry_verdict("c-1", theirs)])
        await store.commit([entry_verdict("c-2", theirs._replace(version=2))])
        assert await repository.get(TENANT, ours.id) == ours
        assert await repository.get("globex", ours.id) == theirs._replace(version=2)
