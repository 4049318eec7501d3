"""Whatever happens in whatever order, a workflow ends once, completed or compensated, with nothing left behind.

The world carries out commands in the order they were sent, as a topic's partition is; answers are as durable, and come
late, in any order and more than once. A transition that was stored and not yet published is published again with the
same ids, which is why a command is only ever carried out once here.
"""

import contextlib
from collections.abc import Sequence

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contracts.base import Event
from contracts.commands.spending import DeleteSpending, RecordSpending
from contracts.commands.workflows import WorkflowAction
from contracts.errors import ErrorCode
from contracts.events.workflows import StepSkipped, StepStarted, StepSucceeded, WorkflowCompensated, WorkflowCompleted
from tests.unit.workflows.world import TRIAL, Saga, entry_of, failed, rejected, success
from workers.domain.errors import RejectionError
from workers.ports.workflows import Phase

LUCK = st.sampled_from(["well", "well", "rejected", "failed"])


class SagaMachine(RuleBasedStateMachine):
    """One workflow, the world its commands take effect in, time, and an operator."""

    def __init__(self) -> None:
        super().__init__()
        self.saga = Saga()
        self.carried_out: dict[str, Event] = {}
        self.heard: set[str] = set()
        self.entries: set[str] = set()
        self.deleted: set[str] = set()

    # What the world does

    @precondition(lambda self: len(self.carried_out) < len(self.saga.commands))
    @rule(luck=LUCK)
    def carry_out(self, luck: str) -> None:
        command_id = list(self.saga.commands)[len(self.carried_out)]
        self.carried_out[command_id] = self._outcome(command_id, luck)

    @precondition(lambda self: self.carried_out)
    @rule(data=st.data())
    def hear(self, data: st.DataObject) -> None:
        self._hear(data.draw(st.sampled_from(list(self.carried_out))))

    @precondition(lambda self: self.saga.timers)
    @rule(data=st.data())
    def time_passes(self, data: st.DataObject) -> None:
        self.saga.fire(data.draw(st.sampled_from(sorted(self.saga.timers))))

    @rule(name=st.sampled_from([step.name for step in TRIAL]), data=st.data())
    def an_old_timer_fires(self, name: str, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from(list(self.saga.commands)))
        before = self.saga.told
        alarm = self.saga.timers.get(name)
        if alarm is None or alarm.token != token:
            with contextlib.suppress(RejectionError):
                self.saga.fire(name, token)
            assert self.saga.told == before, "only the timer that is set takes effect"

    @rule(action=st.sampled_from(WorkflowAction))
    def steer(self, action: WorkflowAction) -> None:
        with contextlib.suppress(RejectionError):
            self.saga.steer(action)

    # What holds all the time

    @invariant()
    def it_ends_at_most_once(self) -> None:
        assert self._ends() <= 1

    @invariant()
    def whoever_waits_has_a_timer(self) -> None:
        phase = self.saga.state.phase
        if phase in {Phase.RUNNING, Phase.COMPENSATING}:
            assert self.saga.timers, "nothing else wakes a workflow whose answer never comes"
        elif phase.is_final:
            assert not self.saga.timers

    # And in the end

    def teardown(self) -> None:
        for _ in range(200):
            if self.saga.state.phase.is_final:
                break
            self._go_on()
        self._judge()

    def _go_on(self) -> None:
        """The world goes well from now on, and nothing is lost."""
        for command_id in list(self.saga.commands)[len(self.carried_out) :]:
            self.carried_out[command_id] = self._outcome(command_id, "well")
        for command_id in [one for one in self.carried_out if one not in self.heard]:
            self._hear(command_id)
        for name in list(self.saga.timers):
            if name in self.saga.timers and self._is_heard(name):
                self.saga.fire(name)
        if self.saga.state.phase is Phase.STUCK:
            self.saga.steer(WorkflowAction.RESUME)

    def _is_heard(self, name: str) -> bool:
        """Whether the step waits for a time and not for an answer that is on its way."""
        return self.saga.timers[name].token not in set(self.saga.commands) - self.heard

    def _judge(self) -> None:
        state = self.saga.state
        assert state.phase.is_final
        assert self._ends() == 1
        skipped = {(event.step, event.undo) for event in self.saga.events if isinstance(event, StepSkipped)}
        left = {step.name for step in TRIAL if step.name in self.entries}
        if state.phase is Phase.COMPENSATED:
            assert left <= {name for name, undo in skipped if undo}, "nothing is left behind"
        else:
            assert left >= {step.name for step in TRIAL} - {name for name, _ in skipped}, "all of it is there"
        self._undone_in_reverse()

    def _undone_in_reverse(self) -> None:
        """What took effect last goes first."""
        done = [event.step for event in self.saga.events if isinstance(event, StepSucceeded) and not event.undo]
        begun: Sequence[str] = list(
            dict.fromkeys(event.step for event in self.saga.events if isinstance(event, StepStarted) and event.undo)
        )
        certain = [name for name in begun if name in done and not self.saga.state.step(name).uncertain]
        assert certain == [name for name in reversed(done) if name in certain]

    def _ends(self) -> int:
        return sum(isinstance(event, WorkflowCompleted | WorkflowCompensated) for event in self.saga.events)

    def _hear(self, command_id: str) -> None:
        before = self.saga.told
        try:
            self.saga.answer(command_id, self.carried_out[command_id])
        except RejectionError:
            assert self.saga.told == before
        else:
            assert command_id not in self.heard, "an answer that comes twice changes nothing"
        self.heard.add(command_id)

    def _outcome(self, command_id: str, luck: str) -> Event:
        command = self.saga.commands[command_id]
        names = {entry_of(step.name): step.name for step in TRIAL}
        if luck == "failed":
            return failed()
        if isinstance(command, RecordSpending):
            assert command.entry_id is not None
            return self._record(names[command.entry_id], command, luck)
        assert isinstance(command, DeleteSpending)
        name = names[command.entry_id]
        if name not in self.entries:
            return rejected(ErrorCode.ENTRY_DELETED if name in self.deleted else ErrorCode.ENTRY_NOT_FOUND)
        self.entries.remove(name)
        self.deleted.add(name)
        return success(command)

    def _record(self, name: str, command: RecordSpending, luck: str) -> Event:
        if name in self.entries | self.deleted:
            return rejected(ErrorCode.ENTRY_EXISTS)
        if luck == "rejected":
            return rejected()
        self.entries.add(name)
        return success(command)


TestSagaMachine = SagaMachine.TestCase
TestSagaMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
