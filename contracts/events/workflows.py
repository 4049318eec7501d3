"""Events of the area *workflows*: a workflow's history, and the answers to the area's commands.

The last event of a transition ends the message that caused it. ProcessReceipt is ended by WorkflowStarted, at once;
WorkflowCompleted and WorkflowCompensated end the reply, time-out or operator's command that brought the workflow to
its end.
"""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from contracts.base import Event
from contracts.commands.workflows import Operator, StepName, Token, WorkflowAction
from contracts.events.outcomes import CommandFailed, CommandRejected, LocalizedText, OpenErrorCode
from contracts.spending import Reason
from contracts.values import Confidence

Attempt = Annotated[int, Field(ge=1)]
Part = Annotated[int, Field(ge=1)]
WorkflowName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$", examples=["process_receipt"])]


class WorkflowEvent(Event):
    """What all of a workflow's history shares.

    Attributes:
        workflow_id: the workflow.
        workflow: its kind, the name of its definition.
    """

    area: ClassVar[str] = "workflows"

    workflow_id: UUID
    workflow: WorkflowName


class WorkflowStarted(WorkflowEvent):
    """A workflow has begun, and goes on by itself.

    Attributes:
        min_confidence: what its reading must at least be sure of, where it reads something.
    """

    type: ClassVar[str] = "poon.workflow.started.v1"

    min_confidence: Confidence | None = None


class StepStarted(WorkflowEvent):
    """A step's command was sent, or the one that undoes it.

    Attributes:
        step: the step.
        undo: whether it is being undone.
        attempt: counted from 1, each way.
        command_id: of the command.
        command_type: its CloudEvents type.
        part: of a step that is done in parts, which of them, counted from 1.
    """

    type: ClassVar[str] = "poon.step.started.v1"

    step: StepName
    undo: bool = False
    attempt: Attempt
    command_id: str
    command_type: str
    part: Part | None = None


class StepSucceeded(WorkflowEvent):
    """A step was done, or undone.

    Attributes:
        step: the step.
        undo: whether it was undone.
        command_id: of the command that did it.
        part: of a step that is done in parts, which of them, counted from 1.
        more: whether another part follows.
    """

    type: ClassVar[str] = "poon.step.succeeded.v1"

    step: StepName
    undo: bool = False
    command_id: str
    part: Part | None = None
    more: bool | None = None


class StepFailed(WorkflowEvent):
    """An attempt at a step came to nothing.

    Attributes:
        step: the step.
        undo: whether it was to be undone.
        attempt: which attempt, counted from 1.
        code: the taxonomy's code; a reader may meet one released after it.
        reason: what is wrong, for developers; never contains the owner's own words.
        uncertain: nothing was heard of it in time, so it may yet take effect.
        retry_at: when it is tried again; left out when it is not.
    """

    type: ClassVar[str] = "poon.step.failed.v1"

    step: StepName
    undo: bool = False
    attempt: Attempt
    code: OpenErrorCode
    reason: str
    uncertain: bool = False
    retry_at: datetime | None = None


class StepSkipped(WorkflowEvent):
    """An operator has a step, or its undoing, taken for done.

    Attributes:
        step: the step.
        undo: whether its undoing was skipped.
    """

    type: ClassVar[str] = "poon.step.skipped.v1"

    step: StepName
    undo: bool = False


class WorkflowCompensating(WorkflowEvent):
    """A workflow will not complete: what it did is being undone, the last first.

    Attributes:
        step: the step it failed at; left out when an operator aborted it.
        code: why.
        reason: why, for developers; never contains the owner's own words.
    """

    type: ClassVar[str] = "poon.workflow.compensating.v1"

    step: StepName | None = None
    code: OpenErrorCode
    reason: str


class WorkflowStuck(WorkflowEvent):
    """A workflow cannot go on by itself: `poon workflows resume`, `skip` or `abort`.

    Attributes:
        step: where it is stuck.
        undo: whether it is stuck at undoing that step.
        code: why.
        reason: why, for developers; never contains the owner's own words.
    """

    type: ClassVar[str] = "poon.workflow.stuck.v1"

    step: StepName
    undo: bool = False
    code: OpenErrorCode
    reason: str


class WorkflowCompleted(WorkflowEvent):
    """A workflow has done all it was for: the notification of its owner.

    Attributes:
        entry_id: the entry it recorded, where it records one.
    """

    type: ClassVar[str] = "poon.workflow.completed.v1"

    entry_id: UUID | None = None


class WorkflowCompensated(WorkflowEvent):
    """A workflow has ended without a trace of what it was for: the notification of its owner.

    Attributes:
        step: the step that refused or failed; left out when an operator aborted the workflow.
        code: the code it did so with.
        message: the code's sentence for people, where this release knows the code.
        reason: why, for developers; never contains the owner's own words.
        undone: the steps that were undone, in that order.
    """

    type: ClassVar[str] = "poon.workflow.compensated.v1"

    step: StepName | None = None
    code: OpenErrorCode
    message: LocalizedText | None = None
    reason: str
    undone: tuple[StepName, ...] = ()


class WorkflowSteered(WorkflowEvent):
    """An operator has had their way with a workflow; what came of it stands before this.

    Attributes:
        action: what was done.
        by: who wanted it.
        reason: why.
    """

    type: ClassVar[str] = "poon.workflow.steered.v1"

    action: WorkflowAction
    by: Operator
    reason: Reason


class TimerFired(WorkflowEvent):
    """A workflow's timer took effect; what came of it stands before this.

    Attributes:
        step: the step it was set for.
        token: which timer of the step it was.
    """

    type: ClassVar[str] = "poon.timer.fired.v1"

    step: StepName
    token: Token


class WorkflowRejected(CommandRejected):
    """A command of the area was wrong, or came too late to change anything."""

    type: ClassVar[str] = "poon.workflow.rejected.v1"
    area: ClassVar[str] = "workflows"


class WorkflowFailed(CommandFailed):
    """A command of the area could not be carried out."""

    type: ClassVar[str] = "poon.workflow.failed.v1"
    area: ClassVar[str] = "workflows"
