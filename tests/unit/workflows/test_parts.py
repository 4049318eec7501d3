"""A step that is done in parts: one after the other, each tried for itself, and told apart."""

import pytest

from contracts.base import Command, Event
from contracts.commands.spending import DeleteSpending, RecordSpending
from contracts.commands.workflows import WorkflowAction
from contracts.events.spending import SpendingRecorded
from contracts.events.workflows import StepStarted, StepSucceeded, WorkflowCompensated, WorkflowCompleted, WorkflowStuck
from contracts.money import Money
from tests.unit.workflows.world import TWICE, Saga, rejected, step, success, trial
from workers.domain.errors import RejectionError
from workers.ports.workflows import Phase
from workers.workflows.definitions import Facts, Leg, Step
from workers.workflows.diagrams import state_diagram
from workers.workflows.state import Status

PARTS = 3


def _next(facts: Facts) -> Command:
    done = {command.merchant for command in facts.sent.values() if isinstance(command, RecordSpending)}
    number = len([merchant for merchant in done if merchant.isdigit()]) + 1
    return RecordSpending(entry_id=None, amount=Money.of("1"), merchant=str(number))


def _more(event: Event) -> bool:
    return isinstance(event, SpendingRecorded) and int(event.merchant) < PARTS


def parts(*, irreversible: bool = True) -> Step:
    leg = Leg(sends=RecordSpending, makes=_next, timeout=60.0, retry=TWICE)
    return Step("parts", leg, irreversible=irreversible, more=_more)


def begun() -> Saga:
    saga = Saga(trial((step("book"),), (parts(),), (step("sum"),)))
    saga.succeed("book")
    return saga


def done(saga: Saga, part: int) -> str:
    """Have a part succeed, and tell its command."""
    command_id = saga.sent("parts")
    command = saga.commands[command_id]
    assert isinstance(command, RecordSpending)
    assert command.merchant == str(part)
    told = success(command.model_copy(update={"entry_id": success(saga.commands["0.0"]).entry_id}))  # type: ignore[attr-defined]
    saga.answer(command_id, told)
    return command_id


def test_parts_follow_each_other_and_then_the_next_step() -> None:
    saga = begun()
    for part in range(1, PARTS + 1):
        assert set(saga.timers) == {"parts"}
        done(saga, part)
    saga.succeed("sum")
    assert isinstance(saga.events[-1], WorkflowCompleted)
    started = [event for event in saga.events if isinstance(event, StepStarted) and event.step == "parts"]
    assert [(event.part, event.attempt) for event in started] == [(1, 1), (2, 1), (3, 1)]
    succeeded = [event for event in saga.events if isinstance(event, StepSucceeded)]
    assert [(event.part, event.more) for event in succeeded] == [
        (None, None),
        (1, True),
        (2, True),
        (3, False),
        (None, None),
    ]


def test_a_late_success_of_an_earlier_part_is_not_taken_for_that_of_the_present_one() -> None:
    saga = begun()
    first = saga.sent("parts")
    saga.fire("parts")
    saga.fire("parts")
    second = done(saga, 1)
    assert first != second
    with pytest.raises(RejectionError, match="illegal_transition"):
        saga.answer(first, success(saga.commands[second].model_copy(update={"entry_id": _entry(saga)})))
    done(saga, 2)


def _entry(saga: Saga) -> object:
    return success(saga.commands["0.0"]).entry_id  # type: ignore[attr-defined]


def test_a_part_is_tried_again_by_itself() -> None:
    saga = begun()
    done(saga, 1)
    saga.fail("parts")
    saga.fire("parts")
    leg = saga.state.leg("parts", undo=False)
    assert (leg.part, leg.attempt) == (2, 2)
    done(saga, 2)
    leg = saga.state.leg("parts", undo=False)
    assert (leg.part, leg.attempt) == (3, 1)


def test_a_first_part_that_is_rejected_leaves_nothing_behind() -> None:
    saga = begun()
    saga.answer(saga.sent("parts"), rejected())
    saga.succeed("book", undo=True)
    end = saga.events[-1]
    assert isinstance(end, WorkflowCompensated)
    assert (end.step, end.undone) == ("parts", ("book",))


def test_a_later_part_that_fails_for_good_is_stuck_and_goes_on_where_it_was() -> None:
    saga = begun()
    done(saga, 1)
    saga.fail("parts", times=2)
    assert isinstance(saga.events[-1], WorkflowStuck)
    saga.steer(WorkflowAction.RESUME)
    done(saga, 2)
    done(saga, 3)
    saga.succeed("sum")
    assert saga.phase() is Phase.COMPLETED


def test_a_stuck_part_that_is_skipped_ends_its_step() -> None:
    saga = begun()
    done(saga, 1)
    saga.answer(saga.sent("parts"), rejected())
    saga.steer(WorkflowAction.SKIP)
    assert saga.state.leg("parts", undo=False).status is Status.SKIPPED
    saga.succeed("sum")
    assert saga.phase() is Phase.COMPLETED


def test_an_aborted_step_in_parts_begins_no_other_part() -> None:
    saga = begun()
    saga.steer(WorkflowAction.ABORT)
    assert saga.phase() is Phase.COMPENSATING
    done(saga, 1)
    assert isinstance(saga.commands[saga.sent("book", undo=True)], DeleteSpending)
    saga.succeed("book", undo=True)
    end = saga.events[-1]
    assert isinstance(end, WorkflowCompensated)
    assert end.undone == ("book",)


def test_a_diagram_shows_the_next_part() -> None:
    assert "        parts --> parts : the next part" in state_diagram(trial((parts(),)))
