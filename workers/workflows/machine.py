"""The interpreter of workflows: what follows on what happens to one. Pure.

A transition tells events, with the commands to send among them, and sets or clears timers. It is decided from the
state, which is the fold of all events before, and stored whole; so it is decided once, whatever crashes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from contracts.base import Command, Event
from contracts.commands.workflows import FireTimer, SteerWorkflow, WorkflowAction
from contracts.errors import ErrorCode
from contracts.events.outcomes import CommandFailed, LocalizedText, Unsuccessful
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
from contracts.registry import SUCCESSES
from contracts.values import Confidence
from workers.domain.errors import RejectionError
from workers.ports.workflows import Phase
from workers.workflows.definitions import Definition, Facts, Leg, Step
from workers.workflows.state import IN_FLIGHT, OVER, LegState, Status, WorkflowState, evolve

RETRY: Final = "retry:"
"""A timer's token is the command whose time is up; after this, the one that is to be sent anew."""


class Alarm(NamedTuple):
    """A timer to set."""

    token: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Around:
    """What a transition takes from outside.

    Attributes:
        command_id: the id of the nth message of the transition, should it be a command.
        now: the time.
        fraction: a random number in [0, 1).
    """

    command_id: Callable[[int], str]
    now: datetime
    fraction: float = 0.5


@dataclass(slots=True)
class Transition:
    """What a transition decides.

    Attributes:
        messages: events and commands, in the order they are stored and published.
        timers: the steps whose timer is to be set, or to be cleared.
        state: the state they lead to.
    """

    definition: Definition
    facts: Facts
    around: Around
    state: WorkflowState
    messages: list[Event | Command] = field(default_factory=list)
    timers: dict[str, Alarm | None] = field(default_factory=dict)

    def tell(self, event: type[WorkflowEvent], **values: Any) -> None:  # noqa: ANN401  the event's own fields
        """Tell an event of the workflow."""
        told = event(workflow_id=self.facts.workflow_id, workflow=self.definition.name, **values)
        self.messages.append(told)
        self.state = evolve(self.state, told)


def begin(definition: Definition, facts: Facts, around: Around, min_confidence: Confidence | None = None) -> Transition:
    """A workflow begins."""
    going = Transition(definition, facts, around, WorkflowState())
    _advance(going)
    going.tell(WorkflowStarted, min_confidence=min_confidence)
    return going


def answered(going: Transition, command_id: str, event: Event) -> Transition:
    """A command of the workflow has its outcome.

    Raises:
        RejectionError: illegal_transition, for an outcome that changes nothing any more.
    """
    sent = going.state.sent.get(command_id)
    if sent is None:
        raise _illegal("the workflow never sent this command")
    step = going.definition.steps[sent.step]
    leg, at = step.leg(undo=sent.undo), going.state.leg(sent.step, undo=sent.undo)
    if _is_success(leg, event):
        # Of whichever attempt: the work is done.
        if at.status not in IN_FLIGHT or sent.part != at.part:
            raise _illegal(f"step {step.name} is {at.status}")
        if not sent.undo:
            going.facts = replace(going.facts, outcomes={**going.facts.outcomes, step.name: event})
        in_parts = step.more if not sent.undo else None
        more = in_parts(event) if in_parts else None
        part = at.part if in_parts else None
        going.tell(StepSucceeded, step=step.name, undo=sent.undo, command_id=command_id, part=part, more=more)
        going.timers[step.name] = None
    else:
        if at.status is not Status.REQUESTED or command_id != at.command_id or not isinstance(event, Unsuccessful):
            raise _illegal(f"step {step.name} is {at.status} at attempt {at.attempt}")
        failure = _Failure(event.code, event.reason, may_pass=isinstance(event, CommandFailed))
        _fail(going, step, failure, undo=sent.undo)
    _advance(going)
    return going


def timer_due(going: Transition, due: FireTimer) -> Transition:
    """A timer is due.

    Raises:
        RejectionError: illegal_transition, for one that was replaced or cleared meanwhile.
    """
    step = going.definition.steps.get(due.step)
    for undo in (False, True):
        at = going.state.leg(due.step, undo=undo)
        if step is None or at.command_id is None:
            continue
        if at.status is Status.REQUESTED and due.token == at.command_id:
            _fail(going, step, _TIMED_OUT, undo=undo)
            break
        if at.status is Status.WAITING and due.token == RETRY + at.command_id:
            _send(going, step, undo=undo)
            break
    else:
        raise _illegal("the timer was replaced or cleared meanwhile")
    _advance(going)
    going.tell(TimerFired, step=due.step, token=due.token)
    return going


def steered(going: Transition, steer: SteerWorkflow) -> Transition:
    """An operator has their way.

    Raises:
        RejectionError: illegal_transition, for what makes no sense where the workflow stands.
    """
    state = going.state
    undo = state.before is Phase.COMPENSATING
    stuck = state.phase is Phase.STUCK
    match steer.action:
        case WorkflowAction.ABORT if state.phase is Phase.RUNNING or (stuck and not undo):
            going.tell(WorkflowCompensating, code=ErrorCode.WORKFLOW_ABORTED, reason="an operator aborted it")
            for name, timed in state.steps.items():
                if timed.do.status is Status.WAITING:
                    going.timers[name] = None
        case WorkflowAction.RESUME if stuck:
            for step in _failed_steps(going, undo=undo):
                _send(going, step, undo=undo)
        case WorkflowAction.SKIP if stuck:
            for step in _failed_steps(going, undo=undo):
                going.tell(StepSkipped, step=step.name, undo=undo)
        case _:
            raise _illegal(f"{steer.action} is for another state than {state.phase}")
    _advance(going)
    going.tell(WorkflowSteered, action=steer.action, by=steer.by, reason=steer.reason)
    return going


