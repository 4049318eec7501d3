"""What a projection is, and what a batch of events changes in its rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple, Protocol

from contracts.base import Event
from workers.ports.projections import Cell, Change, Followed, Missing, ScanFilter, StreamKey, Tally

NOT_FOLLOWED: Final = Followed(0, "")
_ZERO: Final = Decimal(0)


class Place(NamedTuple):
    """Where an event stands."""

    stream: str
    version: int


class Happened(NamedTuple):
    """An event, from a topic or from the table.

    Attributes:
        id: ``ce_id``.
        event: None for one of the table whose type this release does not know.
        place: where the table has it; None for one from a topic, which does not say.
    """

    id: str
    tenant: str
    owner: str
    occurred_at: datetime
    event: Event | None
    place: Place | None = None


class Projection(Protocol):
    """One read model: pure functions of events."""

    @property
    def name(self) -> str:
        """How operators and the table of generations call it."""
        ...

    @property
    def about(self) -> str:
        """What it answers, for people."""
        ...

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas whose outcomes it follows."""
        ...

    @property
    def scanned(self) -> ScanFilter:
        """The events it is built from."""
        ...

    def place(self, happened: Happened) -> Place | None:
        """Where an event stands among those this projection follows; None for one it does not follow."""
        ...

    def follow(self, state: str, happened: Happened) -> str:
        """What the stream has added to the cells once the next event of it is applied."""
        ...

    def cells(self, tenant: str, state: str) -> Mapping[Cell, Tally]:
        """What a stream adds to the cells; nothing for an empty state."""
        ...


class Placed(NamedTuple):
    """An event at its place in its stream."""

    version: int
    happened: Happened


Pending = dict[StreamKey, list[Placed]]
"""Events to apply, by stream and in the order of their versions."""


def placed(projection: Projection, events: Iterable[Happened]) -> Pending:
    """The events a projection follows, by stream; in any order and any number of times before."""
    found: dict[StreamKey, dict[int, Placed]] = {}
    for happened in events:
        place = projection.place(happened)
        if place is not None:
            versions = found.setdefault(StreamKey(happened.tenant, place.stream), {})
            versions[place.version] = Placed(place.version, happened)
    return {key: [versions[version] for version in sorted(versions)] for key, versions in found.items()}


def change(projection: Projection, pending: Pending, followed: Mapping[StreamKey, Followed]) -> Change | Missing:
    """What the pending events change, given how far their streams are followed.

    An event that was applied before changes nothing. What a stream had added before is taken away and what it adds now
    is put in its place, so that a correction moves an amount and a deletion takes it out.
    """
    moved: dict[StreamKey, Followed] = {}
    missing: set[StreamKey] = set()
    added: dict[Cell, Tally] = {}
    for key, events in pending.items():
        before = followed.get(key, NOT_FOLLOWED)
        after = _advanced(projection, before, events)
        if after is None:
            missing.add(key)
        elif after.version > before.version:
            moved[key] = after
            _move(added, projection.cells(key.tenant, before.state), projection.cells(key.tenant, after.state))
    if missing:
        return Missing(frozenset(missing))
    return Change(moved, {cell: tally for cell, tally in added.items() if tally.number or tally.amount})


def _advanced(projection: Projection, before: Followed, events: Sequence[Placed]) -> Followed | None:
    """How far the stream is followed with these events; None where one is missing in between."""
    version, state = before
    for event in events:
        if event.version <= version:
            continue
        if event.version != version + 1:
            return None
        version, state = event.version, projection.follow(state, event.happened)
    return Followed(version, state)


def _move(added: dict[Cell, Tally], before: Mapping[Cell, Tally], after: Mapping[Cell, Tally]) -> None:
    nothing = Tally(0, _ZERO)
    for cell, tally in before.items():
        added[cell] = added.get(cell, nothing).plus(-tally)
    for cell, tally in after.items():
        added[cell] = added.get(cell, nothing).plus(tally)
