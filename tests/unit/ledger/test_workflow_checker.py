"""Every way a workflow can break a promise is found by its checker, and a clean run passes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from uuid import UUID

import pytest

from contracts.events.workflows import WorkflowCompensated, WorkflowCompleted
from contracts.statements import CHUNK_ROWS
from tests.ledger.scenarios import Plot, Scenario, ScenarioStream, asks_of
from tests.ledger.told import Entry, WorkflowEvidence
from tests.ledger.workflow_checker import disorders, workflow_violations
from tests.unit.ledger.fleet import TENANT, LedgerFleet, seen
from workers.ports.store import StoredEvent

STREAM = ScenarioStream(7, TENANT, (20, CHUNK_ROWS + 20))
ROWS = (3, 6)
SCENARIOS = [STREAM.scenario(plot) for plot in (*Plot, Plot.RECEIPT, Plot.STATEMENT_AGAIN)]
ASKED = asks_of(SCENARIOS)
Planting = Callable[[WorkflowEvidence], WorkflowEvidence]


@cache
def perfect() -> WorkflowEvidence:
    """Frozen, and read anew by every `replace`."""
    fleet = LedgerFleet()
    for scenario in SCENARIOS:
        fleet.carry_out(scenario)
    return fleet.evidence()


def of(plot: Plot) -> Scenario:
    return next(scenario for scenario in SCENARIOS if scenario.plot is plot)


def stream_of(plot: Plot) -> str:
    return f"workflow-{of(plot).workflow_id}"


def row_of(evidence: WorkflowEvidence, plot: Plot, kind: str, number: int = 0) -> StoredEvent:
    """A row a workflow brought about, its own or a step's outcome; the nth of its type."""
    sent = {str(row.id) for row in evidence.rows if row.stream == stream_of(plot)}
    own = (row for row in evidence.rows if row.stream == stream_of(plot) or row.causation_id in sent)
    return [row for row in own if row.type.startswith(f"poon.{kind}.")][number]


def without(evidence: WorkflowEvidence, *rows: StoredEvent) -> WorkflowEvidence:
    ids = {str(row.id) for row in rows}
    return replace(
        evidence,
        rows=[row for row in evidence.rows if row not in rows],
        outcomes=[one for one in evidence.outcomes if one.event_id not in ids],
    )


def with_rows(evidence: WorkflowEvidence, *rows: StoredEvent) -> WorkflowEvidence:
    """With more rows behind all others, and on their topics."""
    last = {row.stream: row.version for row in sorted(evidence.rows, key=lambda row: row.version)}
    fresh = []
    for number, row in enumerate(rows):
        last[row.stream] = last.get(row.stream, 0) + 1
        fresh.append(row._replace(id=UUID(int=9_000_000 + number), version=last[row.stream]))
    return replace(
        evidence,
        rows=[*evidence.rows, *fresh],
        outcomes=[*evidence.outcomes, *(seen(row) for row in fresh if row.topic.endswith(".events"))],
    )


def changed(evidence: WorkflowEvidence, row: StoredEvent, **data: object) -> WorkflowEvidence:
    other = row._replace(data=json.dumps(json.loads(row.data) | data))
    return replace(evidence, rows=[other if one is row else one for one in evidence.rows])


def doubled_effect(evidence: WorkflowEvidence) -> WorkflowEvidence:
    """A step's command takes effect once more, under another id."""
    return with_rows(evidence, row_of(evidence, Plot.RECEIPT, "spending.recorded"))


def second_entry(evidence: WorkflowEvidence) -> WorkflowEvidence:
    entries = {**evidence.entries, UUID(int=77_000_000): Entry("diner-1", Decimal(65))}
    return replace(evidence, entries=entries)


def lost_workflow(evidence: WorkflowEvidence) -> WorkflowEvidence:
    return without(evidence, *(row for row in evidence.rows if row.stream == stream_of(Plot.RECEIPT)))


def lost_start(evidence: WorkflowEvidence) -> WorkflowEvidence:
    return without(evidence, *(row for row in evidence.rows if row.causation_id == of(Plot.NO_STATEMENT).start))


def never_ended(evidence: WorkflowEvidence) -> WorkflowEvidence:
    return without(evidence, row_of(evidence, Plot.MONTH, "workflow.completed"))


def left_step(evidence: WorkflowEvidence) -> WorkflowEvidence:
    """A step's command went out and had its effect, but the workflow never heard of it."""
    return without(evidence, row_of(evidence, Plot.STATEMENT, "step.succeeded"))


