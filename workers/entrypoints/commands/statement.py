"""`poon statement`: what is understood of a bank's or a card's file, and importing it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from contracts.commands.workflows import ImportStatement
from contracts.money import Currency
from contracts.values import DEFAULT_TIME_ZONE, PaymentMethod
from workers.bootstrap.clients import system_clock
from workers.entrypoints.command_input import addressed, checked, text_command
from workers.entrypoints.commands.options import JsonObject, Patience
from workers.entrypoints.commands.send import CommandId, Owner, Tenant, sender_of
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import complain, console, say, say_json, table
from workers.entrypoints.program import program
from workers.entrypoints.statement_following import Following, end_json, end_lines, rejected_lines
from workers.entrypoints.statement_lines import (
    Check,
    bad_lines,
    check_json,
    column_lines,
    layout_lines,
    row_lines,
    total_lines,
)
from workers.entrypoints.statement_work import file_field, pieces_of, send_and_follow, send_only
from workers.ports.statements import BadRow, Direction, Statement, StatementHints, StatementRow

app = typer.Typer(no_args_is_help=True, help="See how statements of banks and cards are read, and import them.")

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
Account = Annotated[
    str | None, typer.Option("--account", help="The account's number, where the file does not tell it.")
]
Paid = Annotated[
    PaymentMethod | None, typer.Option("--payment-method", help="How the rows were paid, for instance Credit Card.")
]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Send it and do not follow what becomes of it.")]


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
    as_json: JsonObject = False,
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
    with statement_reader().open(pieces_of(file), hints) as statement:
        found = _read(statement, rows=rows, bad=bad)
    if as_json:
        say_json(check_json(found))
    else:
        _show(found)
    if not found.is_well:
        raise typer.Exit(ExitCode.NO)


@app.command("import")
def import_(  # noqa: PLR0913  the options of the command line
    file: File,
    *,
    currency: CurrencyOption = Currency.THB,
    positive: Positive = None,
    sheet: Sheet = None,
    date: Day = None,
    account: Account = None,
    payment_method: Paid = None,
    tenant: Tenant = None,
    owner: Owner = None,
    command_id: CommandId = None,
    no_wait: NoWait = False,
    timeout: Patience = 600.0,
    bad: Bad = 20,
    as_json: JsonObject = False,
) -> None:
    """Record the spending a statement tells of, and follow the import to its end.

    A row that was recorded before, from this file or another, is not recorded again. Files over 512 KiB are uploaded to
    the image store. Ends with 1 if a row was rejected, the sums are not the file's, or nothing was imported.

    For instance:

    ```
    poon statement import statement.csv
    poon statement import card.xlsx --payment-method "Credit Card" --account 4321-1234
    ```
    """
    settings = client_settings()
    origin = sender_of(settings, tenant, owner)
    checked(replace(text_command("1", origin), id=command_id))  # nothing is uploaded for what would not be sent
    data = {
        "file": run_async(lambda: file_field(settings, origin.tenant, origin.owner, file)),
        "reference_date": date and date.date(),
        "default_currency": currency,
        "positive": positive,
        "sheet": sheet,
        "account": account,
        "payment_method": payment_method,
    }
    command = replace(addressed(ImportStatement.type, data, origin), id=command_id)
    if no_wait:
        sent = run_async(lambda: send_only(settings, command))
        if as_json:
            say_json({"id": sent})
        else:
            say(f"sent {ImportStatement.type} {sent}")
        return
    found = run_async(lambda: send_and_follow(settings, command, timeout, bad, quiet=as_json))
    _conclude(found, as_json=as_json)


def _conclude(found: Following, *, as_json: bool) -> None:
    if as_json:
        say_json(end_json(found))
    else:
        if found.rejected:
            columns = ("Row", "Field", "Code", "Why")
            console().print(table(columns, rejected_lines(found), right=("Row",)))
        for line in end_lines(found):
            say(line)
    if found.stuck is not None and not found.is_over:
        complain(f"it is stuck at {found.stuck.step}: `{program()} workflows resume {found.stuck.workflow_id}`")
        raise typer.Exit(ExitCode.NO)
    if not found.is_over:
        complain(f"{found.command_id} has not ended yet; it goes on by itself if a fleet runs")
        raise typer.Exit(ExitCode.NO_ANSWER)
    if not found.is_well:
        raise typer.Exit(ExitCode.NO)


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
