"""A million entries, made fast, and the read models they come to."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg

from contracts.values import Category, PaymentMethod

TENANT: Final = "acme"
HEAVY: Final = "owner-heavy"
"""Has a tenth of all entries, so that there is a page 1,000."""
MERCHANTS: Final = 400
FIRST_DAY: Final = date(2023, 1, 1)
DAYS: Final = 1_095
_COLUMNS: Final = (
    "tenant",
    "id",
    "owner",
    "version",
    "amount",
    "currency",
    "merchant",
    "description",
    "spent_on",
    "spent_at",
    "time_zone",
    "category",
    "subcategory",
    "payment_method",
    "location",
    "tags",
    "raw_text",
    "confidence",
    "processing_method",
    "source",
    "deleted_reason",
)
_GENERATIONS: Final = (
    "INSERT INTO projection_generations (number, projection, status, started_at, events)"
    " VALUES (1, 'spending', 'live', '2026-01-01T00:00:00.000000Z', 0),"
    " (2, 'quality', 'live', '2026-01-01T00:00:00.000000Z', 0)"
)
_CELLS: Final = """
    INSERT INTO {table} (generation, tenant, owner, month, {what}, currency, count, amount)
    SELECT 1, tenant, owner, {month}, {what}, currency, count(*), sum(amount) FROM spending_entries
    WHERE deleted_reason IS NULL GROUP BY tenant, owner, {month}, {what}, currency
"""
_MONTHS: Final = {"sqlite": "substr(spent_on, 1, 8) || '01'", "postgresql": "date_trunc('month', spent_on)::date"}


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is.

    Attributes:
        owners: beside the heavy one; they share nine tenths evenly.
    """

    entries: int
    owners: int


def entries(size: Size) -> Iterator[tuple[Any, ...]]:
    """The rows, amounts in 1/10,000 as SQLite keeps them."""
    rng = random.Random(1)
    categories, methods = [one.value for one in Category], [None, *(one.value for one in PaymentMethod)]
    for number in range(size.entries):
        owner = HEAVY if number % 10 == 0 else f"owner-{number % size.owners}"
        merchant = int(rng.paretovariate(1.1)) % MERCHANTS
        yield (
            TENANT,
            UUID(int=rng.getrandbits(128)),
            owner,
            1,
            rng.randrange(1, 2_000) * 10_000,
            "THB" if rng.random() < 0.97 else "JPY",
            f"ร้านหมายเลข {merchant}",
            f"รายการ {number % 97}" if number % 3 else None,
            FIRST_DAY + timedelta(days=rng.randrange(DAYS)),
            None,
            "Asia/Bangkok",
            categories[merchant % len(categories)],
            None,
            methods[number % len(methods)],
            None,
            "[]",
            f"ร้านหมายเลข {merchant} {number % 1000} บาท",
            0.9,
            "rules",
            "{}",
            "twice" if number % 200 == 7 else None,
        )


def quality_rows(days: int = 400, ways: int = 50) -> Iterator[tuple[Any, ...]]:
    """Ways to end on many days."""
    for day in range(days):
        for way in range(ways):
            code, backend = f"code_{way % 7}" if way % 3 else "", f"backend-{way % 5}"
            outcome = f"poon.outcome_{way}.v1"
            yield (2, TENANT, FIRST_DAY + timedelta(days=day), "texts", outcome, code, backend, False, way + 1, 1000)


def fill_sqlite(path: Path, size: Size) -> None:
    """Fill a migrated file."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -500000")
    marks = ", ".join("?" * len(_COLUMNS))
    connection.execute("BEGIN")
    insert = f"INSERT INTO spending_entries ({', '.join(_COLUMNS)}) VALUES ({marks})"  # noqa: S608  our own names
    connection.executemany(insert, map(_sqlite_row, entries(size)))
    connection.execute(_GENERATIONS)
    for table, what in (("spending_months", "category"), ("spending_merchants", "merchant")):
        connection.execute(_CELLS.format(table=table, what=what, month=_MONTHS["sqlite"]))
    connection.executemany(
        "INSERT INTO processing_quality VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((*row[:2], row[2].isoformat(), *row[3:]) for row in quality_rows()),
    )
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.close()


async def fill_postgresql(url: str, size: Size) -> None:
    """Fill a migrated database."""
    connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
    async with connection:
        await _copy(connection, f"spending_entries ({', '.join(_COLUMNS)})", map(_postgresql_row, entries(size)))
        await connection.execute(_GENERATIONS)
        for table, what in (("spending_months", "category"), ("spending_merchants", "merchant")):
            statement = _CELLS.format(table=table, what=what, month=_MONTHS["postgresql"])
            await connection.execute(statement.encode())
        await _copy(connection, "processing_quality", quality_rows())
        await connection.execute("VACUUM ANALYZE")


async def _copy(connection: psycopg.AsyncConnection[Any], table: str, rows: Iterator[Sequence[Any]]) -> None:
    async with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
        for row in rows:
            await copy.write_row(row)


def _sqlite_row(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (row[0], row[1].hex, *row[2:8], row[8].isoformat(), *row[9:])


def _postgresql_row(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*row[:4], row[4] // 10_000, *row[5:])