def unanswered_step(evidence: WorkflowEvidence) -> WorkflowEvidence:
    return without(evidence, row_of(evidence, Plot.MONTH, "insight.generated"))


def not_undone(evidence: WorkflowEvidence) -> WorkflowEvidence:
    """A compensated workflow leaves its entry: the command that deletes it, and all that came of it, is missing."""
    record = row_of(evidence, Plot.RECEIPT_ABORTED, "spending.recorded")
    gone = [
        row
        for row in evidence.rows
        if row.stream in {stream_of(Plot.RECEIPT_ABORTED), record.stream}
        and (row.type.startswith("poon.spending.delete") or json.loads(row.data).get("undo"))
    ]
    entries = {
        entry_id: entry._replace(version=1, is_deleted=False) if entry.is_deleted else entry
        for entry_id, entry in evidence.entries.items()
    }
    return replace(without(evidence, *gone), entries=entries)


def not_deleted(evidence: WorkflowEvidence) -> WorkflowEvidence:
    entries = {key: entry._replace(is_deleted=False) for key, entry in evidence.entries.items()}
    return replace(evidence, entries=entries)


def done_twice(evidence: WorkflowEvidence) -> WorkflowEvidence:
    row = row_of(evidence, Plot.MONTH, "step.succeeded")
    return with_rows(evidence, row)


def ended_twice(evidence: WorkflowEvidence) -> WorkflowEvidence:
    return with_rows(evidence, row_of(evidence, Plot.RECEIPT, "workflow.completed"))


def went_on(evidence: WorkflowEvidence) -> WorkflowEvidence:
    return with_rows(evidence, row_of(evidence, Plot.RECEIPT, "step.started"))


def wrong_end(evidence: WorkflowEvidence) -> WorkflowEvidence:
    """What has to be compensated completes."""
    end = row_of(evidence, Plot.NO_TOTAL, "workflow.compensated")
    other = end._replace(type=WorkflowCompleted.type)
    return replace(evidence, rows=[other if row is end else row for row in evidence.rows])


def given_up(evidence: WorkflowEvidence) -> WorkflowEvidence:
    """What has to complete is compensated."""
    end = row_of(evidence, Plot.STATEMENT, "workflow.completed")
    other = end._replace(type=WorkflowCompensated.type)
    return replace(evidence, rows=[other if row is end else row for row in evidence.rows])


def swapped(evidence: WorkflowEvidence) -> WorkflowEvidence:
    """Two events of a workflow come to their topic in another order than they were stored."""
    outcomes = list(evidence.outcomes)
    own = {str(row.id) for row in evidence.rows if row.stream == stream_of(Plot.MONTH)}
    first, second = [place for place, one in enumerate(outcomes) if one.event_id in own][1:3]
    outcomes[first], outcomes[second] = outcomes[second], outcomes[first]
    return replace(evidence, outcomes=outcomes)


def told_by(evidence: WorkflowEvidence, early: str, late: str) -> WorkflowEvidence:
    """The two that are swapped were published by these releases."""
    own = {str(row.id) for row in evidence.rows if row.stream == stream_of(Plot.MONTH)}
    outcomes = list(swapped(evidence).outcomes)
    first, second = [place for place, one in enumerate(outcomes) if one.event_id in own][1:3]
    outcomes[first] = replace(outcomes[first], publisher=early)
    outcomes[second] = replace(outcomes[second], publisher=late)
    return replace(evidence, outcomes=outcomes)


def swapped_starts(evidence: WorkflowEvidence) -> WorkflowEvidence:
    """Two entries of one owner are answered in another order than they were asked for."""
    one, other, *_ = (ask.command_id for ask in of(Plot.MONTH).asks)
    places = [place for place, seen in enumerate(evidence.outcomes) if seen.command_id in {one, other}]
    outcomes = list(evidence.outcomes)
    outcomes[places[0]], outcomes[places[1]] = outcomes[places[1]], outcomes[places[0]]
    return replace(evidence, outcomes=outcomes)


def unpublished(evidence: WorkflowEvidence) -> WorkflowEvidence:
    return replace(evidence, outcomes=evidence.outcomes[:-1])


def row_missing(evidence: WorkflowEvidence) -> WorkflowEvidence:
    """A row of a statement has no result."""
    chunk = row_of(evidence, Plot.STATEMENT, "statement.recorded")
    return changed(evidence, chunk, results=json.loads(chunk.data)["results"][:-1])


