"""The shell of workflows: reads a history, has the machine decide, and hands back what is to be stored."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping
from typing import Final, cast
from uuid import UUID

from contracts.base import Command, Event
from contracts.codec import decode_event
from contracts.commands.workflows import CloseMonth, FireTimer, ImportStatement, ProcessReceipt, SteerWorkflow
from contracts.envelope import event_id
from contracts.events.outcomes import Unsuccessful
from contracts.ids import derived_id
from contracts.values import Confidence
from workers.ports.handling import CommandContext, Decision, Handler, NewEvent, StepAnswer
from workers.ports.store import DecisionStore, EventReader, InboxKey
from workers.ports.workflows import WORKFLOW_STREAM, Phase, TimerChange, WorkflowRun, WorkflowTimer, WorkflowUpdate
from workers.workflows import machine
from workers.workflows.catalogue import DEFINITIONS
from workers.workflows.definitions import Definition, Facts
from workers.workflows.histories import Histories, History, unknown_workflow
from workers.workflows.machine import Alarm, Around, Transition
from workers.workflows.months import CLOSE_MONTH, refuse_unfinished
from workers.workflows.receipts import PROCESS_RECEIPT
from workers.workflows.state import WorkflowState
from workers.workflows.statements import IMPORT_STATEMENT

LOG: Final = logging.getLogger(__name__)
AREA: Final = "workflows"
STREAM: Final = WORKFLOW_STREAM

_WORKFLOWS: Final = UUID("a4f0f3f0-7b7f-5a43-9a55-27c5e5d3a1b4").bytes


def new_workflow_id(tenant: str, command_id: str) -> UUID:
    """A workflow's id: derived, so that a repeated command means the same workflow."""
    return derived_id(_WORKFLOWS, f"{tenant}|{command_id}")


def stream_of(workflow_id: UUID) -> str:
    """The name of a workflow's stream."""
    return f"{STREAM}{workflow_id}"


class Workflows:
    """Handles what happens to workflows.

    Args:
        reader: reads histories.
        decisions: knows what the steps' commands ended in.
        rng: spreads the delays of retries.
        definitions: the workflows, by name.
    """

    def __init__(
        self,
        reader: EventReader,
        decisions: DecisionStore,
        rng: random.Random,
        definitions: Mapping[str, Definition] = DEFINITIONS,
    ) -> None:
        self._histories = Histories(reader, definitions)
        self._decisions = decisions
        self._rng = rng
        self._definitions = definitions

    def process_receipt(self, command: ProcessReceipt, context: CommandContext) -> Decision:
        """Begin to process a receipt."""
        return self._begin(PROCESS_RECEIPT.name, command, context, command.min_confidence)

    def import_statement(self, command: ImportStatement, context: CommandContext) -> Decision:
        """Begin to import a statement."""
        return self._begin(IMPORT_STATEMENT.name, command, context)

    def close_month(self, command: CloseMonth, context: CommandContext) -> Decision:
        """Begin to close a month."""
        refuse_unfinished(command, context.sent_at)
        return self._begin(CLOSE_MONTH.name, command, context)

    async def answered(self, answer: StepAnswer, context: CommandContext) -> Decision:
        """Go on from the outcome of a step's command."""
        try:
            command = UUID(answer.command_id)
        except ValueError:
            raise unknown_workflow() from None
        history = _own(await self._histories.with_command(context.tenant, command), context)
        answers = _step_of(history, answer)
        going = machine.answered(await self._going(history, context, answers), answer.command_id, answer.event)
        return self._decided(going, context, history)

    async def fire_timer(self, command: FireTimer, context: CommandContext) -> Decision:
        """Go on from a time that has come."""
        history = await self._of(command.workflow_id, context)
        return self._decided(machine.timer_due(await self._going(history, context), command), context, history)

    async def steer(self, command: SteerWorkflow, context: CommandContext) -> Decision:
        """Do as an operator says."""
        history = await self._of(command.workflow_id, context)
        return self._decided(machine.steered(await self._going(history, context), command), context, history)

    def _begin(
        self, name: str, command: Command, context: CommandContext, min_confidence: Confidence | None = None
    ) -> Decision:
        workflow_id = new_workflow_id(context.tenant, context.command_id)
        facts = Facts(workflow_id, start=command, sent_at=context.sent_at)
        going = machine.begin(self._definitions[name], facts, self._around(context), min_confidence)
        return _decision(going, context, None)

    async def _of(self, workflow_id: UUID, context: CommandContext) -> History:
        return _own(await self._histories.of(context.tenant, stream_of(workflow_id)), context)

    def _decided(self, going: Transition, context: CommandContext, history: History) -> Decision:
        self._histories.expect(context.tenant, history.origin.stream, going.state.sent)
        return _decision(going, context, history)

    async def _going(self, history: History, context: CommandContext, besides: str | None = None) -> Transition:
        facts = Facts(
            history.origin.workflow_id,
            started=history.state.started,
            sent=history.commands,
            outcomes=await self._outcomes(history, context.tenant, besides),
        )
        return Transition(history.definition, facts, self._around(context), history.state)

    async def _outcomes(self, history: History, tenant: str, besides: str | None) -> dict[str, Event]:
        """What the steps that are done ended in: stored already, under the inbox key of their command.

        Not of the step `besides`, whose new outcome is at hand: what a part of an import ended in has many rows.
        """
        keys: dict[str, InboxKey] = {}
        for step in history.definition:
            done_by = history.state.leg(step.name, undo=False).done_by
            if done_by is not None and step.name != besides:
                keys[step.name] = InboxKey(step.do.sends.area, tenant, done_by)
        found = await self._decisions.recorded(keys.values()) if keys else {}
        return {
            name: decode_event(found[key][-1].type, found[key][-1].data.encode())
            for name, key in keys.items()
            if key in found
        }

    def _around(self, context: CommandContext) -> Around:
        def command_id(ordinal: int) -> str:
            return str(event_id(AREA, context.tenant, context.command_id, ordinal))

        return Around(command_id, context.now, self._rng.random())


