"""Category mappings in memory, and what learning needs around them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from adapters.inference.mappings import SortedLayer, check_pattern, usual_name
from contracts.mappings import MappingMatch
from contracts.values import Category
from workers.domain.mappings import SHARED, CategoryMapping, LearningPolicy
from workers.handlers.books import Books
from workers.handlers.learning import Learning
from workers.ports.handling import Decision
from workers.ports.mappings import MappingVersions


class MemoryMappings:
    """`MappingRepository` of the mappings the test keeps; counts how often all of an owner's were read."""

    def __init__(self, *mappings: CategoryMapping) -> None:
        self._mappings: dict[tuple[str, UUID], CategoryMapping] = {}
        self.reads: Counter[tuple[str, str]] = Counter()
        self.keep(*mappings)

    def keep(self, *mappings: CategoryMapping) -> None:
        for mapping in mappings:
            before = self._mappings.get((mapping.tenant, mapping.id))
            assert mapping.version == (1 if before is None else before.version + 1), "versions follow on each other"
            self._mappings[mapping.tenant, mapping.id] = mapping

    def keep_states(self, decision: Decision) -> Decision:
        """Store what a decision leads to, as the group commit does."""
        self.keep(*(state for state in decision.states if isinstance(state, CategoryMapping)))
        return decision

    @property
    def all(self) -> list[CategoryMapping]:
        return list(self._mappings.values())

    async def versions(self, tenant: str, owner: str) -> MappingVersions:
        return MappingVersions(self._version(tenant, owner), self._version(tenant, SHARED))

    async def of_owner(self, tenant: str, owner: str) -> Sequence[CategoryMapping]:
        self.reads[tenant, owner] += 1
        return self._of(tenant, owner)

    async def get(self, tenant: str, mapping_id: UUID) -> CategoryMapping | None:
        return self._mappings.get((tenant, mapping_id))

    async def votes(self, tenant: str, key: str, match: MappingMatch, besides: str) -> Mapping[Category, int]:
        return Counter(
            mapping.category
            for mapping in self._mappings.values()
            if (mapping.tenant, mapping.key, mapping.match) == (tenant, key, match)
            if mapping.is_active and mapping.owner not in {SHARED, besides}
        )

    def _of(self, tenant: str, owner: str) -> list[CategoryMapping]:
        own = [mapping for mapping in self._mappings.values() if (mapping.tenant, mapping.owner) == (tenant, owner)]
        return sorted(own, key=lambda mapping: (mapping.key, str(mapping.id)))

    def _version(self, tenant: str, owner: str) -> int:
        return sum(mapping.version for mapping in self._of(tenant, owner))


def books(*mappings: CategoryMapping) -> Books:
    """The books of some mappings; nobody's where there are none."""
    return Books(MemoryMappings(*mappings), SortedLayer)


def learning(mappings: MemoryMappings | None = None, policy: LearningPolicy | None = None) -> Learning:
    return Learning(mappings or MemoryMappings(), policy or LearningPolicy(), check_pattern, usual_name)
