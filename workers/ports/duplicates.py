"""What is stored of entries that look alike. Every method raises UnavailableError: the database cannot be reached."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple, Protocol

from workers.domain.duplicates import DuplicatePair, PairPlace
from workers.domain.spending import SpendingEntry

MOST_ALIKE: Final = 50
"""Entries of a kind that are looked at for one that is recorded: whoever buys the same more often in a day than this
is told of the others by a list."""


class AlikeEntries(NamedTuple):
    """Two entries that may be alike, the one with the lower id first."""

    one: SpendingEntry
    two: SpendingEntry


class DuplicateRepository(Protocol):
    """Finds entries that may tell of the same purchase; `workers.domain.duplicates` judges them."""

    async def near(self, entries: Sequence[SpendingEntry]) -> Sequence[Sequence[SpendingEntry]]:
        """Of each entry, in order: its owner's other entries that share its reference, or its day and amount.

        They are stored: entries that are asked for together are not looked for among each other, and deleted ones are
        left out. Never older than the call, at most MOST_ALIKE by each of the two, by id. Asked for every entry that is
        recorded, so it costs little: one query for all, on an index.
        """
        ...

    async def pair(self, place: PairPlace) -> DuplicatePair | None:
        """What was said of two entries, or None."""
        ...

    async def open_pairs(self, tenant: str, owner: str, since: date, most: int) -> Sequence[AlikeEntries]:
        """Two entries each that share a reference, or a day and an amount; the newest first, and at most so many.

        Left out are deleted entries, pairs that were said to be two purchases, and pairs wholly before `since`.
        """
        ...
