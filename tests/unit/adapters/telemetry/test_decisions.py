"""What decisions tell is counted: confidence, shares of backends, steps and ends of workflows."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from adapters.telemetry.decisions import RESULTS, result_of
from adapters.telemetry.metrics import Metrics
from contracts.base import Command, Event
from contracts.commands.receipts import ExtractReceipt
from contracts.errors import ErrorCode
from contracts.events.texts import TextParsed
from contracts.events.workflows import (
    StepFailed,
    StepSkipped,
    StepStarted,
    StepSucceeded,
    WorkflowCompensated,
    WorkflowCompleted,
    WorkflowEvent,
    WorkflowStarted,
    WorkflowStuck,
)
from contracts.examples import examples_of
from contracts.readings import BackendAnswer
from contracts.values import Confidence
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.observing import SECRETS, USUAL
from workers.ports.handling import Decision, NewEvent
from workers.ports.observing import Settled
from workers.ports.workflows import Phase, WorkflowRun, WorkflowUpdate

KIND = "process_receipt"
ID = UUID(int=7)


def decided(*events: Event | Command, took: float | None = None) -> Settled:
    """A command whose handler decided these events; of a workflow, so many seconds after it began."""
    update = None
    if took is not None:
        later = NOON + timedelta(seconds=took)
        run = WorkflowRun("acme", ID, SECRETS[0], KIND, Phase.RUNNING, 1, None, None, "c-1", NOON, later)
        update = WorkflowUpdate(run)
    return USUAL._replace(decision=Decision(tuple(map(NewEvent, events)), workflow=update))


def counted(batch: Sequence[Settled]) -> dict[str, dict[tuple[str, ...], float]]:
    """The samples above 0 by name and label values, in the labels' order."""
    metrics = Metrics(FakeClock())
    metrics.observer("texts", "group", ()).settled(batch, 11.0)
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in metrics.collect():
        for sample in family.samples:
            if sample.value:
                found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def parsed(confidence: float, *shares: BackendAnswer, degraded: bool = False) -> TextParsed:
    example = examples_of(TextParsed.type)[0].message
    assert isinstance(example, TextParsed)
    processing = example.processing.model_copy(update={"backends": shares, "degraded": degraded})
    return example.model_copy(update={"confidence": Confidence(confidence), "processing": processing})


def share(backend: str, **facts: object) -> BackendAnswer:
    return BackendAnswer.model_validate({"capability": "text_extraction", "backend": backend, **facts})


def test_confidence_and_the_shares_of_backends_are_counted() -> None:
    found = counted(
        [
            decided(parsed(0.65, share("rules"), share("m", cached=True))),
            decided(parsed(0.95, share("rules"), share("m", unavailable="is gone"), degraded=True)),
        ]
    )
    kind = "poon.text.parse.v1"
    assert found["poon_backend_answers_total"] == {
        ("texts", "text_extraction", "rules", "answered"): 2,
        ("texts", "text_extraction", "m", "cached"): 1,
        ("texts", "text_extraction", "m", "unavailable"): 1,
    }
    assert found["poon_outcomes_degraded_total"] == {("texts", kind): 1}
    below = {labels[-1]: value for labels, value in found["poon_outcome_confidence_bucket"].items()}
    assert (below.get("0.6"), below["0.7"], below["0.95"]) == (None, 1, 2)


def test_what_was_decided_before_or_by_the_runtime_tells_nothing() -> None:
    found = counted([USUAL, USUAL._replace(duplicate=True)])
    assert not {name for name in found if "confidence" in name or "backend" in name or "workflow" in name}


def sent() -> Command:
    """What a step's command is, in the decision that sends it."""
    command = examples_of(ExtractReceipt.type)[0].message
    assert isinstance(command, ExtractReceipt)
    return command


def test_steps_of_workflows_are_counted_each_way() -> None:
    step = {"workflow_id": ID, "workflow": KIND, "step": "extract"}
    command = {"command_id": "c-9"}
    found = counted(
        [
            decided(
                sent(),
                StepStarted.model_validate(step | command | {"attempt": 1, "command_type": ExtractReceipt.type}),
                WorkflowStarted(workflow_id=ID, workflow=KIND),
                took=0.0,
            ),
            decided(StepSucceeded.model_validate(step | command), took=1.0),
            decided(StepSucceeded.model_validate(step | command | {"undo": True}), took=1.0),
            decided(
                StepFailed.model_validate(step | {"attempt": 1, "code": "internal_error", "reason": "x"}), took=1.0
            ),
            decided(StepSkipped.model_validate(step), took=1.0),
        ]
    )
    assert found["poon_workflow_steps_total"] == {
        ("texts", KIND, "extract", "no", "started"): 1,
        ("texts", KIND, "extract", "no", "succeeded"): 1,
        ("texts", KIND, "extract", "yes", "succeeded"): 1,
        ("texts", KIND, "extract", "no", "failed"): 1,
        ("texts", KIND, "extract", "no", "skipped"): 1,
    }
    assert "poon_workflow_results_total" not in found


def test_the_ends_of_a_kind_are_visible_from_its_first_start() -> None:
    metrics = Metrics(FakeClock())
    start = decided(WorkflowStarted(workflow_id=ID, workflow=KIND), took=0.0)
    metrics.observer("workflows", "group", ()).settled([start], 11.0)
    (family,) = [one for one in metrics.collect() if one.name == "poon_workflow_results"]
    assert {sample.labels["result"]: sample.value for sample in family.samples} == dict.fromkeys(RESULTS, 0.0)


ENDS: list[tuple[WorkflowEvent, str | None]] = [
    (WorkflowCompleted(workflow_id=ID, workflow=KIND), "completed"),
    (WorkflowCompensated(workflow_id=ID, workflow=KIND, code=ErrorCode.LOW_CONFIDENCE, reason="x"), "refused"),
    (WorkflowCompensated(workflow_id=ID, workflow=KIND, code=ErrorCode.WORKFLOW_ABORTED, reason="x"), "refused"),
    (WorkflowCompensated(workflow_id=ID, workflow=KIND, code=ErrorCode.BACKEND_TIMEOUT, reason="x"), "failed"),
    (WorkflowCompensated(workflow_id=ID, workflow=KIND, code="of_a_newer_release", reason="x"), "failed"),
    (WorkflowStuck(workflow_id=ID, workflow=KIND, step="record", code="internal_error", reason="x"), "stuck"),
    (WorkflowStarted(workflow_id=ID, workflow=KIND), None),
]


@pytest.mark.parametrize(("event", "result"), ENDS)
def test_a_workflow_comes_to_a_result_once_and_is_timed(event: WorkflowEvent, result: str | None) -> None:
    assert result_of(event) == result
    found = counted([decided(event, took=45.0)])
    expected = None if result is None else {("texts", KIND, result): 1}
    assert found.get("poon_workflow_results_total") == expected
    took = None if result is None else {("texts", KIND, result): 45.0}
    assert found.get("poon_workflow_duration_seconds_sum") == took
