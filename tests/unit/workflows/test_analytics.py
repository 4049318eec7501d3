"""How workflows fare, counted from histories whose ends are known."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from contracts.base import Event
from contracts.codec import encode
from contracts.commands.workflows import WorkflowAction
from contracts.errors import ErrorCode
from contracts.events.spending import SpendingDeleted
from tests.fakes.clock import NOON
from tests.unit.workflows.world import TRIAL, Saga, failed, rejected, step, trial
from workers.ports.store import StoredEvent
from workers.ports.workflows import Phase
from workers.workflows.analytics import Durations, StepFigures, WorkflowAnalysis, WorkflowFigures

LATER = NOON + timedelta(hours=1)


def row(event: Event, at_version: int, seconds: float = 0.0) -> StoredEvent:
    return StoredEvent(
        id=UUID(int=at_version),
        tenant="acme",
        stream="workflow-1",
        version=at_version,
        handler="workflows",
        causation_id="c",
        ordinal=0,
        type=event.type,
        topic="poon.workflows.events",
        owner="nok",
        correlation_id="talk-1",
        occurred_at=NOON + timedelta(seconds=seconds),
        data=encode(event).decode(),
    )


def rows(saga: Saga) -> list[StoredEvent]:
    return [
        row(event, version, (at - NOON).total_seconds())
        for version, (event, at) in enumerate(zip(saga.events, saga.times, strict=True), 1)
    ]


def analysed(*sagas: Saga) -> WorkflowFigures:
    analysis = WorkflowAnalysis(LATER, {TRIAL.name: TRIAL})
    for saga in sagas:
        analysis.add(rows(saga))
    (figures,) = analysis.figures()
    return figures


def steps(figures: WorkflowFigures) -> dict[str, StepFigures]:
    return {one.step: one for one in figures.steps}


def completed(slower: int = 0) -> Saga:
    """Begun, and a step a second; the last takes so many seconds more."""
    saga = Saga()
    for name in ("book", "pay", "pack"):
        saga.succeed(name)
    saga.now += timedelta(seconds=slower)
    saga.succeed("ship")
    return saga


def compensated() -> Saga:
    saga = Saga()
    saga.succeed("book")
    saga.answer(saga.sent("pay"), rejected())
    saga.succeed("pack")
    saga.succeed("pack", undo=True)
    saga.succeed("book", undo=True)
    return saga


def stuck() -> Saga:
    saga = Saga()
    saga.succeed("book")
    saga.answer(saga.sent("pay"), rejected())
    saga.answer(saga.sent("pack"), rejected())
    saga.fail("book", undo=True, times=2)
    return saga


def test_all_that_went_well_has_completed() -> None:
    figures = analysed(*(completed(slower) for slower in range(20)))
    assert (figures.workflow, figures.begun, figures.ended) == ("trial", 20, 20)
    assert (figures.completion_rate, figures.ended_rate, figures.aborted) == (1.0, 1.0, 0)
    assert figures.completed == Durations(20, 13.0, 22.0, 23.0)
    assert figures.compensated == figures.stuck == Durations()
    own = steps(figures)
    assert [own[name].duration.median for name in own] == [1.0, 1.0, 2.0, 10.0]
    assert own["ship"].duration == Durations(20, 10.0, 19.0, 20.0)
    assert {(one.reached, one.done, one.dropped, one.drop_off) for one in own.values()} == {(20, 20, 0, 0.0)}


def test_who_drops_off_is_counted_where_and_why() -> None:
    figures = analysed(completed(), compensated(), compensated())
    assert figures.phases[Phase.COMPLETED] == 1
    assert figures.phases[Phase.COMPENSATED] == 2
    assert figures.completion_rate == pytest.approx(1 / 3)
    assert figures.compensated == Durations(2, 5.0, 5.0, 5.0)
    own = steps(figures)
    assert list(own) == ["book", "pay", "pack", "ship"]
    assert (own["pay"].reached, own["pay"].done, own["pay"].dropped) == (3, 1, 2)
    assert own["pay"].drop_off == pytest.approx(2 / 3)
    assert own["pay"].codes == {"amount_out_of_range": 2}
    assert (own["pack"].dropped, own["pack"].undone, own["pack"].undo_duration.median) == (0, 2, 1.0)
    assert (own["book"].undone, own["ship"].reached, own["ship"].undone) == (2, 1, 0)


def test_retries_are_counted_and_belong_to_the_duration() -> None:
    saga = Saga()
    saga.fail("book")
    saga.fire("book")
    saga.succeed("book")
    (book, *_) = analysed(saga).steps
    assert (book.retries, book.duration) == (1, Durations(1, 3.0, 3.0, 3.0))


def test_what_is_stuck_is_told_with_its_age() -> None:
    saga = stuck()
    figures = analysed(saga, completed())
    since = (LATER - saga.times[-1]).total_seconds()
    assert figures.stuck == Durations(1, since, since, since)
    assert (figures.ended, figures.ended_rate, figures.completion_rate) == (1, 0.5, 1.0)
    own = steps(figures)
    assert (own["book"].stuck, own["pay"].stuck, own["pay"].dropped) == (1, 0, 1)
    assert own["book"].retries == 1


def test_what_goes_on_and_what_an_operator_ended_is_no_step_s_fault() -> None:
    running, aborted = Saga(), Saga()
    aborted.succeed("book")
    aborted.steer(WorkflowAction.ABORT)
    figures = analysed(running, aborted)
    assert (figures.phases[Phase.RUNNING], figures.phases[Phase.COMPENSATING], figures.aborted) == (1, 1, 1)
    assert (figures.completion_rate, figures.ended_rate) == (None, 0.0)
    assert [one.dropped for one in figures.steps] == [0, 0, 0, 0]
    assert steps(figures)["ship"].drop_off is None


def test_what_is_skipped_is_no_longer_stuck() -> None:
    saga = Saga(trial((step("ship", irreversible=True),), (step("bill"),)))
    saga.succeed("ship")
    saga.answer(saga.sent("bill"), rejected(ErrorCode.ENTRY_EXISTS))
    assert steps(analysed(saga))["bill"].stuck == 1
    saga.steer(WorkflowAction.SKIP)
    bill = steps(analysed(saga))["bill"]
    assert (bill.stuck, bill.skipped, bill.done, bill.dropped) == (0, 1, 0, 0)


def test_kinds_are_told_apart_and_unknown_ones_in_the_order_they_were_met() -> None:
    analysis = WorkflowAnalysis(LATER, {})
    for saga in (completed(), Saga()):
        analysis.add(rows(saga))
    other = [
        one._replace(data=one.data.replace('"workflow":"trial"', '"workflow":"another"')) for one in rows(completed())
    ]
    analysis.add(other)
    another, known = analysis.figures()
    assert (another.workflow, another.begun, known.workflow, known.begun) == ("another", 1, "trial", 2)
    assert [one.step for one in known.steps] == ["book", "pay", "pack", "ship"]


def test_what_is_no_workflow_s_is_passed_over() -> None:
    analysis = WorkflowAnalysis(LATER)
    nothing: Sequence[StoredEvent] = ()
    analysis.add(nothing)
    analysis.add([row(SpendingDeleted(entry_id=UUID(int=1), version=2, reason="x"), 1)])
    assert analysis.figures() == ()


def test_clocks_that_differ_make_no_time_run_backwards() -> None:
    saga = Saga()
    saga.now = NOON - timedelta(seconds=5)
    saga.answer(saga.sent("book"), failed())
    saga.fire("book")
    saga.succeed("book")
    (book, *_) = analysed(saga).steps
    assert book.duration.median == 0.0


def test_the_figures_are_the_same_however_often_they_are_asked_for() -> None:
    analysis = WorkflowAnalysis(LATER, {TRIAL.name: TRIAL})
    analysis.add(rows(completed()))
    assert analysis.figures() == analysis.figures()
