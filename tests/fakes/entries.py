"""Spending entries in memory."""

from collections.abc import Sequence
from uuid import UUID

from workers.domain.spending import SpendingEntry


class MemoryEntries:
    """`SpendingRepository` of the entries the test keeps."""

    def __init__(self, *entries: SpendingEntry) -> None:
        self._entries: dict[tuple[str, UUID], SpendingEntry] = {}
        for entry in entries:
            self.keep(entry)

    def keep(self, entry: SpendingEntry) -> None:
        self._entries[entry.tenant, entry.id] = entry

    async def get(self, tenant: str, entry_id: UUID) -> SpendingEntry | None:
        return self._entries.get((tenant, entry_id))

    async def of_tenant(self, tenant: str) -> Sequence[SpendingEntry]:
        mine = [entry for (holder, _), entry in self._entries.items() if holder == tenant]
        return sorted(mine, key=lambda entry: (entry.owner, entry.spent_on))
