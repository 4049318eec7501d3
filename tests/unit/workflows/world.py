"""A workflow on trial, and the world its commands take effect in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from contracts.base import Command, Event
from contracts.commands.spending import DeleteSpending, RecordSpending
from contracts.commands.workflows import FireTimer, ProcessReceipt, SteerWorkflow, WorkflowAction
from contracts.errors import ErrorCode
from contracts.events.outcomes import LocalizedText
from contracts.events.spending import SpendingDeleted, SpendingFailed, SpendingRecorded, SpendingRejected
from contracts.events.workflows import WorkflowEvent
from contracts.money import Money
from contracts.spending import Source
from contracts.values import DEFAULT_TIME_ZONE, Category, Confidence, InlineImage, ProcessingMethod
from tests.fakes.clock import NOON
from workers.ports.workflows import Phase
from workers.workflows import machine
from workers.workflows.definitions import Definition, Facts, Leg, MakesCommand, RetryRule, Step
from workers.workflows.machine import Alarm, Around, Transition
from workers.workflows.state import BEGINNING, WorkflowState, evolve

WORKFLOW_ID = UUID(int=42)
START = ProcessReceipt(image=InlineImage.model_construct(kind="inline", data=b"x"))
TWICE = RetryRule(attempts=2, base_delay=10.0)


def entry_of(step: str) -> UUID:
    return uuid5(WORKFLOW_ID, step)


def _records(step: str) -> MakesCommand:
    return lambda _: RecordSpending(entry_id=entry_of(step), amount=Money.of("1"), merchant=step)


def _deletes(step: str) -> MakesCommand:
    return lambda _: DeleteSpending(entry_id=entry_of(step), reason="undone")


def step(name: str, *, undo: bool = True, irreversible: bool = False) -> Step:
    """A step that leaves an entry behind."""
    done = frozenset({ErrorCode.ENTRY_NOT_FOUND, ErrorCode.ENTRY_DELETED})
    return Step(
        name,
        Leg(sends=RecordSpending, makes=_records(name), timeout=60.0, retry=TWICE),
        undo=Leg(sends=DeleteSpending, makes=_deletes(name), timeout=60.0, retry=TWICE, good_codes=done)
        if undo and not irreversible
        else None,
        irreversible=irreversible,
    )


def trial(*groups: tuple[Step, ...]) -> Definition:
    return Definition("trial", ProcessReceipt, groups)


TRIAL = trial((step("book"),), (step("pay"), step("pack")), (step("ship"),))
"""Three groups, the second of which has two steps side by side."""


def rejected(code: ErrorCode = ErrorCode.AMOUNT_OUT_OF_RANGE) -> SpendingRejected:
    return SpendingRejected(command_id="c", code=code, message=LocalizedText.of(code), reason="wrong")


def failed(code: ErrorCode = ErrorCode.INTERNAL_ERROR) -> SpendingFailed:
    return SpendingFailed(command_id="c", code=code, message=LocalizedText.of(code), reason="broken", attempts=3)


def success(command: Command) -> Event:
    if isinstance(command, DeleteSpending):
        return SpendingDeleted(entry_id=command.entry_id, version=2, reason=command.reason)
    assert isinstance(command, RecordSpending)
    assert command.entry_id is not None
    return SpendingRecorded(
        entry_id=command.entry_id,
        version=1,
        amount=command.amount,
        merchant=command.merchant,
        spent_on=NOON.date(),
        time_zone=DEFAULT_TIME_ZONE,
        category=Category.MISCELLANEOUS,
        confidence=Confidence(1.0),
        processing_method=ProcessingMethod.MANUAL,
        source=Source(),
    )


class Saga:
    """A workflow with what a store would keep of it: its events, the commands it sent, its timers.

    Attributes:
        events: the history.
        times: when each was told.
        commands: by id, in the order they were sent.
        timers: the timers that are set.
    """

    def __init__(self, definition: Definition = TRIAL) -> None:
        self.definition = definition
        self.events: list[WorkflowEvent] = []
        self.times: list[datetime] = []
        self.commands: dict[str, Command] = {}
        self.timers: dict[str, Alarm] = {}
        self.now: datetime = NOON
        self._transitions = 0
        facts = Facts(WORKFLOW_ID, start=START)
        self._keep(machine.begin(definition, facts, self._around()))

    @property
    def state(self) -> WorkflowState:
        """The fold of the history: nothing else is remembered between transitions."""
        state = BEGINNING
        for event in self.events:
            state = evolve(state, event)
        return state

    def phase(self) -> Phase:
        """As a whole."""
        return self.state.phase

    @property
    def told(self) -> list[str]:
        """The history in short."""
        return [type(event).__name__ for event in self.events]

    def answer(self, command_id: str, event: Event) -> None:
        self._go(lambda going: machine.answered(going, command_id, event))

    def fire(self, name: str, token: str | None = None) -> None:
        due = FireTimer(workflow_id=WORKFLOW_ID, step=name, token=token or self.timers[name].token)
        self._go(lambda going: machine.timer_due(going, due))

    def steer(self, action: WorkflowAction) -> None:
        command = SteerWorkflow(workflow_id=WORKFLOW_ID, action=action, by="somchai", reason="because")
        self._go(lambda going: machine.steered(going, command))

    def sent(self, name: str, *, undo: bool = False) -> str:
        """The command last sent for a step."""
        command_id = self.state.leg(name, undo=undo).command_id
        assert command_id is not None
        return command_id

    def succeed(self, name: str, *, undo: bool = False) -> None:
        command_id = self.sent(name, undo=undo)
        self.answer(command_id, success(self.commands[command_id]))

    def fail(self, name: str, *, undo: bool = False, times: int = 1) -> None:
        """Have the command fail, and be sent anew, so often."""
        for number in range(times):
            self.answer(self.sent(name, undo=undo), failed())
            if number < times - 1:
                self.fire(name)

    def _go(self, decide: Callable[[Transition], Transition]) -> None:
        facts = Facts(WORKFLOW_ID, sent=self.commands)
        self._keep(decide(Transition(self.definition, facts, self._around(), self.state)))

    def _around(self) -> Around:
        number = self._transitions
        return Around(lambda ordinal: f"{number}.{ordinal}", self.now)

    def _keep(self, going: Transition) -> None:
        for ordinal, message in enumerate(going.messages):
            if isinstance(message, WorkflowEvent):
                self.events.append(message)
                self.times.append(self.now)
            else:
                assert isinstance(message, Command)
                self.commands[f"{self._transitions}.{ordinal}"] = message
        assert going.state == self.state, "what is stored tells the whole state"
        for name, alarm in going.timers.items():
            self.timers.pop(name, None)
            if alarm is not None:
                self.timers[name] = alarm
        self._transitions += 1
        self.now += timedelta(seconds=1)
