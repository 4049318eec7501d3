"""What every store of statements does."""

import hashlib
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from uuid import UUID

import pytest

from contracts.errors import ErrorCode
from contracts.money import Currency
from contracts.statements import MoneyDirection, StatementReference
from workers.ports.errors import StatementError
from workers.ports.statement_files import ChunkPlace, PlannedRow, RefusedRow, StatementFiles

PLACE = ChunkPlace("acme", UUID(int=1), 1)
ROWS = (
    PlannedRow(
        2,
        1,
        date(2026, 1, 15),
        time(12, 40, 5),
        Decimal("1250.50"),
        Currency.THB,
        MoneyDirection.OUT,
        "กาแฟ\n\u2028 two",
        "R-1",
        "12",
    ),
    PlannedRow(3, 0, date(2026, 1, 16), None, Decimal(5), Currency.JPY, MoneyDirection.IN, "", None, ""),
    RefusedRow(4, "statement_row_invalid", "date", "is no day"),
)


def code_of(pieces: Iterator[bytes]) -> ErrorCode:
    with pytest.raises(StatementError) as caught:
        list(pieces)
    return caught.value.code


class StatementFilesSuite:
    """Subclass with a fixture `files`, an empty store."""

    def test_a_file_comes_by_pieces_as_it_was_saved(self, files: StatementFiles) -> None:
        data = bytes(range(256)) * 4_000
        reference = files.save("acme/card.csv", iter([data[:1_000], data[1_000:]]))
        assert reference.sha256 == hashlib.sha256(data).hexdigest()
        pieces = list(files.pieces(reference))
        assert b"".join(pieces) == data
        assert max(map(len, pieces)) < len(data)

    def test_a_changed_file_is_refused_at_its_end(self, files: StatementFiles) -> None:
        reference = files.save("a.csv", [b"Date,Amount"])
        files.save("a.csv", [b"Date,Amount\n"])
        assert code_of(files.pieces(reference)) is ErrorCode.STATEMENT_MISMATCH

    @pytest.mark.parametrize("key", ["missing.csv", "a/../b.csv", "a//b.csv"])
    def test_a_file_that_is_not_there_is_not_found(self, files: StatementFiles, key: str) -> None:
        assert code_of(files.pieces(StatementReference(key=key, sha256="0" * 64))) is ErrorCode.STATEMENT_NOT_FOUND

    @pytest.mark.parametrize("key", ["", "/etc/passwd", "a/../b", "a//b", "ก"])
    def test_a_key_that_is_no_legal_one_keeps_nothing(self, files: StatementFiles, key: str) -> None:
        with pytest.raises(ValueError, match="key"):
            files.save(key, [b"x"])

    def test_rows_come_back_as_they_were_kept(self, files: StatementFiles) -> None:
        files.keep_rows(PLACE, ROWS)
        assert tuple(files.rows(PLACE)) == ROWS
        files.keep_rows(PLACE, ())
        assert tuple(files.rows(PLACE)) == ()

    def test_discarded_rows_are_gone_and_those_of_others_are_not(self, files: StatementFiles) -> None:
        other = PLACE._replace(statement_id=UUID(int=2))
        for place in (*(PLACE._replace(chunk=chunk) for chunk in range(1, 4)), other):
            files.keep_rows(place, ROWS)
        for _ in range(2):
            files.discard(PLACE.tenant, PLACE.statement_id)
        with pytest.raises(StatementError, match="statement_not_found"):
            files.rows(PLACE)
        assert tuple(files.rows(other)) == ROWS
