"""What a workflow does, case by case."""

from datetime import timedelta

import pytest

from contracts.commands.spending import DeleteSpending, RecordSpending
from contracts.commands.workflows import WorkflowAction
from contracts.errors import ErrorCode
from contracts.events.workflows import StepFailed, StepStarted, WorkflowCompensated, WorkflowCompleted, WorkflowStuck
from tests.unit.workflows.world import TRIAL, Saga, failed, rejected, step, success, trial
from workers.domain.errors import RejectionError
from workers.ports.workflows import Phase
from workers.workflows.definitions import Definition, Facts, Leg, RetryRule, Step
from workers.workflows.state import Status


def illegal() -> "pytest.RaisesExc[RejectionError]":
    return pytest.raises(RejectionError, match="illegal_transition")


def undone(saga: Saga) -> list[str]:
    return [event.step for event in saga.events if isinstance(event, StepStarted) and event.undo]


def test_the_first_step_is_sent_and_the_start_is_the_last_thing_told() -> None:
    saga = Saga()
    assert saga.told == ["StepStarted", "WorkflowStarted"]
    assert list(saga.commands) == ["0.0"]
    assert set(saga.timers) == {"book"}


def test_groups_follow_each_other_and_the_steps_of_one_go_side_by_side() -> None:
    saga = Saga()
    saga.succeed("book")
    assert set(saga.timers) == {"pay", "pack"}
    saga.succeed("pack")
    assert set(saga.timers) == {"pay"}
    saga.succeed("pay")
    saga.succeed("ship")
    assert isinstance(saga.events[-1], WorkflowCompleted)
    assert (saga.state.phase, saga.timers) == (Phase.COMPLETED, {})


def test_a_rejected_step_has_everything_undone_in_reverse_order() -> None:
    saga = Saga()
    saga.succeed("book")
    saga.succeed("pack")
    saga.succeed("pay")
    saga.answer(saga.sent("ship"), rejected())
    for name in ("pay", "pack", "book"):
        assert saga.state.phase is Phase.COMPENSATING
        saga.succeed(name, undo=True)
    end = saga.events[-1]
    assert isinstance(end, WorkflowCompensated)
    assert (end.step, end.code, end.undone) == ("ship", "amount_out_of_range", ("pay", "pack", "book"))
    assert end.message is not None
    assert saga.timers == {}


def test_a_failed_step_is_tried_again_with_the_same_command_under_another_id() -> None:
    saga = Saga()
    first = saga.sent("book")
    saga.answer(first, failed())
    last = saga.events[-1]
    assert isinstance(last, StepFailed)
    assert last.retry_at == saga.timers["book"].due_at
    saga.fire("book")
    second = saga.sent("book")
    assert second != first
    assert saga.commands[second] == saga.commands[first]
    assert saga.state.leg("book", undo=False).attempt == 2


def test_delays_double_and_are_spread_over_their_upper_half() -> None:
    rule = RetryRule(attempts=5, base_delay=10.0, max_delay=35.0)
    assert [rule.delay(attempt, 0.0) for attempt in (1, 2, 3)] == [5.0, 10.0, 17.5]
    assert rule.delay(2, 0.999) == pytest.approx(20.0, rel=0.001)


def test_a_step_that_fails_for_good_ends_the_workflow_with_its_code() -> None:
    saga = Saga()
    saga.fail("book", times=2)
    end = saga.events[-1]
    assert isinstance(end, WorkflowCompensated)
    assert (end.step, end.code, end.undone) == ("book", "internal_error", ())


def test_a_step_that_may_have_taken_effect_is_undone_too() -> None:
    saga = Saga()
    saga.fire("book")
    saga.fire("book")
    saga.fire("book")
    assert undone(saga) == ["book"]
    saga.answer(saga.sent("book", undo=True), rejected(ErrorCode.ENTRY_NOT_FOUND))
    end = saga.events[-2]
    assert saga.told[-1] != "TimerFired"
    assert isinstance(saga.events[-1], WorkflowCompensated)
    assert saga.events[-1].code == ErrorCode.STEP_TIMED_OUT
    assert type(end).__name__ == "StepSucceeded"


def test_an_answer_to_an_earlier_attempt_is_as_good_as_one_to_the_last() -> None:
    saga = Saga()
    first = saga.sent("book")
    saga.fire("book")
    saga.answer(first, success(saga.commands[first]))
    assert saga.state.leg("book", undo=False).status is Status.DONE
    assert set(saga.timers) == {"pay", "pack"}


