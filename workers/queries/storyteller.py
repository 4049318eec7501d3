"""What became of a message, and what led to it: read by causation, up and down, from what is stored.

A command from outside is not stored, only what was decided on it; one that a workflow sent is. A workflow hears of a
step's outcome, so what it does next is caused by that outcome, and what its timers and operators have it do by
commands that are not stored. All of it stands in the workflow's own stream.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple
from uuid import UUID

from contracts.registry import AREAS, COMMANDS
from workers.domain.duplicates import pair_stream
from workers.domain.mappings import mapping_stream
from workers.domain.spending import SpendingEntry, entry_stream
from workers.ports.dead_letters import FiledLetter
from workers.ports.store import Span, SpendingRepository
from workers.ports.stories import Decided, Kept, StoryReader
from workers.ports.workflows import WORKFLOW_STREAM, WorkflowBoard
from workers.queries.story import AggregateStory, CommandStory, Found, Link, Story, Transition, WorkflowStory

MOST_TENANTS: Final = 1_000
"""Tenants that are looked through where none is named."""
MOST_ROWS: Final = 300
"""Events of one stream that are told: of a longer one the first and the last half of these."""
MOST_LINKS: Final = 20
"""How far up causes are followed; nothing has that many."""
MOST_REDRIVES: Final = 5
"""Replacements of replacements that are followed."""
MOST_ENTRIES: Final = 20
"""Entries of which it is told where they stand."""

_ENTRY: Final = entry_stream(UUID(int=0)).partition("-")[0] + "-"


class StoryPorts(NamedTuple):
    """What a story is read through."""

    stories: StoryReader
    board: WorkflowBoard
    entries: SpendingRepository


class _Place(NamedTuple):
    """What an id turned out to be, and the messages whose story is told."""

    found: Found
    tenant: str
    messages: tuple[str, ...]
    others: tuple[str, ...] = ()
    aggregate: AggregateStory | None = None


class Storyteller:
    """Finds what an id is and reads what is stored about it."""

    def __init__(self, ports: StoryPorts) -> None:
        self._stories = ports.stories
        self._board = ports.board
        self._entries = ports.entries

    async def tell(self, asked: str, tenant: str | None = None) -> Story | None:
        """The story of a command, an event, a dead letter, a workflow, an entry or another aggregate.

        Args:
            asked: its id, or the name of its stream.
            tenant: whose; where left out, whosever has it.

        Returns:
            None where nothing is stored under that id.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        place = await self._place(asked, tenant)
        if place is None:
            return await self._gone(asked, tenant)
        commands = tuple((await self._commands(place.tenant, place.messages)).values())
        above = await self._above(place.tenant, place.messages[0])
        entries = await self._standing(place, commands)
        return Story(asked, place.found, place.tenant, above, commands, place.aggregate, place.others, entries)

    async def _place(self, asked: str, tenant: str | None) -> _Place | None:
        tenants = [tenant] if tenant is not None else await self._stories.tenants(MOST_TENANTS)
        identity = _uuid(asked)
        return (
            (await self._event(identity, tenant) if identity else None)
            or await self._command(asked, tenants)
            or await self._letter(asked, tenant)
            or await self._stream(asked, identity, tenants)
        )

    async def _event(self, identity: UUID, tenant: str | None) -> _Place | None:
        for row in await self._stories.events([identity]):
            event = row.event
            if tenant in {None, event.tenant}:
                is_command = event.type in COMMANDS
                message = str(event.id) if is_command else event.causation_id
                return _Place(Found.COMMAND if is_command else Found.EVENT, event.tenant, (message,))
        return None

    async def _command(self, asked: str, tenants: Sequence[str]) -> _Place | None:
        rows = await self._stories.decided(Decided(tenants, AREAS, [asked], outcomes_only=True))
        having = list(dict.fromkeys(row.event.tenant for row in rows))
        return _Place(Found.COMMAND, having[0], (asked,), tuple(having[1:])) if having else None

    async def _letter(self, asked: str, tenant: str | None) -> _Place | None:
        for filed in await self._stories.letters([asked]):
            if tenant in {None, filed.letter.tenant}:
                return _Place(Found.DEAD_LETTER, filed.letter.tenant, (asked,))
        return None

    async def _stream(self, asked: str, identity: UUID | None, tenants: Sequence[str]) -> _Place | None:
        names = [asked] if identity is None else [name(identity) for name in _STREAMS]
        for first in await self._stories.beginnings(tenants, names):
            event = first.event
            if event.stream.startswith(WORKFLOW_STREAM):
                return _Place(Found.WORKFLOW, event.tenant, (event.causation_id,))
            rows, total = await self._part(event.tenant, event.stream)
            causes = tuple(dict.fromkeys(row.event.causation_id for row in rows))
            story = AggregateStory(event.stream, total, rows)
            return _Place(Found.AGGREGATE, event.tenant, causes, aggregate=story)
        return None

    async def _gone(self, asked: str, tenant: str | None) -> Story | None:
        """A workflow of which no more is stored than where it ended."""
        identity = _uuid(asked.removeprefix(WORKFLOW_STREAM))
        run = await self._board.get(identity) if identity else None
        if run is None or tenant not in {None, run.tenant}:
            return None
        return Story(asked, Found.WORKFLOW, run.tenant, workflow=run)

    async def _commands(
        self, tenant: str, ids: Collection[str], *, as_steps: bool = False, redrives: int = MOST_REDRIVES
    ) -> dict[str, CommandStory]:
        """The stories of messages, in the order given."""
        rows = _by_cause(await self._stories.decided(Decided([tenant], AREAS, ids, outcomes_only=as_steps)))
        sent = {str(row.event.id): row for row in await self._of_tenant(tenant, ids)}
        letters = {
            filed.letter.command_id: filed
            for filed in await self._stories.letters(ids)
            if filed.letter.tenant == tenant and filed.letter.command_id in ids
        }
        replacements = await self._replacements(tenant, letters.values(), redrives)
        reactions = {} if as_steps else await self._reactions(tenant, rows)
        return {
            one: CommandStory(
                one,
                tenant,
                sent.get(one),
                rows.get(one, ()),
                letters.get(one),
                replacements.get(letters[one].redriven_as or "") if one in letters else None,
                reactions.get(one, ()),
                None if as_steps else await self._workflow(tenant, rows.get(one, ())),
            )
            for one in ids
        }

    async def _replacements(
        self, tenant: str, letters: Iterable[FiledLetter], redrives: int
    ) -> dict[str, CommandStory]:
        ids = [filed.redriven_as for filed in letters if filed.redriven_as]
        return await self._commands(tenant, ids, redrives=redrives - 1) if ids and redrives else {}

    async def _reactions(self, tenant: str, rows: Mapping[str, Sequence[Kept]]) -> dict[str, tuple[Kept, ...]]:
        """What workflows did because of these messages' outcomes, by message."""
        ended = {
            str(row.event.id): cause
            for cause, own in rows.items()
            for row in own
            if row.event.terminal and not row.event.stream.startswith(WORKFLOW_STREAM)
        }
        heard = await self._stories.decided(Decided([tenant], [_WORKFLOWS], list(ended))) if ended else ()
        return {ended[cause]: own for cause, own in _by_cause(heard).items()}

    async def _workflow(self, tenant: str, rows: Sequence[Kept]) -> WorkflowStory | None:
        """The workflow that one of these events begins."""
        stream = next((row.event.stream for row in rows if _begins_workflow(row)), None)
        if stream is None:
            return None
        identity = _uuid(stream.removeprefix(WORKFLOW_STREAM))
        told, total = await self._part(tenant, stream)
        transitions = tuple(
            Transition(cause, tuple(own)) for cause, own in groupby(told, lambda row: row.event.causation_id)
        )
        steps = [str(row.event.id) for row in told if row.event.type in COMMANDS]
        return WorkflowStory(
            stream,
            await self._board.get(identity) if identity else None,
            total,
            transitions,
            await self._commands(tenant, steps, as_steps=True) if steps else {},
        )

    async def _part(self, tenant: str, stream: str) -> tuple[tuple[Kept, ...], int]:
        """A stream's events, of a long one the first and the last; and how many there are."""
        total = await self._stories.newest_version(tenant, stream)
        if total <= MOST_ROWS:
            return tuple(await self._stories.stream(tenant, stream, Span(1, total))), total
        first = await self._stories.stream(tenant, stream, Span(1, MOST_ROWS // 2))
        last = await self._stories.stream(tenant, stream, Span(total - MOST_ROWS // 2 + 1, total))
        return (*first, *last), total

    async def _above(self, tenant: str, message: str) -> tuple[Link, ...]:
        """What led to a message, the nearest first."""
        links: list[Link] = []
        while message and len(links) < MOST_LINKS:
            rows = await self._of_tenant(tenant, [message])
            found = await self._led_to(rows[0]) if rows else await self._replaced(tenant, message)
            links += found
            message = found[-1].id if found else ""
        return tuple(links)

    async def _led_to(self, row: Kept) -> list[Link]:
        """What led to a stored message; of a workflow's, the workflow and the command that began it."""
        event = row.event
        if not event.stream.startswith(WORKFLOW_STREAM):
            return [Link("command", event.causation_id)]
        heard = await self._of_tenant(event.tenant, [event.causation_id])
        links = [Link("event", event.causation_id, one) for one in heard]
        (begun,) = await self._stories.stream(event.tenant, event.stream, Span(1, 1)) or (row,)
        links.append(Link("workflow", event.stream.removeprefix(WORKFLOW_STREAM), begun))
        return [*links, Link("command", begun.event.causation_id)]

    async def _replaced(self, tenant: str, message: str) -> list[Link]:
        """The command that one was sent in the place of."""
        for filed in await self._stories.letters([message]):
            if filed.redriven_as == message and filed.letter.tenant == tenant:
                return [
                    Link("dead letter", str(filed.letter.id), letter=filed),
                    Link("command", filed.letter.command_id),
                ]
        return []

    async def _of_tenant(self, tenant: str, ids: Iterable[str]) -> Sequence[Kept]:
        known = [identity for one in ids if (identity := _uuid(one))]
        rows = await self._stories.events(known) if known else ()
        return [row for row in rows if row.event.tenant == tenant]

    async def _standing(self, place: _Place, commands: Iterable[CommandStory]) -> tuple[SpendingEntry, ...]:
        """Where the entries stand that any of it is about."""
        asked = [place.aggregate.stream] if place.aggregate else []  # first: one decision may be about hundreds
        named = (*asked, *(row.event.stream for row in _all_rows(commands)))
        streams = dict.fromkeys(stream for stream in named if stream.startswith(_ENTRY))
        ids = [identity for stream in streams if (identity := _uuid(stream.removeprefix(_ENTRY)))]
        found = [await self._entries.get(place.tenant, identity) for identity in ids[:MOST_ENTRIES]]
        return tuple(entry for entry in found if entry is not None)


_WORKFLOWS: Final = "workflows"


def _workflow_stream(identity: UUID) -> str:
    return f"{WORKFLOW_STREAM}{identity}"


_STREAMS: Final = (entry_stream, mapping_stream, pair_stream, _workflow_stream)
"""The names of the streams an id may stand for."""


def _all_rows(commands: Iterable[CommandStory]) -> Iterable[Kept]:
    for command in commands:
        yield from command.rows
        if command.workflow is not None:
            yield from _all_rows(command.workflow.steps.values())
        if command.replacement is not None:
            yield from _all_rows([command.replacement])


def _begins_workflow(row: Kept) -> bool:
    return row.event.version == 1 and row.event.stream.startswith(WORKFLOW_STREAM)


def _by_cause(rows: Iterable[Kept]) -> dict[str, tuple[Kept, ...]]:
    grouped: dict[str, list[Kept]] = {}
    for row in rows:
        grouped.setdefault(row.event.causation_id, []).append(row)
    return {cause: tuple(own) for cause, own in grouped.items()}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
