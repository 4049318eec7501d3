"""Following an import from the outcome topics: what is known of it so far, and how it ended. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from contracts.base import Event
from contracts.codec import encode
from contracts.events.outcomes import Unsuccessful
from contracts.events.statements import StatementChunkImported, StatementImported, StatementSurveyed
from contracts.events.workflows import (
    StepSkipped,
    StepStarted,
    WorkflowCompensated,
    WorkflowCompensating,
    WorkflowCompleted,
    WorkflowFailed,
    WorkflowRejected,
    WorkflowStarted,
    WorkflowStuck,
)
from contracts.statements import RowResult, RowStatus
from workers.entrypoints.outcome_lines import totals_note
from workers.ports.outcomes import Outcome

SURVEY = "survey"
"""The step whose undoing sums an import up."""


@dataclass(slots=True)
class Following:
    """An import, as far as its outcomes tell.

    Attributes:
        command_id: of ImportStatement; all outcomes of the import carry it as their correlation id.
        most_rejected: how many rejected rows are kept.
        tenant: whose import it is, for ids are a tenant's own; None where it does not matter.
        began: when it began, by the clock of the worker that began it.
    """

    command_id: str
    most_rejected: int
    started: WorkflowStarted | None = None
    surveyed: StatementSurveyed | None = None
    progress: StatementChunkImported | None = None
    imported: StatementImported | None = None
    stuck: WorkflowStuck | None = None
    end: WorkflowCompleted | WorkflowCompensated | WorkflowRejected | WorkflowFailed | None = None
    rejected: list[RowResult] = field(default_factory=list)
    tenant: str | None = None
    began: datetime | None = None

    def take(self, outcome: Outcome) -> None:
        """Learn of an outcome, whosever it is; some come more than once, and topics overtake each other."""
        envelope, event = outcome.envelope, outcome.event
        if envelope is None or event is None or envelope.correlation_id != self.command_id:
            return
        if self.tenant is not None and envelope.tenant != self.tenant:
            return
        match event:
            case WorkflowStarted():
                self.started, self.began = event, envelope.time
            case WorkflowRejected() | WorkflowFailed():
                # Also what a step's late answer ends in; only the first command's own is the end.
                self.end = event if envelope.causation_id == self.command_id else self.end
            case WorkflowCompleted() | WorkflowCompensated():
                self.end = event
            case StatementChunkImported():
                self._progressed(event)
            case _:
                self._noted(event)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to come."""
        match self.end:
            case WorkflowCompleted():
                return self.imported is not None
            case WorkflowCompensated():
                return self.imported is not None or SURVEY not in self.end.undone
            case _:
                return self.end is not None

    @property
    def is_well(self) -> bool:
        """Whether every row was recorded, had been, or is no spending, and the sums are the file's."""
        done = self.imported
        if not isinstance(self.end, WorkflowCompleted) or done is None:
            return False
        return done.complete and done.sums_agree and done.totals.rejected == 0

    def _progressed(self, chunk: StatementChunkImported) -> None:
        if self.progress is None or chunk.chunk > self.progress.chunk:
            self.progress = chunk
            bad = (result for result in chunk.results if result.status is RowStatus.REJECTED)
            self.rejected += list(bad)[: self.most_rejected - len(self.rejected)]

    def _noted(self, event: Event) -> None:
        match event:
            case StatementSurveyed():
                self.surveyed = event
            case StatementImported():
                self.imported = event
            case WorkflowStuck():
                self.stuck = event
            case StepStarted() | StepSkipped() | WorkflowCompensating():  # an operator had it go on
                self.stuck = None
            case _:
                pass


def end_lines(found: Following) -> Iterator[str]:
    """How it ended, for people."""
    done = found.imported
    if done is not None:
        yield totals_note(done.totals)
        for one in done.totals.sums:
            yield (
                f"out {one.money_out:,} {one.currency}: {one.recorded:,} recorded, {one.duplicates:,} recorded before;"
                f" in {one.money_in:,}"
            )
        if not done.sums_agree:
            yield f"the sums are not those of the file, which has {done.rows} rows"
    match found.end:
        case WorkflowCompensated():
            yield f"not imported: {found.end.code}: {found.end.message.en if found.end.message else found.end.reason}"
        case Unsuccessful():
            yield f"refused: {found.end.code}: {found.end.message.en} ({found.end.reason})"
        case _:
            pass


def rejected_lines(found: Following) -> Iterator[tuple[str, str, str, str]]:
    """The rejected rows that were kept."""
    for one in found.rejected:
        yield str(one.row), one.field or "", str(one.code), one.reason or ""


def end_json(found: Following) -> dict[str, Any]:
    """All of it for scripts; amounts are strings, exact."""
    state = "open" if found.end is None else found.end.type.removeprefix("poon.workflow.").removesuffix(".v1")
    return {
        "command_id": found.command_id,
        "statement_id": found.started and found.started.workflow_id,
        "state": state,
        "code": getattr(found.end, "code", None),
        "reason": getattr(found.end, "reason", None),
        "imported": _plain(found.imported),
        "surveyed": _plain(found.surveyed),
        "rejected_rows": [one.model_dump(mode="json", exclude_none=True) for one in found.rejected],
    }


def _plain(event: Event | None) -> Any:  # noqa: ANN401  any JSON
    return event and orjson.loads(encode(event))
