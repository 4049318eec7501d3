"""What `poon entries` does, apart from options and printing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from workers.bootstrap.history import event_reader
from workers.config import Settings
from workers.entrypoints.failures import InputError
from workers.ports.store import WHOLE, EventReader, Span
from workers.queries.entry_history import EntryVersion, entry_history


class Whose(NamedTuple):
    """Whose entry is looked at.

    Attributes:
        owner: only where it is this owner's; None for anybody's of the tenant.
    """

    tenant: str
    owner: str | None


async def history_of(settings: Settings, entry_id: str, whose: Whose) -> Sequence[EntryVersion]:
    """All versions of an entry.

    Raises:
        InputError: there is none.
    """
    async with event_reader(settings) as reader:
        return await _versions(reader, _id_of(entry_id), whose)


async def version_of(settings: Settings, entry_id: str, whose: Whose, span: Span) -> EntryVersion:
    """The last version of an entry within a span.

    Raises:
        InputError: there is none.
    """
    known = _id_of(entry_id)
    async with event_reader(settings) as reader:
        versions = await entry_history(reader, whose.tenant, known, span)
        if not versions or versions[-1].state.version != (span.last or versions[-1].state.version):
            raise InputError(_not_there(span, await _versions(reader, known, whose)))
    return _owned(versions, known, whose)[-1]


async def _versions(reader: EventReader, entry_id: UUID, whose: Whose) -> Sequence[EntryVersion]:
    return _owned(await entry_history(reader, whose.tenant, entry_id, WHOLE), entry_id, whose)


def _owned(versions: Sequence[EntryVersion], entry_id: UUID, whose: Whose) -> Sequence[EntryVersion]:
    if not versions or whose.owner not in {None, versions[0].state.owner}:
        of = f"tenant {whose.tenant}" if whose.owner is None else f"owner {whose.owner} of tenant {whose.tenant}"
        raise InputError(f"{of} has no entry {entry_id}")
    return versions


def _not_there(span: Span, versions: Sequence[EntryVersion]) -> str:
    """Why an entry that exists has no version within the span."""
    first, newest = versions[0], versions[-1].state
    if span.last is not None:
        return f"entry {newest.id} has no version {span.last}: the newest is {newest.version}"
    return f"entry {newest.id} was not there yet: it was recorded at {first.row.occurred_at.isoformat()}"


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InputError(f"{text!r} is no entry's id") from None
