"""What decisions tell of backends, confidence and workflows, counted by the batch.

An event quotes its owner: only its type, codes, confidences, and names of backends, workflows and steps are looked at,
all of bounded sets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from adapters.telemetry import instruments as known
from adapters.telemetry.tables import Distribution, LabelValues, Tally
from contracts.base import Command, Event
from contracts.errors import ERRORS, ErrorCode, Permanence
from contracts.events.categories import SpendingCategorized
from contracts.events.receipts import ReceiptExtracted
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
from contracts.readings import BackendAnswer
from workers.ports.handling import Decision
from workers.ports.observing import Settled

Counted = tuple[known.Instrument, LabelValues]

RESULTS: Final = ("completed", "refused", "failed", "stuck")
_STEPS: Final = {StepStarted: "started", StepSucceeded: "succeeded", StepFailed: "failed", StepSkipped: "skipped"}
_CONFIDENCE: Final[dict[type[Event | Command], Callable[[Any], float]]] = {
    TextParsed: lambda event: float(event.confidence.value),
    ReceiptExtracted: lambda event: float(event.confidence.value),
    SpendingCategorized: lambda event: float(event.category.confidence.value),
}
"""How sure an outcome says it is; all of these also tell how they came about."""


class DecisionCounts:
    """Counts what one worker decides.

    Args:
        tally: the table of a counter.
        distribution: the table of a histogram.
    """

    def __init__(
        self,
        area: str,
        tally: Callable[[known.Instrument], Tally],
        distribution: Callable[[known.Instrument], Distribution],
    ) -> None:
        self._area = area
        self._tally = tally
        self._distribution = distribution

    def count(self, batch: Sequence[Settled]) -> None:
        """Count a batch; what was decided before, or by the runtime, tells nothing."""
        counted: Counter[Counted] = Counter()
        sureness: dict[str, list[float]] = {}
        for one in batch:
            if one.decision is None:
                continue
            for made in one.decision.events:
                confidence_of = _CONFIDENCE.get(type(made.payload))
                if confidence_of is not None:
                    sureness.setdefault(one.envelope.type, []).append(confidence_of(made.payload))
                    counted.update(self._backends(one.envelope.type, made.payload))
                elif isinstance(made.payload, WorkflowEvent):
                    counted.update(self._workflow(made.payload))
                    self._time(made.payload, one.decision)
        for (instrument, labels), count in counted.items():
            self._tally(instrument).add(labels, count)
        for command_type, values in sureness.items():
            self._distribution(known.CONFIDENCE).observe((self._area, command_type), values)

    def _backends(self, command_type: str, payload: Any) -> Iterator[Counted]:  # noqa: ANN401  one of _CONFIDENCE's
        if payload.processing.degraded:
            yield known.DEGRADED, (self._area, command_type)
        for share in payload.processing.backends:
            yield known.BACKEND_ANSWERS, (self._area, share.capability, share.backend, _share(share))

    def _workflow(self, event: WorkflowEvent) -> Iterator[Counted]:
        step = _STEPS.get(type(event))
        if step is not None:
            undo = "yes" if getattr(event, "undo", False) else "no"
            yield known.WORKFLOW_STEPS, (self._area, event.workflow, getattr(event, "step", ""), undo, step)
        result = result_of(event)
        if result is not None:
            yield known.WORKFLOW_RESULTS, (self._area, event.workflow, result)
        if isinstance(event, WorkflowStarted):
            for each in RESULTS:  # visible from the start, so that the first of them is seen as a rise
                self._tally(known.WORKFLOW_RESULTS).add((self._area, event.workflow, each), 0)

    def _time(self, event: WorkflowEvent, decision: Decision) -> None:
        result = result_of(event)
        if result is not None and decision.workflow is not None:
            run = decision.workflow.run
            took = (run.updated_at - run.started_at).total_seconds()
            self._distribution(known.WORKFLOW_DURATION).observe((self._area, event.workflow, result), (took,))


def result_of(event: WorkflowEvent) -> str | None:
    """What a workflow came to; None while it goes on.

    Refused is what its owner or an operator would not have or did not give: wrong input, an abort.
    """
    match event:
        case WorkflowCompleted():
            return "completed"
        case WorkflowStuck():
            return "stuck"
        case WorkflowCompensated(code=code):
            return "refused" if _is_refusal(code) else "failed"
        case _:
            return None


def _is_refusal(code: str) -> bool:
    try:
        return ERRORS[ErrorCode(code)].permanence is Permanence.PERMANENT
    except ValueError:  # of a newer release
        return False


def _share(share: BackendAnswer) -> str:
    if share.unavailable is not None:
        return "unavailable"
    return "cached" if share.cached else "answered"
