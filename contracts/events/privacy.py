"""Outcome events of the area *privacy*."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.base import Contract, Event
from contracts.events.outcomes import CommandFailed, CommandRejected

Count = Annotated[int, Field(ge=0)]


class Removed(Contract):
    """How much of an owner was deleted.

    Attributes:
        events: outcomes and commands of workflows, with the histories of entries, mappings and months.
        entries: spending entries, deleted ones included.
        mappings: category mappings.
        pairs: pairs of entries that were said to be two purchases.
        dead_letters: records that were given up.
        workflows: workflows, running ones included.
        timers: of workflows that were running.
        totals: rows of the read models by month, category and merchant.
        files: pictures and statements in the store, each once, and imports whose rows waited there.
        shared: events of mappings everybody shares, which stay and do not name the owner any more.
    """

    events: Count = 0
    entries: Count = 0
    mappings: Count = 0
    pairs: Count = 0
    dead_letters: Count = 0
    workflows: Count = 0
    timers: Count = 0
    totals: Count = 0
    files: Count = 0
    shared: Count = 0


class OwnerErased(Event):
    """Nothing is stored of the owner any more but that it was erased.

    Attributes:
        erased_until: a command that was sent at this moment or before and comes later is rejected with owner_erased.
        removed: what was deleted.
    """

    type: ClassVar[str] = "poon.owner.erased.v1"
    area: ClassVar[str] = "privacy"

    erased_until: datetime
    removed: Removed


class PrivacyRejected(CommandRejected):
    """A command of the area was wrong."""

    type: ClassVar[str] = "poon.owner.rejected.v1"
    area: ClassVar[str] = "privacy"


class PrivacyFailed(CommandFailed):
    """A command of the area could not be carried out."""

    type: ClassVar[str] = "poon.owner.failed.v1"
    area: ClassVar[str] = "privacy"
