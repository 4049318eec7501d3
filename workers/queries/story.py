"""What a story consists of: what became of a message, and what led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from workers.domain.spending import SpendingEntry
from workers.ports.dead_letters import FiledLetter
from workers.ports.stories import Kept
from workers.ports.workflows import WorkflowRun


class Found(StrEnum):
    """What an id turned out to be."""

    COMMAND = "command"
    EVENT = "event"
    DEAD_LETTER = "dead letter"
    WORKFLOW = "workflow"
    AGGREGATE = "aggregate"


class Link(NamedTuple):
    """Something that led to what was asked for.

    Attributes:
        what: command, event, workflow or dead letter.
        row: as it is stored, where it is.
    """

    what: str
    id: str
    row: Kept | None = None
    letter: FiledLetter | None = None


class Transition(NamedTuple):
    """What a workflow did because of one message."""

    cause: str
    rows: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class CommandStory:
    """A command, or the outcome a workflow heard of, and what came of it.

    Attributes:
        sent: as it was stored, where a workflow sent it.
        rows: what was decided on it, by stream and version; of a workflow's step only its outcome.
        letter: its dead letter.
        replacement: the command that was sent in its place.
        reactions: what a workflow did because of its outcome.
        workflow: the workflow it began.
    """

    id: str
    tenant: str
    sent: Kept | None = None
    rows: tuple[Kept, ...] = ()
    letter: FiledLetter | None = None
    replacement: CommandStory | None = None
    reactions: tuple[Kept, ...] = ()
    workflow: WorkflowStory | None = None

    @property
    def outcome(self) -> Kept | None:
        """What ended it."""
        return next((row for row in self.rows if row.event.terminal), None)


@dataclass(frozen=True, slots=True)
class WorkflowStory:
    """A workflow's stream.

    Attributes:
        run: where it stands.
        total: events in the stream.
        transitions: those that are told, in order.
        steps: the commands it sent, by id.
    """

    stream: str
    run: WorkflowRun | None
    total: int
    transitions: tuple[Transition, ...]
    steps: Mapping[str, CommandStory] = field(default_factory=dict)

    @property
    def left_out(self) -> int:
        """Events that are not told, from the middle."""
        return self.total - sum(len(transition.rows) for transition in self.transitions)


@dataclass(frozen=True, slots=True)
class AggregateStory:
    """The stream of an entry, a mapping or the like.

    Attributes:
        total: events in the stream.
        rows: those that are told.
    """

    stream: str
    total: int
    rows: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """All that is stored of what was asked for.

    Attributes:
        found: what the id turned out to be.
        above: what led to it, the nearest first.
        commands: the command, or those that changed the aggregate.
        others: other tenants that have something under this id.
        entries: as they stand now.
        workflow: where it stands, of one whose history is gone.
    """

    asked: str
    found: Found
    tenant: str
    above: tuple[Link, ...] = ()
    commands: tuple[CommandStory, ...] = ()
    aggregate: AggregateStory | None = None
    others: tuple[str, ...] = ()
    entries: tuple[SpendingEntry, ...] = ()
    workflow: WorkflowRun | None = None
