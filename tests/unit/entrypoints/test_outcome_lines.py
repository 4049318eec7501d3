"""Outcomes in one line."""

import json
from datetime import date
from uuid import UUID

import pytest

from contracts.base import Event
from contracts.errors import ErrorCode
from contracts.events.outcomes import LocalizedText
from contracts.events.privacy import OwnerErased, Removed
from contracts.events.spending import SpendingCorrected, SpendingDeleted, SpendingRecorded
from contracts.events.statements import StatementChunkImported, StatementImported, StatementSurveyed
from contracts.events.workflows import StepSucceeded, WorkflowCompensated, WorkflowCompleted
from contracts.examples import EXAMPLES
from contracts.readings import Read
from contracts.spending import Clearable, EntryChanges
from contracts.statements import StatementTotals
from contracts.values import Category, Confidence, PaymentMethod, TransactionKind
from tests.fakes.commands import parsed
from tests.unit.entrypoints.outcomes import outcome, rejected, unreadable
from workers.entrypoints.outcome_lines import confidence_text, outcome_json, outcome_line, summarise
from workers.entrypoints.output import json_text

ENTRY = UUID(int=1)
FULL = parsed("1250.00").model_copy(
    update={
        "merchant": Read[str](value="เซเว่น", confidence=Confidence(0.9)),
        "merchant_canonical": "7-Eleven",
        "payment_method": Read[PaymentMethod](value=PaymentMethod.CASH, confidence=Confidence(0.9)),
    }
)


def test_a_success_tells_amount_merchant_category_payment_date_and_confidence() -> None:
    line = outcome_line(outcome(FULL)).plain

    assert "✓ parsed" in line
    assert "anong  1,250.00 THB · 7-Eleven · Food & Dining · Cash · 2026-03-02  0.90  c-1" in line


def test_what_was_not_read_is_left_out() -> None:
    assert "65.00 THB · Food & Dining · 2026-03-02  0.90" in outcome_line(outcome(parsed())).plain


def test_a_rejection_tells_code_text_and_field() -> None:
    line = outcome_line(outcome(rejected(field="text"))).plain

    assert "✗ rejected" in line
    assert "no_amount: The text tells no amount of money. (text: no number)" in line


def test_a_rejection_of_no_field_tells_its_reason_too() -> None:
    assert "no_amount: The text tells no amount of money. (no number)" in outcome_line(outcome(rejected())).plain


def test_another_kind_than_a_purchase_is_said() -> None:
    refund = parsed().model_copy(update={"kind": TransactionKind.REFUND})

    assert summarise(refund).verdict == "parsed (refund)"


def example(name: str) -> Event:
    (found,) = [one.message for one in EXAMPLES if one.name == name]
    assert isinstance(found, Event)
    return found


@pytest.mark.parametrize(
    ("others", "more"),
    [(0, ""), (1, " and 1 more"), (2, " and 2 more")],
)
def test_an_entry_that_may_be_another_again_names_the_likeliest(others: int, more: str) -> None:
    slip = example("a slip that was sent twice")
    assert isinstance(slip, SpendingRecorded)
    (first,) = slip.possible_duplicates

    summary = summarise(slip.model_copy(update={"possible_duplicates": (first,) * (1 + others)}))

    assert (summary.verdict, summary.is_success) == ("recorded", True)
    assert summary.note == f"may be {first.entry_id} again (same_reference, strong){more}"


def test_two_purchases_are_named() -> None:
    summary = summarise(example("two purchases"))

    assert (summary.verdict, summary.is_success) == ("distinguished", True)
    assert summary.note.endswith("are two purchases")


@pytest.mark.parametrize(
    ("name", "verdict", "note"),
    [
        (
            "January, reported on again after a lunch was found",
            "closed",
            "2026-01, revision 2: 74 entries, 21,890.50 THB",
        ),
        ("January is being closed", "frozen", "2026-01"),
        (
            "an anomaly and a trend, with the score",
            "analysed",
            "212 entries from 2025-10-18 to 2026-01-15, 2 insights, THB score 78",
        ),
        ("somebody without entries", "analysed", "0 entries from 2025-10-18 to 2026-01-15, 0 insights"),
        (
            "the next 30 days",
            "forecast",
            "2026-01-16 to 2026-02-14: 20,350.00 THB (17,200.00 THB to 24,900.00 THB)",
        ),
        ("too little for a forecast", "forecast", "2026-01-16 to 2026-02-14: 4 entries are not enough"),
    ],
)
def test_insights_and_forecasts_are_told_in_short(name: str, verdict: str, note: str) -> None:
    summary = summarise(example(name))

    assert (summary.verdict, summary.note, summary.is_success) == (verdict, note, True)


@pytest.mark.parametrize(
    ("event", "note"),
    [
        (
            SpendingCorrected(entry_id=ENTRY, version=2, changes=EntryChanges(category=Category.TRAVEL)),
            "version 2: category = Travel",
        ),
        (SpendingDeleted(entry_id=ENTRY, version=3, reason="twice"), "version 3: twice"),
        (
            SpendingCorrected(entry_id=ENTRY, version=2, changes=EntryChanges(spent_on=date(2025, 1, 2))),
            "version 2: spent_on = 2025-01-02",
        ),
        (
            SpendingCorrected(
                entry_id=ENTRY,
                version=2,
                changes=EntryChanges(category=Category.TRAVEL),
                cleared=(Clearable.TAGS, Clearable.LOCATION),
            ),
            "version 2: category = Travel, tags cleared, location cleared",
        ),
    ],
)
def test_a_change_tells_version_and_what_changed(event: Event, note: str) -> None:
    assert summarise(event).note == note


