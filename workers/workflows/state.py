"""A workflow's state: the fold of its history. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NamedTuple

from contracts.events.workflows import (
    StepFailed,
    StepSkipped,
    StepStarted,
    StepSucceeded,
    TimerFired,
    WorkflowCompensated,
    WorkflowCompensating,
    WorkflowCompleted,
    WorkflowEvent,
    WorkflowStarted,
    WorkflowSteered,
    WorkflowStuck,
)
from workers.ports.workflows import Phase


class Status(StrEnum):
    """Where a step stands, one way."""

    IDLE = "idle"
    REQUESTED = "requested"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


IN_FLIGHT: Final = frozenset({Status.REQUESTED, Status.WAITING})
OVER: Final = frozenset({Status.DONE, Status.SKIPPED})


class LegState(NamedTuple):
    """Where a step stands, one way.

    Attributes:
        attempt: the last one begun; 0 before the first.
        command_id: of the last command sent, if any was.
        done_by: the command that did it; of a step in parts, the last one that did any.
        code: of the last failure.
        reason: of the last failure.
        part: of a step in parts, the one it is at, from 1.
    """

    status: Status = Status.IDLE
    attempt: int = 0
    command_id: str | None = None
    done_by: str | None = None
    code: str = ""
    reason: str = ""
    part: int = 1


class StepState(NamedTuple):
    """Where a step stands.

    Attributes:
        uncertain: a command of its was given up that may yet take effect.
    """

    do: LegState = LegState()
    undo: LegState = LegState()
    uncertain: bool = False

    def leg(self, *, undo: bool) -> LegState:
        """One of its ways."""
        return self.undo if undo else self.do


class Sent(NamedTuple):
    """What a command was sent for."""

    step: str
    undo: bool
    part: int = 1


class Cause(NamedTuple):
    """Why a workflow does not complete."""

    step: str | None
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class WorkflowState:
    """A workflow.

    Attributes:
        phase: as a whole.
        before: the phase it was in before it got stuck.
        steps: those that were begun, by name.
        order: the steps that left something behind, or may have, in the order they did.
        sent: what each command was sent for.
        cause: why it does not complete.
        at: the step something last happened to.
    """

    phase: Phase = Phase.RUNNING
    before: Phase = Phase.RUNNING
    steps: Mapping[str, StepState] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    sent: Mapping[str, Sent] = field(default_factory=dict)
    started: WorkflowStarted | None = None
    cause: Cause | None = None
    at: str | None = None

    def step(self, name: str) -> StepState:
        """Where a step stands."""
        return self.steps.get(name, StepState())

    def leg(self, name: str, *, undo: bool) -> LegState:
        """Where a step stands, one way."""
        return self.step(name).leg(undo=undo)

    def any_in(self, *statuses: Status, undo: bool) -> bool:
        """Whether a step stands in one of these, one way."""
        return any(step.leg(undo=undo).status in statuses for step in self.steps.values())


BEGINNING: Final = WorkflowState()
"""Before the first event."""


def evolve(state: WorkflowState, event: WorkflowEvent) -> WorkflowState:  # noqa: PLR0911  one a kind of event
    """Fold an event into the state."""
    match event:
        case StepStarted():
            return _started(state, event)
        case StepSucceeded():
            return _succeeded(state, event)
        case StepFailed():
            return _failed(state, event)
        case StepSkipped():
            leg = state.leg(event.step, undo=event.undo)._replace(status=Status.SKIPPED)
            return _going_on(_with_leg(state, event.step, leg, undo=event.undo))
        case WorkflowCompensating():
            return _compensating(state, event)
        case WorkflowStuck():
            return replace(state, phase=Phase.STUCK, before=state.phase, at=event.step)
        case _:
            return _as_a_whole(state, event)


def _as_a_whole(state: WorkflowState, event: WorkflowEvent) -> WorkflowState:
    match event:
        case WorkflowStarted():
            return replace(state, started=event)
        case WorkflowCompleted():
            return replace(state, phase=Phase.COMPLETED, at=None)
        case WorkflowCompensated():
            return replace(state, phase=Phase.COMPENSATED, at=event.step)
        case TimerFired() | WorkflowSteered():
            return state  # what came of it has events of its own
        case _:
            raise ValueError(f"{type(event).__name__} is no event of a workflow's history")


def _started(state: WorkflowState, event: StepStarted) -> WorkflowState:
    before = state.leg(event.step, undo=event.undo)
    leg = before._replace(status=Status.REQUESTED, attempt=event.attempt, command_id=event.command_id)
    sent = {**state.sent, event.command_id: Sent(event.step, event.undo, event.part or 1)}
    return _going_on(replace(_with_leg(state, event.step, leg, undo=event.undo), sent=sent))


def _succeeded(state: WorkflowState, event: StepSucceeded) -> WorkflowState:
    before = state.leg(event.step, undo=event.undo)
    if event.more:
        leg = LegState(done_by=event.command_id, part=before.part + 1)
    else:
        leg = before._replace(status=Status.DONE, done_by=event.command_id)
    after = _with_leg(state, event.step, leg, undo=event.undo)
    left_something_before = event.undo or event.step in after.order
    return after if left_something_before else replace(after, order=(*after.order, event.step))


def _failed(state: WorkflowState, event: StepFailed) -> WorkflowState:
    status = Status.FAILED if event.retry_at is None else Status.WAITING
    leg = state.leg(event.step, undo=event.undo)._replace(
        status=status, attempt=event.attempt, code=str(event.code), reason=event.reason
    )
    after = _with_leg(state, event.step, leg, undo=event.undo)
    if event.undo:
        return after
    step = after.step(event.step)
    step = step._replace(uncertain=step.uncertain or event.uncertain)
    after = replace(after, steps={**after.steps, event.step: step})
    return _given_up(after, event.step) if status is Status.FAILED else after


def _given_up(state: WorkflowState, name: str) -> WorkflowState:
    """A step that was given up may have left something behind all the same."""
    leaves = state.step(name).uncertain and name not in state.order
    return replace(state, order=(*state.order, name)) if leaves else state


def _compensating(state: WorkflowState, event: WorkflowCompensating) -> WorkflowState:
    cause = Cause(event.step, str(event.code), event.reason)
    after = replace(state, phase=Phase.COMPENSATING, cause=cause, at=event.step or state.at)
    for name, step in state.steps.items():  # nothing is tried again from here on
        if step.do.status is Status.WAITING:
            failed = step.do._replace(status=Status.FAILED)
            after = _given_up(_with_leg(after, name, failed, undo=False), name)
    return after


def _with_leg(state: WorkflowState, name: str, leg: LegState, *, undo: bool) -> WorkflowState:
    step = state.step(name)
    step = step._replace(undo=leg) if undo else step._replace(do=leg)
    at = state.at if state.phase is Phase.STUCK else name
    return replace(state, steps={**state.steps, name: step}, at=at)


def _going_on(state: WorkflowState) -> WorkflowState:
    """A stuck workflow that does something is stuck no longer."""
    return replace(state, phase=state.before) if state.phase is Phase.STUCK else state
