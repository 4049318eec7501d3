"""A fleet that is nothing but its ledger: what scenarios leave behind when every promise is kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from contracts.base import Command, Event
from contracts.commands.insights import AnalyzeSpending, ForecastSpending
from contracts.commands.months import FreezeMonth, ReportMonth, UnfreezeMonth
from contracts.commands.receipts import ExtractReceipt
from contracts.commands.spending import DeleteSpending, RecordSpending
from contracts.commands.statements import CloseStatement, ImportStatementChunk, SurveyStatement
from contracts.events.insights import InsightRejected, InsightsGenerated, SpendingForecast
from contracts.events.months import MonthClosed, MonthFrozen, MonthUnfrozen
from contracts.events.outcomes import CommandRejected
from contracts.events.receipts import ReceiptExtracted, ReceiptRejected
from contracts.events.spending import SpendingDeleted, SpendingRecorded, SpendingRejected
from contracts.events.statements import (
    StatementChunkImported,
    StatementImported,
    StatementRejected,
    StatementSurveyed,
)
from contracts.events.workflows import (
    StepFailed,
    StepStarted,
    StepSucceeded,
    WorkflowCompensated,
    WorkflowCompleted,
    WorkflowRejected,
    WorkflowStarted,
    WorkflowSteered,
)
from contracts.statements import CHUNK_ROWS
from contracts.topics import TopicRole, topic_name
from tests.fakes.clock import NOON
from tests.ledger.checker import Seen
from tests.ledger.files import File, Line
from tests.ledger.scenarios import MONTH, Ask, Plot, Scenario
from tests.ledger.told import Entry, Run, WorkflowEvidence
from workers.domain.months import month_stream
from workers.domain.spending import entry_stream
from workers.ports.store import StoredEvent
from workers.workflows.handlers import stream_of
from workers.workflows.receipts import entry_id_of

TENANT = "stories"


class Step(NamedTuple):
    """A command of a workflow, and its outcome."""

    name: str
    sends: type[Command]
    ends: type[Event]
    data: Mapping[str, Any] = {}
    stream: str | None = None
    undo: bool = False
    part: int | None = None


class LedgerFleet:
    """Carries scenarios out, one after the other."""

    def __init__(self) -> None:
        self.rows: list[StoredEvent] = []
        self.entries: dict[UUID, Entry] = {}
        self.runs: dict[UUID, Run] = {}
        self._versions: Counter[str] = Counter()
        self._imported: dict[str, UUID] = {}

    def evidence(self) -> WorkflowEvidence:
        return WorkflowEvidence(
            outcomes=tuple(seen(row) for row in self.rows if row.topic.endswith(".events")),
            rows=tuple(self.rows),
            entries=dict(self.entries),
            runs=dict(self.runs),
            lag={"poon.workflows.commands-0": 0},
        )

    def carry_out(self, scenario: Scenario) -> None:
        """Do what its input calls for; aborts of receipts and statements come in time, of months too late."""
        for ask, (entry_id, amount) in zip(_records(scenario), scenario.recorded.items(), strict=True):
            self._record(ask, entry_id, amount)
        match scenario.plot:
            case Plot.RECEIPT | Plot.NO_TOTAL | Plot.DOUBTFUL | Plot.TAKEN | Plot.RECEIPT_ABORTED:
                self._receipt(scenario)
            case Plot.STATEMENT | Plot.STATEMENT_AGAIN | Plot.NO_STATEMENT | Plot.STATEMENT_ABORTED:
                self._statement(scenario)
            case Plot.MONTH | Plot.MONTH_CHANGED | Plot.MONTH_ABORTED:
                self._month(scenario)

    def _record(self, ask: Ask, entry_id: UUID, amount: Decimal) -> None:
        self.entries[entry_id] = Entry(_owner_of(ask), amount)
        self._tell(SpendingRecorded, {}, ask.command_id, _Place(_owner_of(ask), entry_stream(entry_id)))

    def _receipt(self, scenario: Scenario) -> None:
        entry_id, total = entry_id_of(scenario.workflow_id), scenario.total or Decimal(0)
        own = entry_stream(entry_id)
        read = {"total": {"value": {"amount": str(total)}}}
        extract = Step("extract", ExtractReceipt, ReceiptExtracted, read)
        record = Step("record", RecordSpending, SpendingRecorded, {"entry_id": str(entry_id)}, own)
        match scenario.plot:
            case Plot.NO_TOTAL:
                self._workflow(scenario, extract._replace(ends=ReceiptRejected))
            case Plot.DOUBTFUL:
                self._workflow(scenario, extract)
            case Plot.TAKEN:
                self._workflow(scenario, extract, Step("record", RecordSpending, SpendingRejected))
            case Plot.RECEIPT_ABORTED:
                delete = Step("record", DeleteSpending, SpendingDeleted, stream=own, undo=True)
                self._workflow(scenario, extract, record, delete)
                self.entries[entry_id] = Entry(scenario.owner, total, 2, is_deleted=True)
            case _:
                self._workflow(scenario, extract, record)
                self.entries[entry_id] = Entry(scenario.owner, total)

    def _statement(self, scenario: Scenario) -> None:
        file, aborted = scenario.file, scenario.plot is Plot.STATEMENT_ABORTED
        assert file is not None
        survey = Step("survey", SurveyStatement, StatementSurveyed)
        if scenario.plot is Plot.NO_STATEMENT:
            self._workflow(scenario, survey._replace(ends=StatementRejected))
            return
        done = file.lines[:CHUNK_ROWS] if aborted else file.lines
        told = [(line, self._result(scenario, file, line)) for line in done]
        chunks = [[result for _, result in told[at : at + CHUNK_ROWS]] for at in range(0, len(told), CHUNK_ROWS)]
        parts = (
            Step("rows", ImportStatementChunk, StatementChunkImported, {"chunk": part, "results": some}, part=part)
            for part, some in enumerate(chunks, 1)
        )
        close = Step("survey" if aborted else "close", CloseStatement, StatementImported, _summed(file, told))
        self._workflow(scenario, survey, *parts, close._replace(undo=aborted))

    def _result(self, scenario: Scenario, file: File, line: Line) -> dict[str, Any]:
        if not line.is_spending or line.amount is None:
            return {"row": line.number, "status": "rejected" if line.amount is None else "income"}
        name = f"{scenario.owner} {file.name} {line.number}"
        status, entry_id = "duplicate", self._imported.get(name)
        if entry_id is None:
            status, entry_id = "recorded", UUID(int=len(self._imported) + 1)
            self._imported[name] = entry_id
            self.entries[entry_id] = Entry(scenario.owner, line.amount)
            place = _Place(scenario.owner, entry_stream(entry_id))
            self._tell(SpendingRecorded, {}, f"a chunk of {scenario.start}", place, last=False)
        return {"row": line.number, "status": status, "entry_id": str(entry_id)}

    def _month(self, scenario: Scenario) -> None:
        stream, amounts = month_stream(scenario.owner, MONTH), list(scenario.recorded.values())
        total = {"total": {"amount": str(sum(amounts, Decimal(0)))}}
        steps = [
            Step("freeze", FreezeMonth, MonthFrozen, stream=stream),
            Step("analyse", AnalyzeSpending, InsightsGenerated),
            Step("forecast", ForecastSpending, SpendingForecast),
        ]
        if scenario.plot is Plot.MONTH_CHANGED:
            steps.append(Step("report", ReportMonth, InsightRejected))
            steps.append(Step("freeze", UnfreezeMonth, MonthUnfrozen, stream=stream, undo=True))
        else:
            report = {"entries": len(amounts), "currencies": [total]}
            steps.append(Step("report", ReportMonth, MonthClosed, report, stream))
        self._workflow(scenario, *steps)

    def _workflow(self, scenario: Scenario, *steps: Step) -> None:
        """The transitions of a workflow, each caused by the outcome of the step before."""
        about = {"workflow_id": str(scenario.workflow_id), "workflow": _kind_of(scenario.plot)}
        own, cause, undone = _Place(scenario.owner, stream_of(scenario.workflow_id)), scenario.start, list[str]()
        for number, step in enumerate(steps):
            way = {"step": step.name, "undo": step.undo, "part": step.part}
            topic = topic_name(step.sends.area, TopicRole.COMMANDS)
            command = str(self._row(step.sends.type, {}, cause, own, topic=topic, last=False).id)
            self._tell(StepStarted, about | way | {"command_id": command}, cause, own, last=False)
            if number == 0:
                self._tell(WorkflowStarted, about, cause, own)
            cause = str(self._tell(step.ends, step.data, command, own._replace(stream=step.stream)).id)
            kind: type[Event] = StepFailed if issubclass(step.ends, CommandRejected) else StepSucceeded
            self._tell(kind, about | way | {"command_id": command}, cause, own, last=False)
            undone += [step.name] if step.undo else []
        self._end(scenario, about | {"undone": undone}, cause, own)

    def _end(self, scenario: Scenario, told: dict[str, Any], cause: str, own: _Place) -> None:
        in_time = scenario.abort is not None and scenario.plot is not Plot.MONTH_ABORTED
        kind: type[Event] = WorkflowCompensated if in_time or scenario.refusal else WorkflowCompleted
        if scenario.abort is not None and in_time:
            self._tell(WorkflowSteered, told, scenario.abort, own)
            told |= {"code": "workflow_aborted"}
        elif scenario.abort is not None:
            self._tell(WorkflowRejected, {}, scenario.abort, own._replace(stream=None))
        elif scenario.refusal is not None:
            told |= scenario.refusal._asdict()
        elif scenario.plot is Plot.RECEIPT:
            told |= {"entry_id": str(entry_id_of(scenario.workflow_id))}
        self._tell(kind, told, cause, own)
        phase = "completed" if kind is WorkflowCompleted else "compensated"
        self.runs[scenario.workflow_id] = Run(phase, self._versions[stream_of(scenario.workflow_id)])

    def _tell(
        self, kind: type[Event], data: Mapping[str, Any], cause: str, place: _Place, *, last: bool = True
    ) -> StoredEvent:
        topic = topic_name(kind.area, TopicRole.EVENTS)
        return self._row(kind.type, data, cause, place, topic=topic, last=last)

    def _row(
        self, kind: str, data: Mapping[str, Any], cause: str, place: _Place, *, topic: str, last: bool
    ) -> StoredEvent:
        area = topic.split(".")[1]
        stream = place.stream or f"{area}-{cause}"
        self._versions[stream] += 1
        row = StoredEvent(
            id=UUID(int=1_000 + len(self.rows)),
            tenant=TENANT,
            stream=stream,
            version=self._versions[stream],
            handler=area if topic.endswith(".events") else "workflows",
            causation_id=cause,
            ordinal=len(self.rows),
            type=kind,
            topic=topic,
            owner=place.owner,
            correlation_id="",
            occurred_at=NOON,
            data=json.dumps(data),
            terminal=last,
        )
        self.rows.append(row)
        return row


class _Place(NamedTuple):
    """Whose a row is, and in which stream; in one of its command's own where there is none."""

    owner: str
    stream: str | None = None


