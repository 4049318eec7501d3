"""Reading the histories of workflows: whole, or of a long one only what is new since it was read here last."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from contracts.base import Command
from contracts.codec import decode_command, decode_event
from contracts.errors import ErrorCode
from contracts.events.workflows import WorkflowEvent
from contracts.registry import COMMANDS
from workers.domain.errors import RejectionError
from workers.ports.store import EventReader, Span, StoredEvent
from workers.ports.workflows import WORKFLOW_STREAM
from workers.workflows.catalogue import DEFINITIONS
from workers.workflows.definitions import Definition
from workers.workflows.state import BEGINNING, WorkflowState, evolve

WORTH_KEEPING: Final = 24
"""Rows of a stream from which on its fold is kept: fewer are read again for what keeping them would cost."""
MOST_KEPT: Final = 16
"""Folds; each has all commands of its workflow, one of which may carry half a mebibyte."""


class Origin(NamedTuple):
    """What the first row of a stream says of all of them."""

    stream: str
    owner: str
    correlation_id: str
    started_at: datetime

    @property
    def workflow_id(self) -> UUID:
        """The workflow."""
        return UUID(self.stream.removeprefix(WORKFLOW_STREAM))


class History(NamedTuple):
    """A workflow as its stream tells it.

    Attributes:
        commands: those it sent, by their ids, as they were stored.
        version: of the last row.
        last_id: of the last row.
    """

    definition: Definition
    state: WorkflowState
    origin: Origin
    commands: Mapping[str, Command]
    version: int
    last_id: UUID


@dataclass(slots=True)
class _Kept:
    """A fold, and the commands whose answers are to come, some of which are perhaps not stored yet."""

    history: History
    awaited: Collection[str]


class Histories:
    """Reads and folds streams, and keeps the folds of the newest long ones.

    A stream only grows, so what a fold began with never changes. It may be deleted with its owner, however, and by
    another worker: the last row that is known is read again, and a fold without it is thrown away.

    Args:
        reader: reads streams.
        definitions: the workflows this release knows, by name.
    """

    def __init__(self, reader: EventReader, definitions: Mapping[str, Definition]) -> None:
        self._reader = reader
        self._definitions = definitions
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()

    async def of(self, tenant: str, stream: str) -> History:
        """The history in a stream.

        Raises:
            RejectionError: workflow_not_found, for a stream that is none of a workflow this release knows.
            UnavailableError: the database cannot be reached.
        """
        kept = self._kept.get((tenant, stream))
        if kept is not None:
            grown = await self._grown(tenant, kept.history)
            if grown is not None:
                return self._keep(tenant, grown)
            self._kept.pop((tenant, stream), None)
        return self._keep(tenant, read_history(await self._reader.stream(tenant, stream), self._definitions))

    async def with_command(self, tenant: str, command_id: UUID) -> History:
        """The history of the workflow that sent a command; raises as `of` does."""
        name = str(command_id)
        for (whose, stream), kept in self._kept.items():
            if whose == tenant and name in kept.awaited:
                return await self.of(tenant, stream)
        return self._keep(tenant, read_history(await self._reader.stream_with(tenant, command_id), self._definitions))

    def expect(self, tenant: str, stream: str, commands: Collection[str]) -> None:
        """Tell which commands a workflow has sent after its last transition, the newest included."""
        kept = self._kept.get((tenant, stream))
        if kept is not None:
            kept.awaited = commands

    async def _grown(self, tenant: str, known: History) -> History | None:
        rows = await self._reader.stream(tenant, known.origin.stream, Span(first=known.version))
        if not rows or rows[0].id != known.last_id:
            return None
        return read_history(rows[1:], self._definitions, known)

    def _keep(self, tenant: str, history: History) -> History:
        place = (tenant, history.origin.stream)
        if history.version >= WORTH_KEEPING:
            self._kept[place] = _Kept(history, history.state.sent)
            self._kept.move_to_end(place)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return history


def read_history(
    rows: Sequence[StoredEvent],
    definitions: Mapping[str, Definition] = DEFINITIONS,
    known: History | None = None,
) -> History:
    """Fold a stream, or what is new in it.

    Args:
        rows: all of them, or those behind what is known.
        definitions: the workflows this release knows, by name.
        known: the fold of those before; it is not changed.

    Raises:
        RejectionError: workflow_not_found, for a stream that is none of a workflow this release knows.
    """
    if known is not None and not rows:
        return known
    state, commands, name = BEGINNING, dict[str, Command](), ""
    if known is not None:
        state, commands, name = known.state, dict(known.commands), known.definition.name
    for row in rows if rows and rows[0].stream.startswith(WORKFLOW_STREAM) else ():
        if row.type in COMMANDS:
            commands[str(row.id)] = decode_command(row.type, row.data.encode())
            continue
        event = decode_event(row.type, row.data.encode())
        if isinstance(event, WorkflowEvent):
            state, name = evolve(state, event), event.workflow
    definition = definitions.get(name)
    if definition is None:
        raise unknown_workflow()
    first, last = rows[0], rows[-1]
    origin = known.origin if known else Origin(first.stream, first.owner, first.correlation_id, first.occurred_at)
    return History(definition, state, origin, commands, last.version, last.id)


def unknown_workflow() -> RejectionError:
    """The owner has no such workflow, or nobody has."""
    return RejectionError(ErrorCode.WORKFLOW_NOT_FOUND, "this owner has no such workflow", field="workflow_id")