def workflow_handlers(workflows: Workflows) -> dict[type[Command], Handler]:
    """The table of what happens to workflows."""
    return {
        ProcessReceipt: cast("Handler", workflows.process_receipt),
        ImportStatement: cast("Handler", workflows.import_statement),
        CloseMonth: cast("Handler", workflows.close_month),
        StepAnswer: cast("Handler", workflows.answered),
        FireTimer: cast("Handler", workflows.fire_timer),
        SteerWorkflow: cast("Handler", workflows.steer),
    }


def _own(history: History, context: CommandContext) -> History:
    if history.origin.owner != context.owner:
        raise unknown_workflow()
    return history


def _step_of(history: History, answer: StepAnswer) -> str | None:
    """The step that has a new outcome by an answer, if it has one."""
    sent = history.state.sent.get(answer.command_id)
    return None if sent is None or sent.undo or isinstance(answer.event, Unsuccessful) else sent.step


def _decision(going: Transition, context: CommandContext, history: History | None) -> Decision:
    workflow_id = going.facts.workflow_id
    before = 0 if history is None else history.version
    events = tuple(
        NewEvent(message, stream_of(workflow_id), before + number) for number, message in enumerate(going.messages, 1)
    )
    correlation_id = context.correlation_id if history is None else history.origin.correlation_id
    state = going.state
    run = WorkflowRun(
        tenant=context.tenant,
        id=workflow_id,
        owner=context.owner,
        workflow=going.definition.name,
        phase=state.phase,
        version=before + len(events),
        step=state.at,
        code=_code(state),
        correlation_id=correlation_id,
        started_at=context.now if history is None else history.origin.started_at,
        updated_at=context.now,
    )
    if run.phase is Phase.STUCK and history is not None and history.state.phase is not Phase.STUCK:
        facts = {"workflow": run.workflow, "workflow_id": str(run.id), "tenant": run.tenant, "step": run.step}
        LOG.error("workflow stuck", extra={**facts, "code": run.code})
    timers = tuple(
        TimerChange(step, alarm and _timer(run, step, alarm, context.partition)) for step, alarm in going.timers.items()
    )
    return Decision(events, workflow=WorkflowUpdate(run, timers))


def _code(state: WorkflowState) -> str | None:
    """Why it does not simply go on: of what it is stuck at, or else of what it does not complete for."""
    if state.phase is Phase.STUCK and state.at is not None:
        return state.leg(state.at, undo=state.before is Phase.COMPENSATING).code
    return state.cause and state.cause.code


def _timer(run: WorkflowRun, step: str, alarm: Alarm, shard: int) -> WorkflowTimer:
    return WorkflowTimer(run.tenant, run.id, step, alarm.token, run.owner, run.correlation_id, shard, alarm.due_at)