def test_an_answer_that_comes_twice_changes_nothing() -> None:
    saga = Saga()
    first = saga.sent("book")
    saga.succeed("book")
    with illegal():
        saga.answer(first, success(saga.commands[first]))


def test_a_failure_of_an_earlier_attempt_changes_nothing() -> None:
    saga = Saga()
    first = saga.sent("book")
    saga.fire("book")
    saga.fire("book")
    with illegal():
        saga.answer(first, failed())


def test_an_answer_to_a_command_of_another_is_refused() -> None:
    saga = Saga()
    with illegal():
        saga.answer("another", success(saga.commands[saga.sent("book")]))


def test_an_answer_of_another_kind_is_refused() -> None:
    saga = Saga()
    deleted = DeleteSpending(entry_id=success(saga.commands["0.0"]).entry_id, reason="x")  # type: ignore[attr-defined]
    with illegal():
        saga.answer(saga.sent("book"), success(deleted))


@pytest.mark.parametrize(("name", "token"), [("book", "old"), ("pay", "0.0"), ("unknown", "0.0")])
def test_a_timer_that_was_replaced_is_refused(name: str, token: str) -> None:
    saga = Saga()
    with illegal():
        saga.fire(name, token)


def test_what_runs_beside_a_step_that_failed_is_waited_for_and_then_undone() -> None:
    saga = Saga()
    saga.succeed("book")
    saga.answer(saga.sent("pay"), rejected())
    assert (saga.state.phase, undone(saga)) == (Phase.COMPENSATING, [])
    saga.succeed("pack")
    saga.succeed("pack", undo=True)
    saga.succeed("book", undo=True)
    assert undone(saga) == ["pack", "book"]
    assert saga.state.phase is Phase.COMPENSATED


def test_what_waits_to_be_tried_again_beside_a_step_that_failed_is_given_up() -> None:
    saga = Saga()
    saga.succeed("book")
    saga.answer(saga.sent("pack"), failed())
    saga.answer(saga.sent("pay"), rejected())
    assert undone(saga) == ["book"]
    assert set(saga.timers) == {"book"}


def test_nothing_is_tried_again_once_it_is_to_be_undone() -> None:
    saga = Saga()
    saga.succeed("book")
    saga.answer(saga.sent("pay"), rejected())
    saga.answer(saga.sent("pack"), failed())
    assert undone(saga) == ["book"]


def stuck_at_undoing() -> Saga:
    saga = Saga()
    saga.succeed("book")
    saga.answer(saga.sent("pay"), rejected())
    saga.answer(saga.sent("pack"), rejected())
    saga.fail("book", undo=True, times=2)
    return saga


def test_an_undoing_that_keeps_failing_is_stuck_and_not_over() -> None:
    saga = stuck_at_undoing()
    stuck = saga.events[-1]
    assert isinstance(stuck, WorkflowStuck)
    assert (stuck.step, stuck.undo, stuck.code) == ("book", True, "internal_error")
    assert (saga.state.phase, saga.timers) == (Phase.STUCK, {})


def test_a_stuck_undoing_is_resumed() -> None:
    saga = stuck_at_undoing()
    saga.steer(WorkflowAction.RESUME)
    assert saga.phase() is Phase.COMPENSATING
    saga.succeed("book", undo=True)
    assert saga.phase() is Phase.COMPENSATED


def test_a_stuck_undoing_is_skipped() -> None:
    saga = stuck_at_undoing()
    saga.steer(WorkflowAction.SKIP)
    assert saga.told[-3:] == ["StepSkipped", "WorkflowCompensated", "WorkflowSteered"]
    end = saga.events[-2]
    assert isinstance(end, WorkflowCompensated)
    assert end.undone == ()


def test_what_is_being_undone_cannot_be_aborted() -> None:
    saga = stuck_at_undoing()
    with illegal():
        saga.steer(WorkflowAction.ABORT)


def test_a_running_workflow_is_aborted() -> None:
    saga = Saga()
    saga.succeed("book")
    saga.succeed("pay")
    saga.answer(saga.sent("pack"), failed())
    saga.steer(WorkflowAction.ABORT)
    assert set(saga.timers) == {"pay"}
    saga.succeed("pay", undo=True)
    saga.succeed("book", undo=True)
    end = saga.events[-1]
    assert isinstance(end, WorkflowCompensated)
    assert (end.step, end.code) == (None, "workflow_aborted")