def row_twice(evidence: WorkflowEvidence) -> WorkflowEvidence:
    """The same file, imported again, records a row once more."""
    chunk = row_of(evidence, Plot.STATEMENT_AGAIN, "statement.recorded")
    results = json.loads(chunk.data)["results"]
    again = next(one for one in results if one["status"] == "duplicate")
    return changed(evidence, chunk, results=[one | {"status": "recorded"} if one is again else one for one in results])


def row_misread(evidence: WorkflowEvidence) -> WorkflowEvidence:
    chunk = row_of(evidence, Plot.STATEMENT, "statement.recorded")
    results = json.loads(chunk.data)["results"]
    return changed(evidence, chunk, results=[one | {"status": "income"} for one in results])


def wrong_sums(evidence: WorkflowEvidence) -> WorkflowEvidence:
    closing = row_of(evidence, Plot.STATEMENT, "statement.imported")
    totals = json.loads(closing.data)["totals"]
    sums = [one | {"recorded": "1.00"} for one in totals["sums"]]
    return changed(evidence, closing, totals=totals | {"sums": sums})


def wrong_file(evidence: WorkflowEvidence) -> WorkflowEvidence:
    closing = row_of(evidence, Plot.STATEMENT, "statement.imported")
    return changed(evidence, closing, accounts=[{"money_out": "1.00", "money_in": "0.00"}])


def said_complete(evidence: WorkflowEvidence) -> WorkflowEvidence:
    return changed(evidence, row_of(evidence, Plot.STATEMENT_ABORTED, "statement.imported"), complete=True)


def chunk_twice(evidence: WorkflowEvidence) -> WorkflowEvidence:
    return changed(evidence, row_of(evidence, Plot.STATEMENT_ABORTED, "statement.recorded"), chunk=2)


def wrong_report(evidence: WorkflowEvidence) -> WorkflowEvidence:
    return changed(evidence, row_of(evidence, Plot.MONTH, "month.closed"), entries=4)


def frozen_for_ever(evidence: WorkflowEvidence) -> WorkflowEvidence:
    return without(evidence, row_of(evidence, Plot.MONTH_CHANGED, "month.unfrozen"))


def wrong_total(evidence: WorkflowEvidence) -> WorkflowEvidence:
    read = row_of(evidence, Plot.RECEIPT, "receipt.extracted")
    return changed(evidence, read, total={"value": {"amount": "1.00"}})


def wrong_amount(evidence: WorkflowEvidence) -> WorkflowEvidence:
    entry_id, entry = next(iter(evidence.entries.items()))
    return replace(evidence, entries={**evidence.entries, entry_id: entry._replace(amount=Decimal(1))})


def still_running(evidence: WorkflowEvidence) -> WorkflowEvidence:
    workflow_id, run = next(iter(evidence.runs.items()))
    return replace(evidence, runs={**evidence.runs, workflow_id: run._replace(phase="running")})


def stranger(evidence: WorkflowEvidence) -> WorkflowEvidence:
    row = row_of(evidence, Plot.RECEIPT, "workflow.started")
    return with_rows(evidence, row._replace(stream="workflow-of nobody", causation_id="nothing"))


def stuck(evidence: WorkflowEvidence) -> WorkflowEvidence:
    row = row_of(evidence, Plot.STATEMENT, "step.succeeded")
    other = row._replace(type="poon.workflow.stuck.v1")
    return replace(evidence, rows=[other if one is row else one for one in evidence.rows])


def forgotten_undoing(evidence: WorkflowEvidence) -> WorkflowEvidence:
    return changed(evidence, row_of(evidence, Plot.MONTH_CHANGED, "workflow.compensated"), undone=[])


def test_a_clean_run_has_no_violations() -> None:
    assert workflow_violations(SCENARIOS, ASKED, perfect()) == []


def test_what_is_published_again_is_no_violation() -> None:
    clean = perfect()
    again = replace(clean, outcomes=[*clean.outcomes, *clean.outcomes[::3]])
    assert workflow_violations(SCENARIOS, ASKED, again) == []


def test_an_outcome_behind_the_entries_of_its_decision_leaves_a_gap_in_no_history() -> None:
    clean = perfect()
    chunk = row_of(clean, Plot.STATEMENT, "statement.recorded")
    rows = [row._replace(version=18) if row is chunk else row for row in clean.rows]
    assert workflow_violations(SCENARIOS, ASKED, replace(clean, rows=rows)) == []


