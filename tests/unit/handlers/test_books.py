import asyncio
from collections.abc import Sequence

import pytest

from adapters.inference.mappings import SortedLayer
from contracts.mappings import CategoryStep, MappingStatus
from contracts.values import Category
from tests.fakes.clock import settle
from tests.fakes.mappings import MemoryMappings
from tests.unit.domain.mapping_examples import OWNER, SHOP, STRANGER, TENANT, own_mapping, shared_mapping
from workers.domain.mappings import SHARED, CategoryMapping
from workers.handlers.books import NOTHING_TAUGHT, PATTERN_WEIGHT, Books
from workers.ports.mappings import Wanted

WANTED = Wanted("lunch", SHOP)


async def category(books: Books, owner: str = OWNER, tenant: str = TENANT) -> Category | None:
    found = (await books.of(tenant, owner)).find(WANTED)
    return found and found.match.mapping.category


async def test_where_nothing_was_ever_taught_nothing_is_read() -> None:
    mappings = MemoryMappings()

    assert await Books(mappings, SortedLayer).of(TENANT, OWNER) is NOTHING_TAUGHT
    assert not mappings.reads


async def test_an_owners_own_mapping_comes_before_what_is_shared() -> None:
    shared = shared_mapping(category=Category.TRAVEL, status=MappingStatus.ACTIVE)
    books = Books(MemoryMappings(own_mapping(), shared), SortedLayer)

    own, other = [await books.of(TENANT, owner) for owner in (OWNER, STRANGER)]
    steps = [found and (found.step, found.match.mapping.category) for found in (own.find(WANTED), other.find(WANTED))]

    assert steps == [(CategoryStep.OWNER_MAPPING, Category.FOOD), (CategoryStep.SHARED_MAPPING, Category.TRAVEL)]


@pytest.mark.parametrize("status", [MappingStatus.CANDIDATE, MappingStatus.RETIRED])
async def test_what_is_not_active_answers_nobody(status: MappingStatus) -> None:
    books = Books(MemoryMappings(shared_mapping(status=status), own_mapping(status=MappingStatus.RETIRED)), SortedLayer)

    assert await category(books) is None


async def test_mappings_are_read_once_for_every_change() -> None:
    mappings = MemoryMappings(own_mapping(), shared_mapping(status=MappingStatus.ACTIVE))
    books = Books(mappings, SortedLayer)

    for _ in range(3):
        assert await category(books) is Category.FOOD
    mappings.keep(own_mapping(version=2, category=Category.TRAVEL))
    for _ in range(3):
        assert await category(books) is Category.TRAVEL

    assert mappings.reads == {(TENANT, OWNER): 2, (TENANT, SHARED): 1}


async def test_what_was_erased_and_taught_anew_is_not_taken_for_what_was_there() -> None:
    books = Books(MemoryMappings(own_mapping()), SortedLayer)
    assert await category(books) is Category.FOOD

    books._mappings = MemoryMappings()  # noqa: SLF001  as if another process had erased the owner
    assert await category(books) is None


class LateMappings(MemoryMappings):
    """A change comes between the question for the version and the reading."""

    async def of_owner(self, tenant: str, owner: str) -> Sequence[CategoryMapping]:
        if not self.reads:
            self.keep(own_mapping(version=2, category=Category.TRAVEL))
        return await super().of_owner(tenant, owner)


async def test_a_change_while_mappings_are_read_is_an_answer_and_is_kept_as_what_it_is() -> None:
    mappings = LateMappings(own_mapping())
    books = Books(mappings, SortedLayer)

    assert [await category(books), await category(books)] == [Category.TRAVEL, Category.TRAVEL]
    assert mappings.reads == {(TENANT, OWNER): 1}


async def test_owners_and_tenants_do_not_share_their_own() -> None:
    foreign = own_mapping(tenant="globex", category=Category.TRAVEL)
    books = Books(MemoryMappings(own_mapping(), foreign), SortedLayer)

    assert [await category(books), await category(books, STRANGER)] == [Category.FOOD, None]
    assert [await category(books, tenant="globex"), await category(books, STRANGER, "globex")] == [
        Category.TRAVEL, None,
    ]  # fmt: skip


async def test_memory_is_bounded_and_those_asked_for_last_are_kept() -> None:
    owners = [f"owner-{number}" for number in range(4)]
    mappings = MemoryMappings(*(own_mapping(owner=owner, patterns=("a",)) for owner in owners))
    books = Books(mappings, SortedLayer, most_kept=2 * (2 + PATTERN_WEIGHT))

    for owner in (*owners, owners[3], owners[2], owners[0]):
        assert await category(books, owner) is Category.FOOD

    assert [mappings.reads[TENANT, owner] for owner in owners] == [2, 1, 1, 1]


async def test_an_owner_with_more_than_fits_is_answered_all_the_same() -> None:
    mappings = MemoryMappings(own_mapping(patterns=("a",)))

    assert await category(Books(mappings, SortedLayer, most_kept=1)) is Category.FOOD


class SlowMappings(MemoryMappings):
    """Reading lets others go first, as a database does."""

    async def of_owner(self, tenant: str, owner: str) -> Sequence[CategoryMapping]:
        await settle()
        return await super().of_owner(tenant, owner)


async def test_of_many_commands_that_read_the_same_change_only_one_makes_it_ready() -> None:
    made: list[int] = []

    def layer_of(mappings: Sequence[CategoryMapping]) -> SortedLayer:
        made.append(len(mappings))
        return SortedLayer(mappings)

    books = Books(SlowMappings(shared_mapping(status=MappingStatus.ACTIVE)), layer_of)

    found = await asyncio.gather(*(category(books, f"owner-{number}") for number in range(50)))

    assert set(found) == {Category.FOOD}
    assert made == [1]
