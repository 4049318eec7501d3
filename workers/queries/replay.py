"""State is the fold of events: replays a stream of an aggregate, whatever version its events were stored under.

What is stored is never rewritten, for it is what was published. So a payload is brought to the newest version here,
each time it is read. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar, get_args

from contracts.base import Event
from contracts.codec import PayloadError, decode_event
from contracts.registry import EVENTS
from contracts.upcasters import UPCASTERS, Upcaster
from workers.domain import mappings, spending
from workers.domain.mappings import CategoryMapping, MappingEvent
from workers.domain.spending import SpendingEntry, SpendingEvent
from workers.ports.store import StoredEvent

State = TypeVar("State", SpendingEntry, CategoryMapping)

_VERSIONED: Final = re.compile(r"(?P<name>.+)\.v(?P<version>\d+)")


class UnreadableHistoryError(Exception):
    """A stored event cannot be replayed; the message names it, and says what to do where that is known."""

    def __init__(self, row: StoredEvent, reason: str) -> None:
        super().__init__(f"version {row.version} of {row.stream} is a {row.type}: {reason}")


@dataclass(frozen=True, slots=True)
class Fold(Generic[State]):
    """How a kind of aggregate becomes of its events.

    Attributes:
        events: the types its streams consist of.
        apply: takes the state before, the event, its tenant and its owner; raises ValueError where it does not follow.
    """

    events: tuple[type[Event], ...]
    apply: Callable[[State | None, Any, str, str], State]


ENTRIES: Final[Fold[SpendingEntry]] = Fold(get_args(SpendingEvent), spending.apply)
MAPPINGS: Final[Fold[CategoryMapping]] = Fold(get_args(MappingEvent), mappings.apply)


class Replayed(NamedTuple, Generic[State]):
    """An event, and what it led to.

    Attributes:
        row: as it is stored.
        event: brought to the newest version.
        state: after it.
    """

    row: StoredEvent
    event: Event
    state: State


def replayed(
    fold: Fold[State],
    rows: Iterable[StoredEvent],
    state: State | None = None,
    steps: Mapping[str, Upcaster] = UPCASTERS,
) -> Iterator[Replayed[State]]:
    """Replay events one after the other. What the state contains already is passed over: replaying twice is once.

    Args:
        fold: what they are events of.
        rows: of one stream, by version; those the state does not contain follow on it without a gap.
        state: where to begin: an earlier state, or nothing.
        steps: the upcasters; those released unless given.

    Raises:
        UnreadableHistoryError: an event is of a type this release cannot read, or does not follow on the one before.
    """
    for row in rows:
        if state is not None and row.version <= state.version:
            continue
        event = _decoded(fold, row, steps)
        try:
            state = fold.apply(state, event, row.tenant, row.owner)
        except ValueError as error:
            raise UnreadableHistoryError(row, str(error)) from None
        yield Replayed(row, event, state)


def replay(
    fold: Fold[State],
    rows: Iterable[StoredEvent],
    state: State | None = None,
    steps: Mapping[str, Upcaster] = UPCASTERS,
) -> State | None:
    """The state that events lead to; the state given where there are none. Arguments and errors as of `replayed`."""
    for each in replayed(fold, rows, state, steps):
        state = each.state
    return state


def _decoded(fold: Fold[State], row: StoredEvent, steps: Mapping[str, Upcaster]) -> Event:
    try:
        event = decode_event(row.type, row.data.encode(), steps)
    except PayloadError as error:
        raise UnreadableHistoryError(row, _newer_than_known(row.type) or str(error)) from None
    if not isinstance(event, fold.events):
        raise UnreadableHistoryError(row, "such an event does not belong there")
    return event


def _newer_than_known(message_type: str) -> str | None:
    """What to say of a type that is a newer version of one this release knows."""
    asked = _VERSIONED.fullmatch(message_type)
    if asked is None:
        return None
    known = [found for found in map(_VERSIONED.fullmatch, EVENTS) if found and found["name"] == asked["name"]]
    newest = max((int(found["version"]) for found in known), default=int(asked["version"]))
    if newest >= int(asked["version"]):
        return None
    return f"a newer release stored it, this one reads up to v{newest}: use the newer one"
