"""The entries of an owner's month, as closing it reads them."""

from collections.abc import AsyncIterator
from typing import Protocol

from contracts.events.insights import DayRange
from workers.domain.months import KeptEntry


class MonthEntries(Protocol):
    """All entries of one owner's month, however many."""

    def of_days(self, tenant: str, owner: str, days: DayRange) -> AsyncIterator[KeptEntry]:
        """The entries of some days, deleted ones included, by date and id, as they were at one moment.

        Args:
            tenant: whose data it is.
            owner: whose spending it is; one nobody knows has no entries.
            days: of spending, both ends included.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...
