"""What an owner spent, as analyses read it."""

from typing import NamedTuple, Protocol

from contracts.events.insights import DayRange
from workers.domain.insights.history import Spent


class OwnerEntries(NamedTuple):
    """Entries of an owner.

    Attributes:
        entries: the newest first; those of a day by id.
        complete: whether these are all that were asked for.
    """

    entries: tuple[Spent, ...]
    complete: bool


class SpendingHistory(Protocol):
    """The current entries of one owner."""

    async def of_owner(self, tenant: str, owner: str, days: DayRange, most: int) -> OwnerEntries:
        """The entries of some days, deleted ones left out, as they were at one moment.

        Gives way to others while many rows are read.

        Args:
            tenant: whose data it is.
            owner: whose spending it is; one nobody knows has no entries.
            days: of spending, both ends included.
            most: the most entries; of more the newest.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...
