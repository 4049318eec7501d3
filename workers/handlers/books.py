"""An owner's mappings and those shared, as they are now, each made ready once for every change.

Every command asks the database how far they have got: one query for all that ask at the same time, and nothing more
for owners who never taught anything. So what was taught counts on every worker from the moment it is stored, and a
worker that was away, a cache that was lost or two workers of one owner make no difference.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, NamedTuple

from contracts.mappings import CategoryStep
from workers.domain.mappings import SHARED
from workers.ports.mappings import LayerMaker, MappingLayer, MappingRepository, Match, Wanted

MOST_KEPT: Final = 20_000
"""Mappings that are kept ready, over all owners; those asked for last."""
PATTERN_WEIGHT: Final = 50
"""How many mappings without patterns a pattern takes the place of, in memory."""


class Found(NamedTuple):
    """The mapping that answers, and whose it is.

    Attributes:
        step: an owner's own mapping, or a shared one.
    """

    match: Match
    step: CategoryStep


@dataclass(frozen=True, slots=True)
class Book:
    """What tells a category before rules and models do: the owner's own mappings, then those shared."""

    own: MappingLayer | None = None
    shared: MappingLayer | None = None

    def find(self, wanted: Wanted) -> Found | None:
        """The mapping that answers, or None."""
        for layer, step in ((self.own, CategoryStep.OWNER_MAPPING), (self.shared, CategoryStep.SHARED_MAPPING)):
            match = None if layer is None else layer.find(wanted)
            if match is not None:
                return Found(match, step)
        return None


NOTHING_TAUGHT: Final = Book()


class _Kept(NamedTuple):
    version: int
    weight: int
    layer: MappingLayer


class Books:
    """The books of all owners. Used by one event loop.

    Args:
        mappings: where they are stored.
        layer_of: makes mappings ready to be found.
        most_kept: see MOST_KEPT.
    """

    def __init__(self, mappings: MappingRepository, layer_of: LayerMaker, most_kept: int = MOST_KEPT) -> None:
        self._mappings = mappings
        self._layer_of = layer_of
        self._most_kept = most_kept
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._weight = 0

    async def of(self, tenant: str, owner: str) -> Book:
        """The owner's book, no older than the call.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        versions = await self._mappings.versions(tenant, owner)
        if not versions.own and not versions.shared:
            return NOTHING_TAUGHT
        return Book(
            own=await self._layer(tenant, owner, versions.own) if versions.own else None,
            shared=await self._layer(tenant, SHARED, versions.shared) if versions.shared else None,
        )

    async def _layer(self, tenant: str, owner: str, version: int) -> MappingLayer:
        kept = self._kept.get((tenant, owner))
        if kept is not None and kept.version == version:
            self._kept.move_to_end((tenant, owner))
            return kept.layer
        read = await self._mappings.of_owner(tenant, owner)
        # They may be newer than the version that was asked for: kept as what they are, and an answer all the same.
        seen = sum(mapping.version for mapping in read)
        kept = self._kept.get((tenant, owner))
        if kept is not None and kept.version == seen:  # by another command that read them at the same time
            return kept.layer
        weight = 1 + sum(1 + PATTERN_WEIGHT * len(mapping.patterns) for mapping in read)
        layer = self._layer_of(read)
        self._keep((tenant, owner), _Kept(seen, weight, layer))
        return layer

    def _keep(self, place: tuple[str, str], kept: _Kept) -> None:
        before = self._kept.pop(place, None)
        self._weight += kept.weight - (0 if before is None else before.weight)
        self._kept[place] = kept
        while self._weight > self._most_kept and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._weight -= dropped.weight
