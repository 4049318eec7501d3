"""The statements of the ledger are read as the ledger knows them."""

import random

from contracts.errors import ErrorCode
from tests.ledger.files import NO_STATEMENT, make_file
from tests.unit.adapters.statements.reading import read, refused
from workers.ports.statements import Direction

FILE = make_file(random.Random(3), "7", 200)


def test_every_row_is_read_as_it_was_written() -> None:
    found = read(FILE.data)
    assert {(row.number, row.amount, row.direction is Direction.OUT) for row in found.rows} == {
        line for line in FILE.lines if line.amount is not None
    }
    assert {row.number for row in found.bad} == {line.number for line in FILE.lines if line.amount is None}
    (account,) = found.summary.accounts
    assert (account.money_out, account.money_in) == (FILE.money_out, FILE.money_in)


def test_a_statement_has_rows_of_every_kind_and_some_that_are_alike() -> None:
    rows = FILE.data.decode().splitlines()
    assert len(set(rows)) < len(rows)
    assert any(line.is_spending for line in FILE.lines)
    assert any(line.amount is None for line in FILE.lines)
    assert any(not line.out for line in FILE.lines)


def test_what_is_no_statement_is_refused() -> None:
    assert refused(NO_STATEMENT)[0] is ErrorCode.STATEMENT_NOT_UNDERSTOOD