@pytest.mark.parametrize(
    ("name", "verdict", "category", "note"),
    [
        ("told by what the owner taught", "categorized", "Family Obligations", "by owner_mapping"),
        ("told by a word of the lexicon", "categorized", "Food & Dining", "by words"),
        ("a merchant taught", "learned", "Family Obligations", "version 1: manual"),
        (
            "three owners of one mind",
            "proposed",
            "Food & Dining",
            "3a0f6c0e-94ab-5f0e-8a35-1c7c6f0f9b42: 3 owners for it, 1 for others",
        ),
        ("a candidate approved", "reviewed", "Food & Dining", "version 2: approve by nok@example.com"),
        (
            "another meaning was approved",
            "superseded",
            "Groceries",
            "version 3: by 3a0f6c0e-94ab-5f0e-8a35-1c7c6f0f9b42",
        ),
    ],
)
def test_what_a_merchant_means_tells_how_that_came_about(name: str, verdict: str, category: str, note: str) -> None:
    (event,) = [one.message for one in EXAMPLES if one.name == name]
    assert isinstance(event, Event)

    summary = summarise(event)

    assert (summary.verdict, summary.category, summary.note) == (verdict, category, note)
    assert summary.is_success


def test_a_record_that_cannot_be_read_is_shown_as_such() -> None:
    line = outcome_line(unreadable()).plain

    assert "✗ unreadable" in line
    assert "header ce_id: is missing" in line


def test_json_carries_envelope_payload_and_position() -> None:
    told = json.loads(json_text(outcome_json(outcome(FULL))))

    assert told["command_id"] == "c-1"
    assert told["topic"] == "poon.texts.events"
    assert told["data"]["amount"]["value"] == {"amount": "1250.00", "currency": "THB"}
    assert told["problem"] is None


def test_json_of_a_record_that_cannot_be_read_tells_the_problem() -> None:
    told = outcome_json(unreadable())

    assert (told["id"], told["data"], told["problem"]) == (None, None, "header ce_id: is missing")


@pytest.mark.parametrize(("value", "style"), [(0.8, "green"), (0.79, "yellow"), (0.7, "yellow"), (0.69, "red")])
def test_confidence_is_coloured_by_the_domains_thresholds(value: float, style: str) -> None:
    assert confidence_text(Confidence(value)).style == style


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (
            WorkflowCompleted(workflow_id=ENTRY, workflow="process_receipt", entry_id=ENTRY),
            f"✓ completed anong  process_receipt {ENTRY} entry {ENTRY}",
        ),
        (
            WorkflowCompleted(workflow_id=ENTRY, workflow="process_receipt"),
            f"✓ completed anong  process_receipt {ENTRY}  c-1",
        ),
        (
            WorkflowCompensated(workflow_id=ENTRY, workflow="process_receipt", code="new_code", reason="why not"),
            f"✗ compensated anong  process_receipt {ENTRY} new_code: why not (why not)",
        ),
        (
            WorkflowCompensated(
                workflow_id=ENTRY,
                workflow="process_receipt",
                code=ErrorCode.LOW_CONFIDENCE,
                message=LocalizedText.of(ErrorCode.LOW_CONFIDENCE),
                reason="0.2",
            ),
            "low_confidence: The receipt could not be read with enough certainty to be recorded. (0.2)",
        ),
        (
            StepSucceeded(workflow_id=ENTRY, workflow="process_receipt", step="record", command_id="x"),
            f"✓ step succeeded anong  process_receipt {ENTRY} record",
        ),
    ],
)
def test_a_workflow_says_where_it_stands(event: Event, said: str) -> None:
    assert said in outcome_line(outcome(event)).plain


TOTALS = StatementTotals(rows=10, recorded=4, duplicates=3, income=2, rejected=1)
COUNTED = "10 rows: 4 recorded, 3 duplicates, 2 income, 1 rejected"


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (
            StatementSurveyed(statement_id=ENTRY, sha256="0" * 64, kind="csv", rows=10, unreadable=0, chunks=1),
            "✓ surveyed  anong  10 rows in 1 chunks  c-1",
        ),
        (
            StatementSurveyed(statement_id=ENTRY, sha256="0" * 64, kind="csv", rows=10, unreadable=1, chunks=1),
            "10 rows in 1 chunks, 1 unreadable",
        ),
        (
            StatementChunkImported(
                statement_id=ENTRY, chunk=2, chunks=3, results=(), totals=StatementTotals(), so_far=TOTALS
            ),
            f"✓ recorded  anong  chunk 2 of 3: {COUNTED}",
        ),
        (
            StatementImported(statement_id=ENTRY, complete=True, rows=10, totals=TOTALS, sums_agree=True),
            f"✓ imported  anong  {COUNTED}  c-1",
        ),
        (
            StatementImported(statement_id=ENTRY, complete=False, rows=12, totals=TOTALS, sums_agree=False),
            f"{COUNTED} of 12 rows; the import is not complete",
        ),
    ],
)
def test_an_import_says_how_far_it_is(event: Event, said: str) -> None:
    assert said in outcome_line(outcome(event)).plain


def test_an_erasure_tells_from_when_and_how_much() -> None:
    (example,) = [one for one in EXAMPLES if one.name == "an owner of a year"]
    assert isinstance(example.message, OwnerErased)
    summary = summarise(example.message)
    assert (summary.verdict, summary.is_success) == ("erased", True)
    assert summary.note.startswith("until 2026-03-02T09:30:00+00:00: 2310 events, 730 entries, 12 mappings")
    nothing = summarise(example.message.model_copy(update={"removed": Removed()}))
    assert nothing.note.endswith(": nothing was there")
