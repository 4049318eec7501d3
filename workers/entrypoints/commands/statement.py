"""`poon statement`: what is understood of a bank's or a card's file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from contracts.money import Currency
from contracts.values import DEFAULT_TIME_ZONE
from workers.bootstrap.clients import system_clock
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.failures import InputError
from workers.entrypoints.output import console, say, say_json, table
from workers.entrypoints.statement_lines import (
    Check,
    bad_lines,
    check_json,
    column_lines,
    layout_lines,
    row_lines,
    total_lines,
)
from workers.ports.statements import BadRow, Direction, Statement, StatementHints, StatementRow

app = typer.Typer(no_args_is_help=True, help="See how statements of banks and cards are read.")

CHUNK: Final = 65_536

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV, XLSX, JSON, OFX or QFX; told by its content.")]
CurrencyOption = Annotated[Currency, typer.Option("--currency", help="Of amounts whose currency the file leaves out.")]
Positive = Annotated[
    Direction | None,
    typer.Option("--positive", help="Which way money of a positive amount went, where the file does not tell."),
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="The sheet of an XLSX file, where several hold rows.")]
Day = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="The day of the file; no row is later. Today unless given."),
]
Rows = Annotated[int, typer.Option("--rows", min=0, help="Also show this many rows as they are understood.")]
Bad = Annotated[int, typer.Option("--bad", min=0, help="Show at most this many rows that cannot be read.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def check(  # noqa: PLR0913  the options of the command line
    file: File,
    *,
    currency: CurrencyOption = Currency.THB,
    positive: Positive = None,
    sheet: Sheet = None,
    date: Day = None,
    rows: Rows = 0,
    bad: Bad = 20,
    as_json: Json = False,
) -> None:
    """Read a statement and show what is understood: its columns, its sums, and every row that cannot be read.

    Nothing is sent or kept. Ends with 1 if a row cannot be read, or the sums differ from those that the file tells.

    For instance:

    ```
    poon statement check statement.csv
    poon statement check card.xlsx --sheet March --rows 5
    poon statement check export.csv --positive out --json
    ```
    """
    # A light command does not load the parsers.
    from workers.bootstrap.statements import statement_reader  # noqa: PLC0415

    today = date or system_clock().now().astimezone(ZoneInfo(DEFAULT_TIME_ZONE))
    hints = StatementHints(today.date(), currency, positive, sheet)
    with statement_reader().open(_pieces(file), hints) as statement:
        found = _read(statement, rows=rows, bad=bad)
    if as_json:
        say_json(check_json(found))
    else:
        _show(found)
    if not found.is_well:
        raise typer.Exit(ExitCode.NO)


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def _read(statement: Statement, *, rows: int, bad: int) -> Check:
    first_rows: list[StatementRow] = []
    first_bad: list[BadRow] = []
    for row in statement.rows():
        if isinstance(row, BadRow):
            if len(first_bad) < bad:
                first_bad.append(row)
        elif len(first_rows) < rows:
            first_rows.append(row)
    return Check(statement.layout, first_rows, first_bad, statement.summary())


def _show(found: Check) -> None:
    out = console()
    for line in layout_lines(found.layout):
        say(line)
    if found.layout.columns:
        out.print(table(("Column", "Means"), column_lines(found.layout)))
    if found.rows:
        columns = ("Row", "Date", "Time", "Out", "In", "", "Balance", "Description")
        out.print(table(columns, row_lines(found.rows), right=("Row", "Out", "In", "Balance")))
    if found.bad:
        out.print(
            table(("Row", "Field", "Why it cannot be read", "Stands there"), bad_lines(found.bad), right=("Row",))
        )
    for line in total_lines(found):
        say(line)
