"""Files of many rows, one in twenty wrong, end exactly, and take no more memory than those of a few."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.statements.limits import CHUNK, LIMITS
from adapters.statements.reader import FileStatementReader
from tests.sizes import size
from tests.unit.adapters.statements.many import WRITERS, sums
from tests.unit.adapters.statements.reading import HINTS
from workers.ports.statements import AccountTotals, StatementSummary

FEW = 1_000
MANY = 5_000
VERY_MANY = size(25_000, 100_000)
MEBIBYTE = 1024 * 1024
NUMBER_OF_A_TEXT = 8
"""Bytes that an XLSX file's texts take each, wherever they are: what says where they stand."""


@dataclass(frozen=True, slots=True)
class Measured:
    summary: StatementSummary
    peak: int


def measure(path: Path) -> Measured:
    """Read a file and see how much was allocated at the same time, beside what the reader keeps for good."""
    tracemalloc.start(1)
    try:
        with FileStatementReader().open(pieces(path), HINTS) as statement:
            for _ in statement.rows():
                pass
            summary = statement.summary()
        return Measured(summary, tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_many_rows_are_read_in_the_memory_of_a_few(kind: str, tmp_path: Path) -> None:
    warm, few, many = tmp_path / "warm", tmp_path / "few", tmp_path / "many"
    for path, rows in ((warm, 500), (few, FEW), (many, MANY)):
        WRITERS[kind](path, rows)
    measure(warm)  # tables are loaded and caches are filled once
    small, large = measure(few), measure(many)

    assert_exact(large.summary, MANY)
    kept = 2 * NUMBER_OF_A_TEXT * MANY if kind == "xlsx" else 0
    assert large.peak < small.peak + MEBIBYTE + kept  # all rows at once would be 2.5 MiB and more


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["csv"])
def test_very_many_rows_end_exactly(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "many"
    WRITERS[kind](path, VERY_MANY)
    assert path.stat().st_size > LIMITS.buffered_bytes
    with FileStatementReader().open(pieces(path), HINTS) as statement:
        for _ in statement.rows():
            pass
        assert_exact(statement.summary(), VERY_MANY)


def assert_exact(summary: StatementSummary, rows: int) -> None:
    expected = sums(rows)
    assert (summary.rows, summary.good, summary.bad) == (rows, expected.good, expected.bad)
    assert expected.bad == rows // 20
    (account,) = summary.accounts
    assert isinstance(account, AccountTotals)
    assert (account.money_out, account.money_in) == (expected.money_out, expected.money_in)
    assert account.money_out > Decimal(100_000)
