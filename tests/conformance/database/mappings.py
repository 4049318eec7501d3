"""What every `MappingRepository` promises, and the `DecisionStore` of a mapping's state."""

import asyncio

import pytest

from adapters.database.mapping_reading import SqlMappingRepository
from contracts.mappings import MappingMatch, MappingStatus
from contracts.values import Category
from tests.conformance.database.samples import TENANT, entry_verdict, mapping, mapping_verdict, spending
from workers.domain.mappings import SHARED, CategoryMapping
from workers.ports.mappings import MappingRepository, MappingVersions
from workers.ports.store import Committed, Conflicted, DecisionStore, SpendingRepository, Unstorable


class MappingRepositoryContract:
    @pytest.mark.parametrize(
        "state",
        [mapping(), mapping(aliases=(), patterns=(), subcategory=None), mapping(owner=SHARED)],
        ids=["full", "bare", "shared"],
    )
    async def test_a_mapping_comes_back_as_it_was(
        self, store: DecisionStore, mappings: MappingRepository, state: CategoryMapping
    ) -> None:
        await store.commit([mapping_verdict("c-1", state)])
        assert await mappings.get(TENANT, state.id) == state
        assert list(await mappings.of_owner(TENANT, state.owner)) == [state]

    async def test_a_later_version_replaces_all_fields(self, store: DecisionStore, mappings: MappingRepository) -> None:
        await store.commit([mapping_verdict("c-1", mapping())])
        later = mapping(
            version=2, aliases=(), patterns=(), subcategory=None, category=Category.FOOD, status=MappingStatus.RETIRED
        )
        await store.commit([mapping_verdict("c-2", later)])
        assert await mappings.get(TENANT, later.id) == later

    async def test_a_version_that_does_not_follow_stores_nothing(
        self, store: DecisionStore, mappings: MappingRepository
    ) -> None:
        skipping = mapping_verdict("c-1", mapping(version=2))
        assert await store.commit([skipping]) == [Conflicted(skipping.key)]
        assert await mappings.get(TENANT, mapping().id) is None

    async def test_a_mapping_that_does_not_follow_takes_the_entry_of_its_decision_along(
        self, store: DecisionStore, mappings: MappingRepository, repository: SpendingRepository
    ) -> None:
        await store.commit([mapping_verdict("c-1", mapping())])
        entry, stale = entry_verdict("c-2", spending()), mapping_verdict("c-2", mapping(version=3))
        both = entry._replace(
            events=(stale.events[0]._replace(terminal=False), entry.events[0]._replace(id=spending("x").id, ordinal=1)),
            states=(*entry.states, *stale.states),
        )
        assert await store.commit([both]) == [Conflicted(both.key)]
        assert await repository.get(TENANT, spending().id) is None
        assert await mappings.get(TENANT, mapping().id) == mapping()

    async def test_an_entry_and_a_mapping_of_one_decision_are_stored_together(
        self, store: DecisionStore, mappings: MappingRepository, repository: SpendingRepository
    ) -> None:
        for version in (1, 2):  # the first at once, the second as a change
            entry, learned = spending(version=version), mapping(version=version)
            first, second = mapping_verdict(f"c-{version}", learned), entry_verdict(f"c-{version}", entry)
            ending = second.events[0]._replace(id=spending(f"{version}").id, ordinal=1)
            both = second._replace(events=(first.events[0]._replace(terminal=False), ending), states=(entry, learned))
            assert await store.commit([both]) == [Committed(both.key, both.events)]
            assert await repository.get(TENANT, entry.id) == entry
            assert await mappings.get(TENANT, learned.id) == learned

    async def test_a_text_no_database_holds_is_unstorable(
        self, store: DecisionStore, mappings: MappingRepository
    ) -> None:
        (result,) = await store.commit([mapping_verdict("c-1", mapping(aliases=("a\0b",)))])
        assert isinstance(result, Unstorable)
        assert await mappings.get(TENANT, mapping().id) is None

    async def test_versions_count_every_change_of_the_owner_and_of_what_is_shared(
        self, store: DecisionStore, mappings: MappingRepository
    ) -> None:
        assert await mappings.versions(TENANT, "somchai") == MappingVersions(0, 0)
        await store.commit(
            [
                mapping_verdict("c-1", mapping("a"), mapping("b")),
                mapping_verdict("c-2", mapping("a", version=2)),
                mapping_verdict("c-3", mapping("a", owner="anan")),
                mapping_verdict("c-4", mapping("a", owner=SHARED)),
                mapping_verdict("c-5", mapping("a", tenant="globex", id=spending("theirs").id)),
            ]
        )
        asked = [(TENANT, "somchai"), (TENANT, "anan"), (TENANT, "nobody"), ("globex", "somchai"), ("none", "x")]
        found = await asyncio.gather(*(mappings.versions(tenant, owner) for tenant, owner in asked))
        assert found == [(3, 1), (1, 1), (0, 1), (1, 0), (0, 0)]

    async def test_a_change_is_seen_by_other_connections_as_soon_as_it_is_stored(
        self, store: DecisionStore, mappings: MappingRepository, other_mappings: SqlMappingRepository
    ) -> None:
        for version in range(1, 6):
            await store.commit([mapping_verdict(f"c-{version}", mapping(version=version))])
            for reader in (mappings, other_mappings):
                assert (await reader.versions(TENANT, "somchai")).own == version
                assert await reader.get(TENANT, mapping().id) == mapping(version=version)

    async def test_an_owners_mappings_come_by_key_and_are_nobody_elses(
        self, store: DecisionStore, mappings: MappingRepository
    ) -> None:
        mine = [mapping(name) for name in ("7 eleven", "a", "ก")]
        others = [mapping("a", owner="anan"), mapping("a", owner=SHARED)]
        foreign = mapping("a", tenant="globex", id=spending("theirs").id)
        await store.commit(
            [mapping_verdict(f"c-{place}", state) for place, state in enumerate([*reversed(mine), *others, foreign])]
        )
        assert list(await mappings.of_owner(TENANT, "somchai")) == mine
        assert list(await mappings.of_owner("globex", "somchai")) == [foreign]
        assert await mappings.get("globex", mine[0].id) is None

    async def test_votes_are_of_other_owners_active_mappings_of_the_same_key_and_kind(
        self, store: DecisionStore, mappings: MappingRepository
    ) -> None:
        states = [
            mapping("a", owner="1", category=Category.FOOD),
            mapping("a", owner="2", category=Category.FOOD),
            mapping("a", owner="3", category=Category.TRAVEL),
            mapping("a", owner="4", category=Category.FOOD, status=MappingStatus.RETIRED),
            mapping("a", owner="5", category=Category.FOOD, match=MappingMatch.PHRASE),
            mapping("b", owner="6", category=Category.FOOD),
            mapping("a", owner="7", category=Category.FOOD, tenant="globex"),
            mapping("a", owner="me", category=Category.SHOPPING),
            mapping("a", owner=SHARED, category=Category.FOOD),
        ]
        await store.commit([mapping_verdict(f"c-{place}", state) for place, state in enumerate(states)])
        votes = await mappings.votes(TENANT, "a", MappingMatch.MERCHANT, besides="me")
        assert votes == {Category.FOOD: 2, Category.TRAVEL: 1}
        assert await mappings.votes(TENANT, "unknown", MappingMatch.MERCHANT, besides="me") == {}