def test_a_month_that_changed_in_time_is_reported_and_no_violation() -> None:
    fleet, scenario = LedgerFleet(), of(Plot.MONTH_CHANGED)
    fleet.carry_out(replace(scenario, plot=Plot.MONTH, refusal=None))
    assert workflow_violations([scenario], list(scenario.asks), fleet.evidence()) == []


@pytest.mark.parametrize(
    ("planted", "word"),
    [
        (doubled_effect, "doubled: 2 outcomes"),
        (doubled_effect, "has a history of"),
        (second_entry, "entry without command"),
        (lost_workflow, "never began"),
        (lost_workflow, "entry without command"),
        (lost_start, "lost: no outcome"),
        (never_ended, "never ended"),
        (left_step, "left behind: step"),
        (left_step, "has a gap"),
        (unanswered_step, "lost: no outcome"),
        (not_undone, "left behind: receipt, aborted"),
        (not_deleted, "entry:"),
        (done_twice, "doubled: step"),
        (ended_twice, "ended 2 times"),
        (went_on, "went on behind its end"),
        (wrong_end, "wrong: receipt without a total"),
        (given_up, "wrong: statement"),
        (swapped, "order:"),
        (swapped_starts, "order:"),
        (unpublished, "row without outcome"),
        (lambda one: replace(one, outcomes=[*one.outcomes, replace(one.outcomes[0], event_id="x")]), "without row"),
        (lambda one: replace(one, rows=[*one.rows, one.rows[0]]), "stored twice"),
        (row_missing, "rows: statement"),
        (row_twice, "was recorded 2 times"),
        (row_misread, "the file says"),
        (wrong_sums, "sums: statement"),
        (wrong_file, "of its file"),
        (said_complete, "told to be complete"),
        (chunk_twice, "recorded chunks"),
        (wrong_report, "the report tells"),
        (frozen_for_ever, "month: of"),
        (wrong_total, "was read as"),
        (wrong_amount, "entry:"),
        (still_running, "board:"),
        (lambda one: replace(one, runs={}), "board:"),
        (lambda one: replace(one, runs={**one.runs, UUID(int=5): next(iter(one.runs.values()))}), "on the board"),
        (stranger, "unknown"),
        (stuck, "got stuck"),
        (forgotten_undoing, "were undone"),
        (lambda one: replace(one, timers=["a workflow at record"]), "left behind: a timer"),
        (lambda one: replace(one, kept=["stories/1/1"]), "left behind: kept rows"),
        (lambda one: replace(one, dead_letters=["x"]), "dead letter"),
        (lambda one: replace(one, lag={"poon.replies.workflows-0": 2}), "left over"),
    ],
)
def test_every_planted_violation_is_found(planted: Planting, word: str) -> None:
    found = workflow_violations(SCENARIOS, ASKED, planted(perfect()))
    assert any(word in sentence for sentence in found), found


def test_the_plots_of_a_stream_are_the_same_for_the_same_seed_and_many_are_compensated() -> None:
    scenarios = ScenarioStream(11, TENANT, ROWS).take(400)
    assert ScenarioStream(11, TENANT, ROWS).take(400) == scenarios
    assert ScenarioStream(12, TENANT, ROWS).take(400) != scenarios
    assert {scenario.plot for scenario in scenarios} == set(Plot)
    assert sum(scenario.refusal is not None or scenario.abort is not None for scenario in scenarios) > 100
    assert any(ask.copies > 1 for ask in asks_of(scenarios))
    assert any(scenario.stored for scenario in scenarios)


def again_and_before(scenarios: list[Scenario]) -> Iterator[tuple[Scenario, Scenario]]:
    for place, scenario in enumerate(scenarios):
        for earlier in scenarios[:place]:
            if scenario.file is not None and scenario.file is earlier.file:
                yield earlier, scenario


def test_a_statement_once_more_is_a_file_its_owner_had_imported_before() -> None:
    pairs = list(again_and_before(ScenarioStream(11, TENANT, ROWS).take(400)))
    assert pairs
    assert all(one.owner == other.owner for one, other in pairs)


@pytest.mark.parametrize(("early", "late", "broken"), [("A", "B", []), ("B", "A", ["order"]), ("", "A", ["order"])])
def test_the_order_of_a_stream_is_asked_of_who_published_too_early(early: str, late: str, broken: list[str]) -> None:
    evidence = told_by(perfect(), early, late)
    found = workflow_violations(SCENARIOS, ASKED, evidence, unordered={"A"})
    assert [sentence.partition(":")[0] for sentence in found] == broken
    assert [one.publishers for one in disorders(evidence)] == [{early}]
