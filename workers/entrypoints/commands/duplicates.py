"""`poon duplicates`: entries that may tell of one purchase, looked at and told apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from contracts.commands.spending import DistinguishSpending
from contracts.spending import DuplicateStrength, PossibleDuplicate
from contracts.values import DEFAULT_TIME_ZONE
from workers.bootstrap.clients import system_clock
from workers.config import Settings
from workers.domain.duplicates import likeness
from workers.domain.spending import SpendingEntry
from workers.entrypoints.command_input import addressed, checked
from workers.entrypoints.commands.options import Patience
from workers.entrypoints.commands.send import Answer, Json, Owner, Tenant, deliver, sender_of
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.output import console, say, say_json, table
from workers.ports.duplicates import AlikeEntries

app = typer.Typer(no_args_is_help=True, help="Look at possible duplicates of an owner, and tell two purchases apart.")

MOST_PAIRS: Final = 5_000
"""Pairs with the same day and sum, or the same reference, that are looked at: the newest."""

_COLUMNS = ("Reason", "Strength", "Date", "Amount", "Merchant", "Entry", "Other")

Judged = tuple[AlikeEntries, PossibleDuplicate]


@app.command("list")
def list_duplicates(
    *,
    tenant: Tenant = None,
    owner: Owner = None,
    days: Annotated[
        int, typer.Option("--days", min=1, max=36_500, help="Pairs with an entry of the last so many days.")
    ] = 90,
    strength: Annotated[
        list[DuplicateStrength] | None, typer.Option("--strength", help="Of this strength; repeatable. Default: all.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List pairs of an owner's entries that may tell of one purchase, the newest first.

    Delete one entry of a pair, or tell them apart, and it is not listed any more. For instance:

    ```
    poon duplicates list --owner anong --strength strong
    poon duplicates list --owner anong --json
    ```
    """
    settings = client_settings()
    sender = sender_of(settings, tenant, owner)
    since = system_clock().now().astimezone(ZoneInfo(DEFAULT_TIME_ZONE)).date() - timedelta(days=days)
    found = run_async(lambda: _judged(settings, sender.tenant, sender.owner, since))
    chosen = [each for each in found if not strength or each[1].strength in strength]
    if as_json:
        for each in chosen:
            say_json(duplicate_json(each))
    elif chosen:
        console().print(table(_COLUMNS, map(_row, chosen), right=("Amount",)))
    else:
        say("no possible duplicates")


@app.command()
def distinguish(
    entry_id: Annotated[str, typer.Argument(metavar="ENTRY", help="One of the entries.")],
    other_id: Annotated[str, typer.Argument(metavar="OTHER", help="The other one.")],
    *,
    tenant: Tenant = None,
    owner: Owner = None,
    timeout: Patience = 30.0,
    as_json: Json = False,
) -> None:
    """Say that two entries are two purchases, and wait for the outcome; 1 when it is no success.

    For instance:

    ```
    poon duplicates distinguish --owner anong \
        6f1f9a4e-1d0b-5c52-9a55-0c8f3a1f7b21 7b0c2f51-8e6d-5a43-8d17-2f9e4c6b1a05
    ```
    """
    settings = client_settings()
    fields = {"entry_id": entry_id, "other_id": other_id}
    command = addressed(DistinguishSpending.type, fields, sender_of(settings, tenant, owner))
    deliver(settings, [checked(command)], Answer(wait=True, timeout_seconds=timeout, as_json=as_json))


def duplicate_json(judged: Judged) -> dict[str, Any]:
    """Why two entries may be one purchase, and what a person needs to judge it."""
    pair, alike = judged
    return {"reason": alike.reason, "strength": alike.strength, "entries": [_entry_json(entry) for entry in pair]}


def _entry_json(entry: SpendingEntry) -> dict[str, Any]:
    return {
        "id": str(entry.id),
        "version": entry.version,
        "amount": str(entry.amount.amount),
        "currency": entry.amount.currency,
        "merchant": entry.merchant,
        "spent_on": entry.spent_on.isoformat(),
        "spent_at": entry.spent_at and entry.spent_at.isoformat(),
        "source": entry.source.kind,
    }


async def _judged(settings: Settings, tenant: str, owner: str, since: date) -> Sequence[Judged]:
    # A light command does not load the database's libraries.
    from workers.bootstrap.duplicates import stored_duplicates  # noqa: PLC0415

    async with stored_duplicates(settings) as duplicates:
        pairs = await duplicates.stored.open_pairs(tenant, owner, since, MOST_PAIRS)
        return [(pair, alike) for pair in pairs if (alike := likeness(pair.one, pair.two, duplicates.key)) is not None]


def _row(judged: Judged) -> tuple[str, ...]:
    pair, alike = judged
    one = pair.one
    return (
        alike.reason,
        alike.strength,
        one.spent_on.isoformat(),
        str(one.amount),
        one.merchant,
        str(one.id),
        str(pair.two.id),
    )
