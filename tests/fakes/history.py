"""An owner's history in memory."""

from collections.abc import Iterable

from contracts.events.insights import DayRange
from workers.domain.insights.history import Spent
from workers.ports.history import OwnerEntries


class MemoryHistory:
    """`SpendingHistory` of one owner's entries; remembers what it was asked for."""

    def __init__(self, entries: Iterable[Spent] = (), tenant: str = "acme", owner: str = "nok") -> None:
        self.asked: list[tuple[DayRange, int]] = []
        self._entries = tuple(entries)
        self._whose = (tenant, owner)

    async def of_owner(self, tenant: str, owner: str, days: DayRange, most: int) -> OwnerEntries:
        self.asked.append((days, most))
        own = self._entries if (tenant, owner) == self._whose else ()
        found = [entry for entry in own if days.first <= entry.spent_on <= days.last]
        found.sort(key=lambda entry: (-entry.spent_on.toordinal(), entry.id))
        return OwnerEntries(tuple(found[:most]), complete=len(found) <= most)
