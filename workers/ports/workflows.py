"""What a workflow leaves beside its history: its timers, and where it stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple, Protocol
from uuid import UUID

WORKFLOW_STREAM: Final = "workflow-"
"""A workflow's stream is this and its id."""


class Phase(StrEnum):
    """Where a workflow stands as a whole."""

    RUNNING = "running"
    COMPENSATING = "compensating"
    STUCK = "stuck"
    COMPLETED = "completed"
    COMPENSATED = "compensated"

    @property
    def is_final(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self in {Phase.COMPLETED, Phase.COMPENSATED}


class WorkflowTimer(NamedTuple):
    """A timer, of which a step has one at most.

    Attributes:
        token: tells it from an older timer of the step.
        owner: whose workflow it is.
        shard: a partition's number: whoever owns that partition of a topic the workflows consume fires the timer.
        due_at: when, UTC.
    """

    tenant: str
    workflow_id: UUID
    step: str
    token: str
    owner: str
    correlation_id: str
    shard: int
    due_at: datetime


class TimerChange(NamedTuple):
    """What becomes of a step's timer: a new one, or none."""

    step: str
    timer: WorkflowTimer | None


class WorkflowRun(NamedTuple):
    """Where a workflow stands, for the board.

    Attributes:
        workflow: its kind.
        version: of its stream.
        step: the step it is at; None before the first and at a good end.
        code: why it is compensating, stuck or compensated.
    """

    tenant: str
    id: UUID
    owner: str
    workflow: str
    phase: Phase
    version: int
    step: str | None
    code: str | None
    correlation_id: str
    started_at: datetime
    updated_at: datetime


class WorkflowUpdate(NamedTuple):
    """What is stored beside the events of a transition, in the same transaction."""

    run: WorkflowRun
    timers: tuple[TimerChange, ...] = ()


class TimerStore(Protocol):
    """The durable timers, as their firing sees them."""

    async def due(self, shards: Collection[int], until: datetime, limit: int) -> Sequence[WorkflowTimer]:
        """The timers of these shards that are due at a moment or were before, the oldest first.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def next_due(self, shards: Collection[int]) -> datetime | None:
        """When the next timer of these shards is due, or was; None where there is none.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def remove(self, timers: Sequence[WorkflowTimer]) -> None:
        """Take fired timers away; one that was replaced meanwhile stays.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...


class WorkflowBoard(Protocol):
    """Where the workflows stand."""

    async def find(
        self, phases: Collection[Phase], limit: int, tenant: str | None = None, owner: str | None = None
    ) -> Sequence[WorkflowRun]:
        """Those in one of the phases, the most recently changed first.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...

    async def get(self, workflow_id: UUID) -> WorkflowRun | None:
        """One of them, whosever it is.

        Raises:
            UnavailableError: the database cannot be reached.
        """
        ...
