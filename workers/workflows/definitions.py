"""How a workflow is declared: groups of steps, how each is retried, timed out and undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from contracts.base import Command, Event
from contracts.errors import ErrorCode
from contracts.events.workflows import WorkflowStarted


@dataclass(frozen=True, slots=True)
class Facts:
    """What the commands of a workflow are made from.

    Attributes:
        workflow_id: the workflow; ids of what it makes follow from it.
        started: how it began; None while it begins.
        start: the command it began with; None later on, when all it asked for was sent on.
        sent_at: when that command was sent; None later on.
        sent: the commands it has sent, by their ids.
        outcomes: what each step that is done ended in, by step; of a step in parts, its last part.
    """

    workflow_id: UUID
    started: WorkflowStarted | None = None
    start: Command | None = None
    sent_at: datetime | None = None
    sent: Mapping[str, Command] = field(default_factory=dict)
    outcomes: Mapping[str, Event] = field(default_factory=dict)


MoreFollows = Callable[[Event], bool]
"""Whether the success a step ended in leaves more of it to do."""

MakesCommand = Callable[[Facts], Command]
"""Makes a step's command. Pure; raises RejectionError where the facts forbid the step."""


@dataclass(frozen=True, slots=True)
class RetryRule:
    """How often and how patiently a command is sent anew.

    Attributes:
        attempts: in all, the first included.
        base_delay: seconds before the second; doubles with each.
        max_delay: the most of them.
    """

    attempts: int = 3
    base_delay: float = 5.0
    max_delay: float = 300.0

    def delay(self, attempt: int, fraction: float) -> float:
        """Seconds to wait after an attempt.

        Args:
            attempt: the one that failed, from 1.
            fraction: a random number in [0, 1) that spreads the delays over their upper half.
        """
        return min(self.max_delay, self.base_delay * 2.0 ** min(attempt - 1, 32)) * (1 + fraction) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One way of a step: doing it, or undoing it.

    Attributes:
        sends: the type of its command; the success of that type is its success.
        makes: makes the command the first time; what is sent anew is the same under another id.
        timeout: seconds from the sending of a command until nothing more is expected of it.
        good_codes: rejections that mean that nothing is left to do.
    """

    sends: type[Command]
    makes: MakesCommand
    timeout: float
    retry: RetryRule = RetryRule()
    good_codes: frozenset[ErrorCode] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """A step.

    Attributes:
        undo: how it is undone; None where it leaves nothing behind.
        irreversible: it leaves something behind that nothing can undo. What fails after it makes the workflow stuck
            instead of compensating, and an operator decides.
        more: of a step that is done in parts, one command after the other: whether another part follows on the success
            of one. A command is made from the outcome of the part before, which stands under the step's name.
    """

    name: str
    do: Leg
    undo: Leg | None = None
    irreversible: bool = False
    more: MoreFollows | None = None

    def __post_init__(self) -> None:
        """Refuse a contradiction.

        Raises:
            ValueError: the step is irreversible and has an undoing.
        """
        if self.irreversible and self.undo is not None:
            raise ValueError(f"step {self.name} is irreversible and says how to undo it")

    def leg(self, *, undo: bool) -> Leg:
        """One of its ways.

        Raises:
            ValueError: it has no such way.
        """
        leg = self.undo if undo else self.do
        if leg is None:
            raise ValueError(f"step {self.name} leaves nothing to undo")
        return leg


def _no_entry(_facts: Facts) -> UUID | None:
    return None


@dataclass(frozen=True)
class Definition:
    """A workflow: groups of steps, one group after the other, the steps of a group side by side.

    Attributes:
        name: its kind, as events tell it.
        starts_with: the command that begins one.
        groups: of steps, in order.
        entry_id: the entry it recorded, told when it completes.
    """

    name: str
    starts_with: type[Command]
    groups: tuple[tuple[Step, ...], ...]
    entry_id: Callable[[Facts], UUID | None] = _no_entry

    def __post_init__(self) -> None:
        """Refuse what cannot be carried out.

        Raises:
            ValueError: a group is empty, or two steps have one name.
        """
        names = [step.name for step in self]
        if not self.groups or not all(self.groups) or len(set(names)) != len(names):
            raise ValueError(f"workflow {self.name}: groups have steps, and steps have names of their own")

    def __iter__(self) -> Iterator[Step]:
        """All steps, in order."""
        return (step for group in self.groups for step in group)

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        """The steps by name."""
        return {step.name: step for step in self}
