"""Decides whether workflows had their effects, each once: entries, rows of statements, reports of months. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from contracts.events.months import MonthClosed
from contracts.events.receipts import ReceiptExtracted
from contracts.events.statements import StatementChunkImported, StatementImported
from tests.ledger.checker import differences
from tests.ledger.files import File, Line
from tests.ledger.scenarios import MONTH, Plot, Scenario
from tests.ledger.told import Entry, Told, WorkflowEvidence
from workers.domain.months import month_stream
from workers.workflows.receipts import entry_id_of

RECORDED: Final = "spending.recorded"
DELETED: Final = "spending.deleted"
FROZEN, CLOSED, UNFROZEN = "month.frozen", "month.closed", "month.unfrozen"


def effects(scenarios: Sequence[Scenario], evidence: WorkflowEvidence) -> Iterator[str]:
    """Everything that is wrong with what workflows did, a sentence each."""
    wanted: dict[UUID, Entry] = {}
    for scenario in scenarios:
        wanted |= {entry: Entry(_recorder(scenario), amount) for entry, amount in scenario.recorded.items()}
        match scenario.plot:
            case Plot.RECEIPT | Plot.RECEIPT_ABORTED:
                yield from _receipt(scenario, evidence)
                wanted |= _receipts_entry(scenario, evidence)
            case Plot.STATEMENT | Plot.STATEMENT_AGAIN | Plot.STATEMENT_ABORTED:
                yield from _statement(scenario, evidence)
            case Plot.MONTH | Plot.MONTH_CHANGED | Plot.MONTH_ABORTED:
                yield from _month(scenario, evidence)
            case Plot.NO_TOTAL | Plot.DOUBTFUL | Plot.TAKEN | Plot.NO_STATEMENT:
                pass  # nothing is to come of them
    yield from _files(scenarios, evidence, wanted)
    yield from _entries_differ(wanted, evidence)


def _recorder(scenario: Scenario) -> str:
    """Who records the entries that a scenario's own asks record."""
    for ask in scenario.asks:
        if ask.command_id != scenario.start and ask.record.topic.startswith("poon.spending."):
            return (ask.record.key or b"").decode().partition("/")[2]
    return scenario.owner


def _receipt(scenario: Scenario, evidence: WorkflowEvidence) -> Iterator[str]:
    for told in evidence.answers(scenario.workflow_id, ReceiptExtracted.type):
        found = Decimal(told.data["total"]["value"]["amount"])
        if found != scenario.total:
            yield f"wrong: receipt {scenario.workflow_id} was read as {found}, it says {scenario.total}"


def _receipts_entry(scenario: Scenario, evidence: WorkflowEvidence) -> Mapping[UUID, Entry]:
    """The entry a receipt has to have left: none, one, or one that is deleted."""
    history = evidence.of_workflow(scenario.workflow_id)
    done = [told.data for told in history if told.short == "step.succeeded" and told.data["step"] == "record"]
    if not any(not data.get("undo") for data in done) or scenario.total is None:
        return {}
    deleted = any(told.short == "workflow.compensated" for told in history)
    return {
        entry_id_of(scenario.workflow_id): Entry(
            scenario.owner, scenario.total, version=2 if deleted else 1, is_deleted=deleted
        )
    }


def _entries_differ(wanted: Mapping[UUID, Entry], evidence: WorkflowEvidence) -> Iterator[str]:
    """Each entry is there as it has to be, its history tells the same, and there is no other."""
    yield from differences("command without entry", map(str, set(wanted) - set(evidence.entries)))
    yield from differences("entry without command", map(str, set(evidence.entries) - set(wanted)))
    for entry_id, found in evidence.entries.items():
        entry = wanted.get(entry_id, found)
        if found != entry:
            yield f"entry: {entry_id} stands at {found}, to be {entry}"
        history = [told.short for told in evidence.of_entry(entry_id)]
        if history != [RECORDED, *([DELETED] if entry.is_deleted else [])]:
            yield f"entry: {entry_id} has a history of {history}"


def _statement(scenario: Scenario, evidence: WorkflowEvidence) -> Iterator[str]:
    """Every row of the file has one result, and the sums told are those of the file and of the results."""
    name, file = f"statement {scenario.workflow_id}", scenario.file
    if file is None:
        raise ValueError("a scenario of a statement has a file")
    chunks = evidence.answers(scenario.workflow_id, StatementChunkImported.type)
    numbers = [told.data["chunk"] for told in chunks]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"doubled: {name} recorded chunks {numbers}"
    results = [result for told in chunks for result in told.data["results"]]
    completed = any(told.short == "workflow.completed" for told in evidence.of_workflow(scenario.workflow_id))
    lines = file.lines if completed else file.lines[: len(results)]
    if [result["row"] for result in results] != [line.number for line in lines]:
        yield f"rows: {name} has {len(results)} results, its file {len(file.lines)} rows"
        return
    for line, result in zip(lines, results, strict=True):
        if result["status"] not in _statuses(line):
            yield f"rows: row {line.number} of {name} is {result['status']}, the file says {line}"
    closings = evidence.answers(scenario.workflow_id, StatementImported.type)
    surveyed = any(told.short == "step.succeeded" for told in evidence.of_workflow(scenario.workflow_id))
    if len(closings) != surveyed:
        yield f"doubled: {name} was summed up {len(closings)} times"
    for closing in closings:
        yield from _sums(name, file, closing, (lines, results))


