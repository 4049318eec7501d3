"""Read models that follow the events: their rows, and the generations these are kept in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol

from workers.ports.store import StoredEvent


class StreamKey(NamedTuple):
    """One stream of events, as a projection sees it."""

    tenant: str
    stream: str


class Followed(NamedTuple):
    """How far a projection has followed a stream, which is what makes it take each event once.

    Attributes:
        version: of the last event applied.
        state: the projection's own note of what the stream has added to the cells; empty for nothing.
    """

    version: int
    state: str


@dataclass(frozen=True, slots=True, order=True)
class MonthCell:
    """What an owner spent on a category in a month; `month` is its first day.

    No tuple, as all cells: a tuple of a category would equal the one of a merchant who is called so.
    """

    tenant: str
    owner: str
    month: date
    category: str
    currency: str


@dataclass(frozen=True, slots=True, order=True)
class MerchantCell:
    """What an owner spent at a merchant in a month."""

    tenant: str
    owner: str
    month: date
    merchant: str
    currency: str


@dataclass(frozen=True, slots=True, order=True)
class QualityCell:
    """How the commands of a kind ended on a day, UTC.

    Attributes:
        area: that decided them.
        outcome: the CloudEvents type of the outcome.
        code: of the taxonomy; empty for a success.
        backend: the backends that took part, in order, with "+"; empty where none did or the outcome does not tell.
        degraded: whether a preferred backend was not available.
    """

    tenant: str
    day: date
    area: str
    outcome: str
    code: str
    backend: str
    degraded: bool


Cell = MonthCell | MerchantCell | QualityCell


class Tally(NamedTuple):
    """What a cell holds, or what is added to it.

    Attributes:
        number: of entries or outcomes.
        amount: of money in the cell's currency; of outcomes the milliseconds they took.
    """

    number: int
    amount: Decimal

    def __neg__(self) -> Tally:
        """The same, taken away."""
        return Tally(-self.number, -self.amount)

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(self.number + other.number, self.amount + other.amount)


class Change(NamedTuple):
    """What a batch of events does to the rows of a projection: how far streams are followed, and what is added."""

    followed: Mapping[StreamKey, Followed]
    added: Mapping[Cell, Tally]


class Missing(NamedTuple):
    """Streams of which events are missing between what was applied and what is to be."""

    streams: frozenset[StreamKey]


Decide = Callable[[Mapping[StreamKey, Followed]], Change | Missing]
"""Pure: from how far streams are followed to what changes. Asked once for each generation, again after a collision."""


class GenerationStatus(StrEnum):
    """What a generation of rows is for."""

    BUILDING = "building"
    LIVE = "live"
    RETIRED = "retired"


class Position(NamedTuple):
    """A place in the events, by tenant, stream and version."""

    tenant: str
    stream: str
    version: int


class Generation(NamedTuple):
    """One generation of a projection's rows.

    Attributes:
        events: how many events have been scanned to build it.
        position: of the last of them.
        finished_at: when it went live.
    """

    number: int
    projection: str
    status: GenerationStatus
    started_at: datetime
    finished_at: datetime | None = None
    events: int = 0
    position: Position | None = None


class Lease(NamedTuple):
    """Who builds a generation, and until when nobody else may."""

    builder: str
    now: datetime
    until: datetime


class ScanFilter(NamedTuple):
    """Which events a projection is built from: those of streams that begin so, or where empty those of some types."""

    prefix: str
    types: frozenset[str]


class ProjectionStore(Protocol):
    """The rows of all projections."""

    async def update(
        self, projection: str, streams: Collection[StreamKey], decide: Decide, generation: int | None = None
    ) -> frozenset[StreamKey]:
        """Change the rows of all generations that are live or being built in one transaction, or of the one named.

        Two that change rows of the same streams at once do so one after the other: each is asked to decide on what
        the other left.

        Returns:
            The streams of which events are missing in a generation; nothing was changed then. Empty when it is done.

        Raises:
            UnavailableError: the database cannot be used; nothing or everything was changed, and repeating is safe.
        """
        ...

    async def generations(self, projection: str | None = None) -> Sequence[Generation]:
        """All generations there are, of one projection or of all, by projection and number.

        Raises:
            UnavailableError: the database cannot be used.
        """
        ...


class ProjectionBuilds(Protocol):
    """Building a new generation and putting it in the place of the old one."""

    async def begin(self, projection: str, now: datetime) -> Generation:
        """The generation that is being built: the one somebody began before, or a new one.

        Raises:
            UnavailableError: the database cannot be used.
        """
        ...

    async def claim(self, generation: int, lease: Lease) -> bool:
        """Take the building over, or keep it: False while another's lease lasts, or where nothing is built any more.

        Raises:
            UnavailableError: the database cannot be used.
        """
        ...

    async def page(self, after: Position | None, wanted: ScanFilter, limit: int) -> Sequence[StoredEvent]:
        """The next stored events after a place, by tenant, stream and version.

        Raises:
            UnavailableError: the database cannot be used.
        """
        ...

    async def advance(self, generation: int, events: int, position: Position) -> None:
        """Note that so many more events were applied, the last of them at this place.

        Raises:
            UnavailableError: the database cannot be used.
        """
        ...

    async def swap(self, generation: int, now: datetime) -> bool:
        """Have this generation answer from now on and retire the one before, at one moment for every reader.

        Returns:
            False where it was no longer being built: somebody else has swapped it in.

        Raises:
            UnavailableError: the database cannot be used.
        """
        ...

    async def sweep(self, projection: str) -> int:
        """Remove the rows of retired generations, a bounded number at a time, and tell how many that was; 0 at the end.

        Raises:
            UnavailableError: the database cannot be used.
        """
        ...