def seen(row: StoredEvent) -> Seen:
    """A row as it is seen on its topic."""
    return Seen(row.topic, f"{TENANT}/{row.owner}".encode(), str(row.id), row.causation_id, row.type)


def _kind_of(plot: Plot) -> str:
    if "statement" in plot.value:
        return "import_statement"
    return "close_month" if plot.value.startswith("month") else "process_receipt"


def _records(scenario: Scenario) -> list[Ask]:
    return [ask for ask in scenario.asks if ask.area == "spending"]


def _owner_of(ask: Ask) -> str:
    return (ask.record.key or b"").decode().partition("/")[2]


def _summed(file: File, told: Sequence[tuple[Line, Mapping[str, Any]]]) -> dict[str, Any]:
    """The sums of an import."""
    sums = dict.fromkeys(("money_out", "money_in", "recorded", "duplicates"), Decimal(0))
    for line, result in told:
        amount = line.amount or Decimal(0)
        sums["money_out" if line.out else "money_in"] += amount
        if result["status"] in {"recorded", "duplicate"}:
            sums[{"recorded": "recorded", "duplicate": "duplicates"}[result["status"]]] += amount
    counts = Counter(result["status"] for _, result in told)
    return {
        "rows": len(file.lines),
        "complete": len(told) == len(file.lines),
        "sums_agree": len(told) == len(file.lines),
        "accounts": [{"money_out": str(file.money_out), "money_in": str(file.money_in)}],
        "totals": {
            "rows": len(told),
            "recorded": counts["recorded"],
            "duplicates": counts["duplicate"],
            "income": counts["income"],
            "rejected": counts["rejected"],
            "sums": [{what: str(amount) for what, amount in sums.items()}],
        },
    }