def _statuses(line: Line) -> frozenset[str]:
    if line.amount is None:
        return frozenset({"rejected"})
    return frozenset({"recorded", "duplicate"} if line.out else {"income"})


def _sums(
    name: str, file: File, closing: Told, told: tuple[Sequence[Line], Sequence[Mapping[str, Any]]]
) -> Iterator[str]:
    data = closing.data
    totals = data["totals"]
    counts = Counter(result["status"] for result in told[1])
    wanted = {
        "rows": len(told[1]),
        "recorded": counts["recorded"],
        "duplicates": counts["duplicate"],
        "income": counts["income"],
        "rejected": counts["rejected"],
    }
    found = {what: totals[what] for what in wanted}
    if found != wanted:
        yield f"sums: {name} tells {found}, its rows {wanted}"
    money = _money(*told)
    sums = {what: sum((Decimal(one[what]) for one in totals["sums"]), Decimal(0)) for what in money}
    if sums != money:
        yield f"sums: {name} tells {sums}, its rows {money}"
    whole = len(told[1]) == len(file.lines)
    accounts = [(Decimal(one["money_out"]), Decimal(one["money_in"])) for one in data["accounts"]]
    if accounts != [(file.money_out, file.money_in)] or data["rows"] != len(file.lines):
        yield f"sums: {name} tells {accounts} of its file, which holds {file.money_out} and {file.money_in}"
    if data["complete"] != whole or (whole and not data["sums_agree"]):
        yield f"sums: {name} is told to be complete: {data['complete']}, to agree: {data['sums_agree']}"


def _money(lines: Sequence[Line], results: Sequence[Mapping[str, Any]]) -> Mapping[str, Decimal]:
    """What the results add up to, by the amounts of the file."""
    money = {what: Decimal(0) for what in ("money_out", "money_in", "recorded", "duplicates")}
    for line, result in zip(lines, results, strict=True):
        amount = line.amount or Decimal(0)
        money["money_out" if line.out else "money_in"] += amount
        if result["status"] in {"recorded", "duplicate"}:
            money["recorded" if result["status"] == "recorded" else "duplicates"] += amount
    return money


def _files(scenarios: Sequence[Scenario], evidence: WorkflowEvidence, wanted: dict[UUID, Entry]) -> Iterator[str]:
    """A file that is imported again and again records each row once; what it records is added to what is wanted."""
    imports: dict[tuple[str, str], list[Scenario]] = defaultdict(list)
    for scenario in scenarios:
        if scenario.file is not None:
            imports[scenario.owner, scenario.file.name].append(scenario)
    for (owner, name), again in imports.items():
        recorded: dict[int, list[str]] = defaultdict(list)
        known: dict[int, set[str]] = defaultdict(set)
        for result in _results(again, evidence):
            known[result["row"]].add(result["entry_id"])
            recorded[result["row"]] += [result["entry_id"]] * (result["status"] == "recorded")
        for row, entries in recorded.items():
            if len(entries) != 1 or len(known[row]) != 1:
                yield f"doubled: row {row} of file {name} was recorded {len(entries)} times, as {sorted(known[row])}"
        amounts = {line.number: line.amount for line in again[0].file.lines} if again[0].file else {}
        wanted |= {
            UUID(entry): Entry(owner, amounts.get(row) or Decimal(0))
            for row, entries in known.items()
            for entry in entries
        }


def _results(imports: Iterable[Scenario], evidence: WorkflowEvidence) -> Iterator[Mapping[str, Any]]:
    """Those that tell of an entry."""
    for scenario in imports:
        for told in evidence.answers(scenario.workflow_id, StatementChunkImported.type):
            yield from (result for result in told.data["results"] if "entry_id" in result)


def _month(scenario: Scenario, evidence: WorkflowEvidence) -> Iterator[str]:
    """The month's history is of one closing, undone or not, and its report tells of the entries there were."""
    history = evidence.streams.get(month_stream(scenario.owner, MONTH), ())
    told = [one.short for one in history]
    ends = {one.short for one in evidence.of_workflow(scenario.workflow_id)}
    if "workflow.completed" in ends:
        wanted = [[FROZEN, CLOSED]]
    elif scenario.abort is not None:
        wanted = [[], [FROZEN, UNFROZEN], [FROZEN, CLOSED, UNFROZEN]]
    else:
        wanted = [[FROZEN, UNFROZEN]]
    if told not in wanted:
        yield f"month: of {scenario.owner} there is {told}, to be {' or '.join(map(str, wanted))}"
    for report in (one for one in history if one.row.type == MonthClosed.type):
        yield from _report(scenario, report)


def _report(scenario: Scenario, report: Told) -> Iterator[str]:
    amounts = list(scenario.recorded.values())
    # One that changes meanwhile may have changed before it was frozen, or after it was reported.
    possible = [amounts, amounts[:-1]] if scenario.or_completes else [amounts]
    found = (report.data["entries"], _total(report))
    if found not in [(len(some), sum(some, Decimal(0))) for some in possible]:
        yield f"month: of {scenario.owner} the report tells {found}, recorded were {amounts}"


def _total(report: Told) -> Decimal:
    return sum((Decimal(one["total"]["amount"]) for one in report.data["currencies"]), Decimal(0))
