"""What an import sends, from the outcomes of what it sent before."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from contracts.base import Command, Event
from contracts.commands.statements import CloseStatement, ImportStatementChunk, SurveyStatement
from contracts.commands.workflows import ImportStatement, ProcessReceipt, SteerWorkflow, WorkflowAction
from contracts.errors import ErrorCode
from contracts.events.outcomes import LocalizedText
from contracts.events.statements import (
    StatementChunkImported,
    StatementImported,
    StatementRejected,
    StatementSurveyed,
)
from contracts.events.workflows import WorkflowCompensated, WorkflowCompleted, WorkflowEvent, WorkflowStuck
from contracts.money import Currency
from contracts.statements import AccountSums, MoneyDirection, StatementReference, StatementTotals
from contracts.values import InlineImage, PaymentMethod
from workers.workflows import machine
from workers.workflows.definitions import Facts
from workers.workflows.machine import Around, Transition
from workers.workflows.state import BEGINNING, WorkflowState, evolve
from workers.workflows.statements import CLOSE, IMPORT_STATEMENT, ROWS, SURVEY

ID = UUID(int=5)
LATE = datetime(2026, 1, 31, 18, 0, tzinfo=UTC)
"""The first of February in Bangkok."""
START = ImportStatement(
    file=StatementReference(kind="reference", key="a.csv", sha256="0" * 64),
    default_currency=Currency.USD,
    account="12",
    positive=MoneyDirection.IN,
    sheet="May",
    payment_method=PaymentMethod.CREDIT_CARD,
)
ACCOUNT = AccountSums(currency=Currency.USD, money_out=Decimal(9), money_in=Decimal(0))


class Import:
    """An import with what is kept of it."""

    def __init__(self) -> None:
        self.state: WorkflowState = BEGINNING
        self.sent: dict[str, Command] = {}
        self.outcomes: dict[str, Event] = {}
        self.told: list[WorkflowEvent] = []
        self._keep(machine.begin(IMPORT_STATEMENT, Facts(ID, start=START, sent_at=LATE), self._around()))

    def last(self, kind: type[Command]) -> Command:
        (*_, command) = self.sent.values()
        assert isinstance(command, kind)
        return command

    def answer(self, event: Event) -> None:
        (*_, command_id) = self.sent
        step = self.state.sent[command_id].step
        if not isinstance(event, StatementRejected):
            self.outcomes[step] = event
        self._keep(machine.answered(self._going(), command_id, event))

    def steer(self, action: WorkflowAction) -> None:
        command = SteerWorkflow(workflow_id=ID, action=action, by="somchai", reason="because")
        self._keep(machine.steered(self._going(), command))

    def _going(self) -> Transition:
        facts = Facts(ID, sent=dict(self.sent), outcomes=dict(self.outcomes))
        return Transition(IMPORT_STATEMENT, facts, self._around(), self.state)

    def _around(self) -> Around:
        number = len(self.told)
        return Around(lambda ordinal: f"{number}.{ordinal}", LATE)

    def _keep(self, going: Transition) -> None:
        number = len(self.told)
        for ordinal, message in enumerate(going.messages):
            if isinstance(message, WorkflowEvent):
                self.told.append(message)
                self.state = evolve(self.state, message)
            else:
                assert isinstance(message, Command)
                self.sent[f"{number}.{ordinal}"] = message


def surveyed(chunks: int = 2) -> StatementSurveyed:
    return StatementSurveyed(
        statement_id=ID, sha256="0" * 64, kind="csv", rows=9, unreadable=0, chunks=chunks, accounts=(ACCOUNT,)
    )


def chunk(number: int, rows: int, chunks: int = 2) -> StatementChunkImported:
    return StatementChunkImported(
        statement_id=ID,
        chunk=number,
        chunks=chunks,
        results=(),
        totals=StatementTotals(rows=1),
        so_far=StatementTotals(rows=rows),
    )


def imported() -> StatementImported:
    return StatementImported(statement_id=ID, complete=True, rows=9, totals=StatementTotals(), sums_agree=True)


def rejected() -> StatementRejected:
    code = ErrorCode.STATEMENT_TOO_LARGE
    return StatementRejected(command_id="c", code=code, message=LocalizedText.of(code), reason="large")


def test_the_survey_is_of_the_day_the_statement_was_sent() -> None:
    survey = Import().last(SurveyStatement)
    assert survey == SurveyStatement(
        statement_id=ID,
        file=START.file,
        reference_date=date(2026, 2, 1),
        default_currency=Currency.USD,
        account="12",
        positive=MoneyDirection.IN,
        sheet="May",
        payment_method=PaymentMethod.CREDIT_CARD,
    )


def test_chunks_carry_on_what_became_of_those_before_and_the_end_sums_up() -> None:
    going = Import()
    going.answer(surveyed())
    first = going.last(ImportStatementChunk)
    assert first == ImportStatementChunk(statement_id=ID, chunk=1, chunks=2, payment_method=PaymentMethod.CREDIT_CARD)
    going.answer(chunk(1, 5))
    second = going.last(ImportStatementChunk)
    assert isinstance(second, ImportStatementChunk)
    assert (second.chunk, second.so_far) == (2, StatementTotals(rows=5))
    going.answer(chunk(2, 9))
    assert going.last(CloseStatement) == CloseStatement(
        statement_id=ID, rows=9, accounts=(ACCOUNT,), totals=StatementTotals(rows=9)
    )
    going.answer(imported())
    assert isinstance(going.told[-1], WorkflowCompleted)


def test_a_file_that_is_refused_ends_the_import_with_its_code() -> None:
    going = Import()
    going.answer(rejected())
    end = going.told[-1]
    assert isinstance(end, WorkflowCompensated)
    assert (end.step, end.code, end.undone) == (SURVEY, ErrorCode.STATEMENT_TOO_LARGE, ())


def test_rows_that_are_gone_before_the_first_was_recorded_leave_nothing() -> None:
    going = Import()
    going.answer(surveyed())
    going.answer(rejected())
    assert going.last(CloseStatement) == CloseStatement(statement_id=ID, rows=9, accounts=(ACCOUNT,))
    going.answer(imported())
    end = going.told[-1]
    assert isinstance(end, WorkflowCompensated)
    assert (end.step, end.undone) == (ROWS, (SURVEY,))


def test_an_import_that_is_aborted_midway_sums_up_what_it_recorded() -> None:
    going = Import()
    going.answer(surveyed(3))
    going.answer(chunk(1, 5, 3))
    going.answer(rejected())
    assert isinstance(going.told[-1], WorkflowStuck)
    going.steer(WorkflowAction.ABORT)
    assert going.last(CloseStatement) == CloseStatement(
        statement_id=ID, rows=9, accounts=(ACCOUNT,), totals=StatementTotals(rows=5)
    )


def test_an_import_of_which_nothing_is_known_is_summed_up_as_that() -> None:
    close = IMPORT_STATEMENT.steps[CLOSE].do.makes(Facts(ID))
    assert close == CloseStatement(statement_id=ID, rows=0)


def test_commands_are_made_from_what_they_need_and_nothing_else() -> None:
    receipt = ProcessReceipt(image=InlineImage.model_construct(kind="inline", data=b"x"))
    with pytest.raises(TypeError, match="the command that begins"):
        IMPORT_STATEMENT.steps[SURVEY].do.makes(Facts(ID, start=receipt, sent_at=LATE))
    sent: dict[str, Command] = {"1": SurveyStatement(statement_id=ID, file=START.file)}
    with pytest.raises(TypeError, match="once the file was read"):
        IMPORT_STATEMENT.steps[ROWS].do.makes(Facts(ID, sent=sent, outcomes={SURVEY: imported()}))