@pytest.mark.parametrize("action", [WorkflowAction.RESUME, WorkflowAction.SKIP])
def test_what_is_not_stuck_is_neither_resumed_nor_skipped(action: WorkflowAction) -> None:
    with illegal():
        Saga().steer(action)


@pytest.mark.parametrize("action", WorkflowAction)
def test_what_has_ended_is_left_alone(action: WorkflowAction) -> None:
    saga = Saga()
    saga.answer(saga.sent("book"), rejected())
    with illegal():
        saga.steer(action)


def stuck_behind_what_cannot_be_undone() -> Saga:
    saga = Saga(trial((step("book"),), (step("ship", irreversible=True),), (step("bill"),)))
    saga.succeed("book")
    saga.succeed("ship")
    saga.answer(saga.sent("bill"), rejected())
    return saga


def test_what_fails_behind_an_irreversible_step_is_stuck() -> None:
    saga = stuck_behind_what_cannot_be_undone()
    stuck = saga.events[-1]
    assert isinstance(stuck, WorkflowStuck)
    assert (stuck.step, stuck.undo, saga.state.phase) == ("bill", False, Phase.STUCK)


def test_a_step_that_is_stuck_is_resumed_and_completes() -> None:
    saga = stuck_behind_what_cannot_be_undone()
    saga.steer(WorkflowAction.RESUME)
    assert saga.phase() is Phase.RUNNING
    saga.succeed("bill")
    assert saga.phase() is Phase.COMPLETED


def test_a_step_that_is_stuck_is_skipped_and_completes() -> None:
    saga = stuck_behind_what_cannot_be_undone()
    saga.steer(WorkflowAction.SKIP)
    assert saga.told[-3:] == ["StepSkipped", "WorkflowCompleted", "WorkflowSteered"]


def test_aborting_behind_an_irreversible_step_undoes_the_others() -> None:
    saga = stuck_behind_what_cannot_be_undone()
    saga.steer(WorkflowAction.ABORT)
    assert undone(saga) == ["book"]
    saga.succeed("book", undo=True)
    assert saga.state.phase is Phase.COMPENSATED


def test_an_answer_beside_a_stuck_step_is_taken_and_leaves_it_stuck() -> None:
    saga = Saga(trial((step("ship", irreversible=True),), (step("bill"), step("thank"))))
    saga.succeed("ship")
    saga.answer(saga.sent("bill"), rejected())
    saga.succeed("thank")
    assert (saga.state.phase, saga.state.at) == (Phase.STUCK, "bill")
    saga.steer(WorkflowAction.SKIP)
    assert saga.state.phase is Phase.COMPLETED


def forbids(_: Facts) -> RecordSpending:
    raise RejectionError(ErrorCode.LOW_CONFIDENCE, "too blurred")


def test_a_step_that_the_facts_forbid_is_never_sent() -> None:
    forbidden = Step("bill", Leg(sends=RecordSpending, makes=forbids, timeout=1.0))
    saga = Saga(trial((step("book"),), (forbidden, step("thank"))))
    saga.succeed("book")
    assert len(saga.commands) == 2, "the booking and its undoing"
    assert set(saga.timers) == {"book"}
    saga.succeed("book", undo=True)
    end = saga.events[-1]
    assert isinstance(end, WorkflowCompensated)
    assert (end.step, end.code) == ("bill", "low_confidence")


def test_a_time_out_lasts_as_long_as_the_step_says() -> None:
    saga = Saga()
    assert saga.timers["book"].due_at == saga.now - timedelta(seconds=1) + timedelta(seconds=60)


def test_a_definition_refuses_what_cannot_be_carried_out() -> None:
    with pytest.raises(ValueError, match="names of their own"):
        trial((step("a"),), (step("a"),))
    with pytest.raises(ValueError, match="groups have steps"):
        Definition("empty", TRIAL.starts_with, ())
    leg = Leg(sends=RecordSpending, makes=forbids, timeout=1.0)
    with pytest.raises(ValueError, match="irreversible"):
        Step("a", leg, undo=leg, irreversible=True)
    with pytest.raises(ValueError, match="leaves nothing"):
        step("a", undo=False).leg(undo=True)
