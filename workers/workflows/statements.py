"""`ImportStatement`: survey the file, record its rows chunk by chunk, and sum up.

A chunk that was recorded stays recorded: each of its rows is true by itself, whatever becomes of the others. So nothing
is undone but the survey, by summing up what there is, and a failure behind the first chunk waits for an operator.
"""

from __future__ import annotations

from typing import Final

from contracts.base import Event
from contracts.commands.statements import CloseStatement, ImportStatementChunk, SurveyStatement
from contracts.commands.workflows import ImportStatement
from contracts.events.statements import StatementChunkImported, StatementSurveyed
from contracts.statements import StatementTotals
from workers.domain.spending import local_date
from workers.workflows.definitions import Definition, Facts, Leg, RetryRule, Step

SURVEY: Final = "survey"
ROWS: Final = "rows"
CLOSE: Final = "close"

_SURVEY_SECONDS: Final = 7_200.0
"""Longer than all attempts at a file of a million rows take, behind another one of the same owner."""
_CHUNK_SECONDS: Final = 3_600.0
"""A chunk's rows may have to be judged by a model."""
_CLOSE_SECONDS: Final = 600.0
_PATIENT: Final = RetryRule(attempts=8, base_delay=5.0, max_delay=600.0)


def _survey(facts: Facts) -> SurveyStatement:
    start = facts.start
    if not isinstance(start, ImportStatement) or facts.sent_at is None:
        raise TypeError("a statement is read from the command that begins the workflow")
    return SurveyStatement(
        statement_id=facts.workflow_id,
        file=start.file,
        # Of the day it was sent, not of the day it comes to be read.
        reference_date=start.reference_date or local_date(facts.sent_at, start.time_zone),
        time_zone=start.time_zone,
        default_currency=start.default_currency,
        account=start.account,
        positive=start.positive,
        sheet=start.sheet,
        payment_method=start.payment_method,
    )


def _next_chunk(facts: Facts) -> ImportStatementChunk:
    surveyed, before = facts.outcomes[SURVEY], facts.outcomes.get(ROWS)
    asked = next(command for command in facts.sent.values() if isinstance(command, SurveyStatement))
    if not isinstance(surveyed, StatementSurveyed):
        raise TypeError("rows are recorded once the file was read")
    done = before if isinstance(before, StatementChunkImported) else None
    return ImportStatementChunk(
        statement_id=facts.workflow_id,
        chunk=done.chunk + 1 if done else 1,
        chunks=surveyed.chunks,
        so_far=done.so_far if done else StatementTotals(),
        time_zone=asked.time_zone,
        payment_method=asked.payment_method,
    )


def _is_not_last(done: Event) -> bool:
    return isinstance(done, StatementChunkImported) and done.chunk < done.chunks


def _close(facts: Facts) -> CloseStatement:
    """Whatever there is: of a survey that was given up nothing is known."""
    surveyed, recorded = facts.outcomes.get(SURVEY), facts.outcomes.get(ROWS)
    file = surveyed if isinstance(surveyed, StatementSurveyed) else None
    return CloseStatement(
        statement_id=facts.workflow_id,
        rows=file.rows if file else 0,
        accounts=file.accounts if file else (),
        totals=recorded.so_far if isinstance(recorded, StatementChunkImported) else StatementTotals(),
    )


_CLOSE: Final = Leg(sends=CloseStatement, makes=_close, timeout=_CLOSE_SECONDS, retry=_PATIENT)

IMPORT_STATEMENT: Final = Definition(
    name="import_statement",
    starts_with=ImportStatement,
    groups=(
        (Step(SURVEY, Leg(sends=SurveyStatement, makes=_survey, timeout=_SURVEY_SECONDS), undo=_CLOSE),),
        (
            Step(
                ROWS,
                Leg(sends=ImportStatementChunk, makes=_next_chunk, timeout=_CHUNK_SECONDS, retry=_PATIENT),
                irreversible=True,
                more=_is_not_last,
            ),
        ),
        (Step(CLOSE, _CLOSE),),
    ),
)
