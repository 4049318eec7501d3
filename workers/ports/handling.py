"""What passes between the runtime and a handler."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Generic, NamedTuple, TypeVar

from contracts.base import Command, Event
from workers.domain.errors import RejectionError
from workers.ports.store import AggregateState
from workers.ports.workflows import WorkflowUpdate

C = TypeVar("C", bound=Command)


class CommandContext(NamedTuple):
    """What the envelope says of a command, for its handler.

    Attributes:
        sent_at: the command's own time, with a zone; what "today" means.
        now: when handling began, UTC; for durations and stamps only, never for a decision.
        attempt: 1 for the first.
        partition: the number of the partition it came from.
    """

    command_id: str
    correlation_id: str
    tenant: str
    owner: str
    sent_at: datetime
    now: datetime
    attempt: int = 1
    partition: int = 0


class StepAnswer(Command):
    """The outcome of a command that a workflow sent: consumed as a command is, but sent by nobody.

    Attributes:
        command_id: of the command it is the outcome of; empty where the outcome does not say.
        event: the outcome.
    """

    area: ClassVar[str] = "workflows"

    command_id: str
    event: Event


class NewEvent(NamedTuple):
    """An event a handler decides, or a command it sends.

    A command is stored among the events of its stream, and published as they are: its id is that of the row.

    Attributes:
        stream: the aggregate it belongs to; None for an outcome that belongs to its command alone.
        version: its place in that stream, the version the handler read plus one; 1 without a stream.
    """

    payload: Event | Command
    stream: str | None = None
    version: int = 1


class Decision(NamedTuple):
    """What a handler decided: the events, the last of which ends the command, and the states they lead to."""

    events: tuple[NewEvent, ...]
    states: tuple[AggregateState, ...] = ()
    workflow: WorkflowUpdate | None = None


Handler = Callable[[Command, CommandContext], Decision | Awaitable[Decision]]
"""Decides a command, at once or when awaited. Holds no transaction, awaits AI through ports only.

One that needs nothing from outside returns its decision: that costs no task, so many can be decided in one go. What is
to be awaited begins nothing before that, for it may be dropped and asked for anew.

Raises RejectionError for wrong input and TransientError where trying again may help.
"""


class Asked(NamedTuple, Generic[C]):
    """A command that is to be decided, and what its envelope says of it."""

    command: C
    context: CommandContext


Decided = Decision | RejectionError


@dataclass(frozen=True, slots=True)
class Together:
    """A `Handler` whose commands need a read of the database and nothing that is paid for: many share one read.

    The runtime gathers what is to be decided at the same time, so that a command costs no task and no query of its own.
    For one alone it is a handler as any other.

    Attributes:
        decide: what becomes of each command, in order. Raises what concerns all of them: UnavailableError above all. Of
            any other failure nobody knows whose it is; then each is asked for alone.
    """

    decide: Callable[[Sequence[Asked[Command]]], Awaitable[Sequence[Decided]]]

    async def __call__(self, command: Command, context: CommandContext) -> Decision:
        """Decide one command; raises as any handler does."""
        (made,) = await self.decide([Asked(command, context)])
        if isinstance(made, RejectionError):
            raise made
        return made