class _Failure(NamedTuple):
    """Why an attempt came to nothing.

    Attributes:
        may_pass: whether trying again may help.
    """

    code: ErrorCode | str
    reason: str
    may_pass: bool = False
    uncertain: bool = False


_TIMED_OUT: Final = _Failure(ErrorCode.STEP_TIMED_OUT, "nothing was heard of it in time", may_pass=True, uncertain=True)


def _fail(going: Transition, step: Step, failure: _Failure, *, undo: bool) -> None:
    leg, at = step.leg(undo=undo), going.state.leg(step.name, undo=undo)
    # What is to be undone anyhow is not tried again; its undoing is.
    tries = failure.may_pass and at.attempt < leg.retry.attempts and (undo or going.state.phase is Phase.RUNNING)
    delay = leg.retry.delay(at.attempt, going.around.fraction)
    retry_at = going.around.now + timedelta(seconds=delay) if tries else None
    going.tell(
        StepFailed,
        step=step.name,
        undo=undo,
        attempt=max(1, at.attempt),
        code=failure.code,
        reason=failure.reason,
        uncertain=failure.uncertain,
        retry_at=retry_at,
    )
    going.timers[step.name] = None if retry_at is None else Alarm(f"{RETRY}{at.command_id}", retry_at)


def _advance(going: Transition) -> None:
    """Do whatever follows, until something has to be waited for."""
    if going.state.phase is Phase.RUNNING:
        _forward(going)
    if going.state.phase is Phase.COMPENSATING:
        _backward(going)


def _forward(going: Transition) -> None:
    while not going.state.any_in(Status.FAILED, undo=False):
        group = _open_group(going)
        if not group:
            going.tell(WorkflowCompleted, entry_id=going.definition.entry_id(going.facts))
            return
        idle = [step for step in group if going.state.leg(step.name, undo=False).status is Status.IDLE]
        if not idle:
            return
        for step in idle:
            _send(going, step, undo=False)
            if going.state.any_in(Status.FAILED, undo=False):
                break
    _give_up(going)


def _open_group(going: Transition) -> Sequence[Step]:
    """The first group with a step that is not over; empty when all are."""
    for group in going.definition.groups:
        if any(going.state.leg(step.name, undo=False).status not in OVER for step in group):
            return group
    return ()


def _give_up(going: Transition) -> None:
    """A step failed for good: compensate, unless something was done that nothing can undo."""
    (name, failed), *_ = [(step.name, at) for step, at in _legs(going, undo=False) if at.status is Status.FAILED]
    why = {"step": name, "code": failed.code, "reason": failed.reason}
    done = [step for step, at in _legs(going, undo=False) if at.status is Status.DONE or at.part > 1]
    if any(step.irreversible for step in done):
        going.tell(WorkflowStuck, **why)
        return
    going.tell(WorkflowCompensating, **why)
    for step, at in _legs(going, undo=False):
        if at.status is Status.FAILED:
            going.timers[step.name] = None


def _backward(going: Transition) -> None:
    """Undo the last thing that was done, once nothing can be done any more."""
    if going.state.any_in(*IN_FLIGHT, undo=False) or going.state.any_in(*IN_FLIGHT, undo=True):
        return
    failed = [(step, at) for step, at in _legs(going, undo=True) if at.status is Status.FAILED]
    if failed:
        step, at = failed[0]
        going.tell(WorkflowStuck, step=step.name, undo=True, code=at.code, reason=at.reason)
        return
    for name in reversed(going.state.order):
        step = going.definition.steps[name]
        if step.undo is not None and going.state.leg(name, undo=True).status is Status.IDLE:
            _send(going, step, undo=True)
            return
    _end(going)


def _end(going: Transition) -> None:
    cause = going.state.cause
    if cause is None:
        raise ValueError("what is compensated has a cause")
    known = {str(code): code for code in ErrorCode}.get(cause.code)
    going.tell(
        WorkflowCompensated,
        step=cause.step,
        code=cause.code,
        message=None if known is None else LocalizedText.of(known),
        reason=cause.reason,
        undone=tuple(
            name for name in reversed(going.state.order) if going.state.leg(name, undo=True).status is Status.DONE
        ),
    )


def _send(going: Transition, step: Step, *, undo: bool) -> None:
    """Send a step's command: the same as before where one was sent."""
    leg, at = step.leg(undo=undo), going.state.leg(step.name, undo=undo)
    try:
        command = leg.makes(going.facts) if at.command_id is None else going.facts.sent[at.command_id]
    except RejectionError as refusal:
        _fail(going, step, _Failure(refusal.code, refusal.reason), undo=undo)
        return
    command_id = going.around.command_id(len(going.messages))
    going.messages.append(command)
    going.tell(
        StepStarted,
        step=step.name,
        undo=undo,
        attempt=at.attempt + 1,
        command_id=command_id,
        command_type=command.type,
        part=at.part if step.more and not undo else None,
    )
    going.timers[step.name] = Alarm(command_id, going.around.now + timedelta(seconds=leg.timeout))


def _is_success(leg: Leg, event: Event) -> bool:
    if isinstance(event, Unsuccessful):
        return event.code in leg.good_codes
    return isinstance(event, SUCCESSES[leg.sends])


def _legs(going: Transition, *, undo: bool) -> list[tuple[Step, LegState]]:
    return [(step, going.state.leg(step.name, undo=undo)) for step in going.definition]


def _failed_steps(going: Transition, *, undo: bool) -> list[Step]:
    return [step for step, at in _legs(going, undo=undo) if at.status is Status.FAILED]


def _illegal(reason: str) -> RejectionError:
    return RejectionError(ErrorCode.ILLEGAL_TRANSITION, reason)
