"""How a batch is laid out in statements."""

import random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from adapters.database.sqlite import CHUNK, chunks
from adapters.database.states import CATEGORY_MAPPINGS, by_table, rounds
from tests.conformance.database.samples import mapping, spending
from workers.domain.spending import SpendingEntry
from workers.ports.store import AggregateState

entries = st.lists(
    st.builds(
        lambda number, version, tenant: spending()._replace(id=UUID(int=number), version=version, tenant=tenant),
        st.integers(0, 4),
        st.integers(1, 4),
        st.sampled_from(["a", "b"]),
    )
)


@given(entries)
def test_no_entry_occurs_twice_in_a_round(given_entries: list[SpendingEntry]) -> None:
    for together in rounds(given_entries):
        keys = [(entry.tenant, entry.id) for entry in together]
        assert len(set(keys)) == len(keys) > 0


@given(entries)
def test_rounds_lose_nothing_and_keep_versions_ascending(given_entries: list[SpendingEntry]) -> None:
    flat = [entry for together in rounds(given_entries) for entry in together]
    assert sorted(map(_place, flat)) == sorted(map(_place, given_entries))
    for key in {(entry.tenant, entry.id) for entry in flat}:
        versions = [entry.version for entry in flat if (entry.tenant, entry.id) == key]
        assert versions == sorted(versions)


@given(st.randoms())
def test_states_are_written_by_table_in_one_order_whatever_order_they_came_in(luck: random.Random) -> None:
    states: list[AggregateState] = [spending("a"), mapping("b"), spending("c"), mapping("d", tenant="a-tenant")]
    ordered = by_table(states)
    luck.shuffle(states)

    assert by_table(states) == ordered
    assert [table.name for table, _ in ordered] == ["spending_entries", "category_mappings"]
    assert ordered[1][1][0].tenant == "a-tenant"
    assert by_table([mapping()]) == [(CATEGORY_MAPPINGS, [mapping()])]
    assert by_table([]) == []


@given(st.integers(0, 3 * CHUNK + 1))
def test_chunks_are_bounded_and_lose_nothing(count: int) -> None:
    found = list(chunks(range(count)))
    assert [number for chunk in found for number in chunk] == list(range(count))
    assert all(0 < len(chunk) <= CHUNK for chunk in found)


def _place(entry: AggregateState) -> tuple[str, UUID, int]:
    return entry.tenant, entry.id, entry.version
