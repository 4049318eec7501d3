"""Entries that look alike, in memory."""

from collections.abc import Sequence
from datetime import date
from itertools import combinations

from tests.fakes.entries import MemoryEntries
from workers.domain.duplicates import DuplicatePair, PairPlace
from workers.domain.mapping_keys import key_of
from workers.domain.spending import SpendingEntry
from workers.handlers.spending import Duplicates
from workers.ports.duplicates import AlikeEntries


class MemoryDuplicates:
    """`DuplicateRepository` of the entries and pairs the test keeps.

    Attributes:
        looks: how often it was asked for what is near.
    """

    def __init__(self, entries: MemoryEntries, *pairs: DuplicatePair) -> None:
        self.looks = 0
        self._entries = entries
        self._pairs = {PairPlace(pair.tenant, pair.one, pair.two): pair for pair in pairs}

    async def near(self, entries: Sequence[SpendingEntry]) -> Sequence[Sequence[SpendingEntry]]:
        self.looks += 1
        return [await self._near(entry) for entry in entries]

    async def _near(self, entry: SpendingEntry) -> Sequence[SpendingEntry]:
        others = await self._of_owner(entry.tenant, entry.owner)
        return [other for other in others if other.id != entry.id and _are_near(entry, other)]

    async def pair(self, place: PairPlace) -> DuplicatePair | None:
        return self._pairs.get(place)

    async def open_pairs(self, tenant: str, owner: str, since: date, most: int) -> Sequence[AlikeEntries]:
        found = [
            AlikeEntries(one, two)
            for one, two in combinations(await self._of_owner(tenant, owner), 2)
            if _are_near(one, two) and max(one.spent_on, two.spent_on) >= since
            if PairPlace(tenant, one.id, two.id) not in self._pairs
        ]
        return sorted(found, key=lambda alike: alike.one.spent_on, reverse=True)[:most]

    async def _of_owner(self, tenant: str, owner: str) -> list[SpendingEntry]:
        found = [each for each in await self._entries.of_tenant(tenant) if each.owner == owner and not each.is_deleted]
        return sorted(found, key=lambda each: each.id)


def duplicates(*entries: SpendingEntry, pairs: Sequence[DuplicatePair] = ()) -> Duplicates:
    """What finding duplicates among some entries needs."""
    return Duplicates(MemoryDuplicates(MemoryEntries(*entries), *pairs), key_of)


def _are_near(one: SpendingEntry, two: SpendingEntry) -> bool:
    same_sum = (one.spent_on, one.amount) == (two.spent_on, two.amount)
    return same_sum or (one.source.reference is not None and one.source.reference == two.source.reference)
