"""`poon dlq`: dead letters, looked for and looked at, and edited; `dlq_bulk` redrives and discards them."""

from __future__ import annotations

from typing import Annotated

import typer

from workers.bootstrap.clients import system_clock
from workers.entrypoints.commands import dlq_bulk
from workers.entrypoints.commands.dlq_options import (
    Area,
    Code,
    Contains,
    LetterId,
    Owner,
    Reason,
    Since,
    Tenant,
    Type,
    Until,
)
from workers.entrypoints.commands.options import By, JsonLines
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.dead_letter_input import action, fields_of, known_area, moment, payload_of
from workers.entrypoints.dead_letter_lines import (
    headers_json,
    letter_json,
    letter_table,
    letters_table,
    payload_json,
)
from workers.entrypoints.documents import document
from workers.entrypoints.output import console, error_console, say, say_json
from workers.ports.dead_letters import OPEN, DeadLetterFilter, DeadLetterStatus
from workers.runtime.dead_letter_edits import Change

# A light command does not load the database's libraries: `dead_letter_work` is imported where it is used.

app = typer.Typer(no_args_is_help=True, help="Search, edit, redrive and discard dead letters.")


@app.command("list")
def list_letters(  # noqa: PLR0913  each is an option
    *,
    area: Area = None,
    tenant: Tenant = None,
    owner: Owner = None,
    code: Code = None,
    command_type: Type = None,
    since: Since = None,
    until: Until = None,
    text: Contains = None,
    status: Annotated[
        list[DeadLetterStatus] | None, typer.Option("--status", help="In this status; repeatable. Default: open ones.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="At most this many.")] = 50,
    after: Annotated[
        str | None, typer.Option("--after", metavar="ID", help="Go on behind this one, the last of the page before.")
    ] = None,
    oldest_first: Annotated[bool, typer.Option("--oldest-first", help="Instead of the newest first.")] = False,
    as_json: JsonLines = False,
) -> None:
    """List dead letters, the newest first. What senders wrote is not shown.

    For instance:

    ```
    poon dlq list
    poon dlq list --code backend_unavailable --since 2026-01-15 --text "engine gone" --json
    ```
    """
    wanted = DeadLetterFilter(
        statuses=tuple(status or OPEN),
        area=known_area(area),
        tenant=tenant,
        owner=owner,
        code=code,
        command_type=command_type,
        since=moment(since, "--since"),
        until=moment(until, "--until"),
        text=text,
    )
    from workers.entrypoints.dead_letter_work import listed  # noqa: PLC0415

    settings = client_settings()
    letters = run_async(lambda: listed(settings, wanted, limit, after, newest_first=not oldest_first))
    if as_json:
        for filed in letters:
            say_json(letter_json(filed))
        return
    if letters:
        console().print(letters_table(letters))
    else:
        say("no dead letters")
    if len(letters) == limit:
        error_console().print(f"there may be more: --after {letters[-1].letter.id}", style="dim")


@app.command()
def show(
    letter_id: LetterId,
    *,
    payload: Annotated[
        bool, typer.Option("--payload", help="Also what the sender wrote and what was made of it: it is personal.")
    ] = False,
    as_json: JsonLines = False,
) -> None:
    """Show one dead letter: where it came from, why it was given up, its headers, what was done to it.

    For instance:

    ```
    poon dlq show 3f0a6c8e-9c55-5d0e-8f6a-4c8d1b7a2e11 --payload
    ```
    """
    from workers.entrypoints.dead_letter_work import shown  # noqa: PLC0415

    settings = client_settings()
    filed = run_async(lambda: shown(settings, letter_id))
    if as_json:
        say_json({**letter_json(filed), "headers": headers_json(filed), **(payload_json(filed) if payload else {})})
    else:
        console().print(letter_table(filed, payload=payload))


@app.command()
def edit(  # noqa: PLR0913  each is an option
    letter_id: LetterId,
    *,
    data: Annotated[
        str | None, typer.Option("--data", metavar="FILE|-", help="The whole payload anew; - is standard input.")
    ] = None,
    fields: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=JSON", help="One field, dotted, in JSON; repeatable."),
    ] = None,
    command_type: Annotated[str | None, typer.Option("--type", help="Another command type.")] = None,
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="Whose data it is, where the record's headers cannot be read.")
    ] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Who spent it, likewise.")] = None,
    reason: Reason = None,
    by: By = None,
    as_json: JsonLines = False,
) -> None:
    """Change what a dead letter will be sent as. Accepted is only what a worker would take; the original stays.

    For instance:

    ```
    poon dlq edit 3f0a6c8e-9c55-5d0e-8f6a-4c8d1b7a2e11 --set 'text="coffee 65 baht"'
    poon dlq edit 3f0a6c8e-9c55-5d0e-8f6a-4c8d1b7a2e11 --data mended.json --type poon.text.parse.v1 --owner nok
    ```
    """
    if data is None and not fields and not (command_type or tenant or owner):
        raise typer.BadParameter("nothing is changed: give --data, --set, --type, --tenant or --owner")
    change = Change(
        data=payload_of(document(data)) if data is not None else None,
        fields=fields_of(fields or ()),
        type=command_type,
        tenant=tenant,
        owner=owner,
    )
    from workers.entrypoints import dead_letter_work  # noqa: PLC0415

    settings = client_settings()
    done = action(system_clock(), by, reason)
    filed = run_async(lambda: dead_letter_work.edit(settings, letter_id, change, done))
    if as_json:
        say_json(letter_json(filed))
    else:
        say(f"edited {filed.letter.id}: `poon dlq redrive {filed.letter.id}` sends it")


app.command()(dlq_bulk.redrive)
app.command()(dlq_bulk.discard)
