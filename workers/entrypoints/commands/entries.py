"""`poon entries`, `poon totals`, `poon merchants`, `poon quality`: asking the read models."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final

import typer

from contracts.money import Currency
from contracts.values import Category, PaymentMethod
from workers.config import Settings
from workers.entrypoints.commands.send import Json, Owner, Tenant
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.output import console, say, say_json
from workers.entrypoints.query_lines import (
    entries_table,
    entry_json,
    merchant_json,
    merchants_table,
    month_json,
    months_table,
    quality_json,
    quality_table,
)
from workers.ports.queries import EntriesFilter, MonthRange

# A light command does not load the database's libraries: `query_work` is imported where it is used.

app = typer.Typer(no_args_is_help=True, help="Look at spending entries.")

_EARLIEST: Final = date(1, 1, 1)
_LATEST: Final = date(9999, 12, 31)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day: write for instance 2026-03-02") from None


def _month(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
        raise typer.BadParameter(f"{text!r} is no month: write for instance 2026-03")
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no month: write for instance 2026-03") from None


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(f"{text!r} is no amount") from None
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_DECIMALS or amount.adjusted() > _DIGITS:
        raise typer.BadParameter(f"{text!r} is no amount of at most {_DECIMALS} decimals")
    return amount


_DECIMALS: Final = 4
_DIGITS: Final = 12

Since = Annotated[date | None, typer.Option("--from", parser=_day, metavar="DAY", help="No day before this.")]
Until = Annotated[date | None, typer.Option("--to", parser=_day, metavar="DAY", help="No day after this.")]
SinceMonth = Annotated[date | None, typer.Option("--from", parser=_month, metavar="MONTH", help="The first month.")]
UntilMonth = Annotated[date | None, typer.Option("--to", parser=_month, metavar="MONTH", help="The last month.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=1_000, help="At most this many.")]


@app.command("list")
def list_entries(  # noqa: PLR0913  each is an option
    *,
    first: Since = None,
    last: Until = None,
    category: Annotated[Category | None, typer.Option("--category", help="Of this category.")] = None,
    merchant: Annotated[str | None, typer.Option("--merchant", help="Paid to whom is called so.")] = None,
    currency: Annotated[Currency | None, typer.Option("--currency", help="In this currency.")] = None,
    least: Annotated[
        Decimal | None, typer.Option("--min", parser=_amount, metavar="AMOUNT", help="Of at least this amount.")
    ] = None,
    most: Annotated[
        Decimal | None, typer.Option("--max", parser=_amount, metavar="AMOUNT", help="Of at most this amount.")
    ] = None,
    paid_by: Annotated[PaymentMethod | None, typer.Option("--paid-by", help="Paid like this.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="With these words in any of its texts.")] = None,
    limit: Limit = 50,
    after: Annotated[str | None, typer.Option("--after", help="The cursor the last page ended with.")] = None,
    tenant: Tenant = None,
    owner: Owner = None,
    as_json: Json = False,
) -> None:
    """List an owner's entries, the newest day first; with --json the last line holds the cursor of the next page.

    For instance:

    ```
    poon entries list --from 2026-03-01 --to 2026-03-31 --category "Food & Dining" --min 100
    poon entries list --text taxi --json
    ```
    """
    from workers.entrypoints.query_work import page_of_entries  # noqa: PLC0415

    settings = client_settings()
    whose, who = _whose(settings, tenant, owner)
    wanted = EntriesFilter(
        tenant=whose,
        owner=who,
        first=first,
        last=last,
        category=category,
        merchant=merchant,
        currency=currency,
        least=least,
        most=most,
        payment_method=paid_by,
        text=text,
    )
    page = run_async(lambda: page_of_entries(settings, wanted, limit, after))
    if as_json:
        for entry in page.entries:
            say_json(entry_json(entry))
        say_json({"cursor": page.cursor})
        return
    if page.entries:
        console().print(entries_table(page.entries))
    else:
        say("no entries")
    if page.cursor is not None:
        say(f"more: --after {page.cursor}")


def totals(
    *,
    first: SinceMonth = None,
    last: UntilMonth = None,
    tenant: Tenant = None,
    owner: Owner = None,
    as_json: Json = False,
) -> None:
    """Show what an owner spent, by month and category.

    For instance:

    ```
    poon totals --from 2026-01 --to 2026-03 --owner anong
    ```
    """
    from workers.entrypoints.query_work import month_totals  # noqa: PLC0415

    settings = client_settings()
    whose, who = _whose(settings, tenant, owner)
    found = run_async(lambda: month_totals(settings, whose, who, MonthRange(first or _EARLIEST, last or _LATEST)))
    if as_json:
        for total in found:
            say_json(month_json(total))
    elif found:
        console().print(months_table(found))
    else:
        say("no totals")


def merchants(
    *,
    first: SinceMonth = None,
    last: UntilMonth = None,
    limit: Limit = 50,
    tenant: Tenant = None,
    owner: Owner = None,
    as_json: Json = False,
) -> None:
    """Show where an owner spent most: visits, amount, average and share, each currency apart.

    For instance:

    ```
    poon merchants --from 2026-01 -n 10
    ```
    """
    from workers.entrypoints import query_work  # noqa: PLC0415

    settings = client_settings()
    whose, who = _whose(settings, tenant, owner)
    months = MonthRange(first or _EARLIEST, last or _LATEST)
    found = run_async(lambda: query_work.merchants(settings, whose, who, months, limit))
    if as_json:
        for one in found:
            say_json(merchant_json(one))
    elif found:
        console().print(merchants_table(found))
    else:
        say("no merchants")


def quality(*, first: Since = None, last: Until = None, tenant: Tenant = None, as_json: Json = False) -> None:
    """Show how a tenant's commands ended: by day (UTC), outcome, code, backends and whether they were degraded.

    For instance:

    ```
    poon quality --from 2026-03-01
    ```
    """
    from workers.entrypoints.query_work import quality_of_days  # noqa: PLC0415

    settings = client_settings()
    whose = settings.defaults.tenant if tenant is None else tenant
    found = run_async(lambda: quality_of_days(settings, whose, first or _EARLIEST, last or _LATEST))
    if as_json:
        for total in found:
            say_json(quality_json(total))
    elif found:
        console().print(quality_table(found))
    else:
        say("no outcomes")


def _whose(settings: Settings, tenant: str | None, owner: str | None) -> tuple[str, str]:
    defaults = settings.defaults
    return defaults.tenant if tenant is None else tenant, defaults.owner if owner is None else owner
