"""`poon entries`: what an entry is, what it was, and how it came to that."""

from __future__ import annotations

from typing import Annotated

import typer

from workers.config import Settings
from workers.entrypoints.commands.options import JsonLines
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.entry_lines import history_table, version_json, version_table
from workers.entrypoints.moments import BANGKOK, EXAMPLE, moment_of
from workers.entrypoints.output import console, say_json
from workers.ports.store import WHOLE, Span

# A light command does not load the database's libraries: `entry_work` is imported where it is used.


Entry = Annotated[str, typer.Argument(metavar="ENTRY", help="The entry's id.")]
Tenant = Annotated[str | None, typer.Option("--tenant", help="Whose; default: defaults.tenant.")]
Owner = Annotated[str | None, typer.Option("--owner", help="Only if it is this owner's.")]


def history(entry: Entry, *, tenant: Tenant = None, owner: Owner = None, as_json: JsonLines = False) -> None:
    """Show all versions of an entry: when, what happened, and what it was from then on.

    For instance:

    ```
    poon entries history 7c2f3a90-0000-4000-8000-000000000001
    ```
    """
    from workers.entrypoints.entry_work import Whose, history_of  # noqa: PLC0415

    settings = client_settings()
    versions = run_async(lambda: history_of(settings, entry, Whose(_tenant(settings, tenant), owner)))
    if as_json:
        for version in versions:
            say_json(version_json(version))
    else:
        console().print(history_table(versions))


def show(  # noqa: PLR0913  each is an option
    entry: Entry,
    *,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="TIME", help=f"As it was then, {EXAMPLE}; a date means the end of that day."),
    ] = None,
    version: Annotated[int | None, typer.Option("--version", min=1, help="As it was at this version.")] = None,
    time_zone: Annotated[str, typer.Option("--time-zone", help="Of a date, and of a time that names none.")] = BANGKOK,
    tenant: Tenant = None,
    owner: Owner = None,
    as_json: JsonLines = False,
) -> None:
    """Show an entry as it is, or as it was at a time or a version; a deleted one with the reason.

    For instance:

    ```
    poon entries show 7c2f3a90-0000-4000-8000-000000000001 --as-of 2026-11-01T12:00+07:00
    poon entries show 7c2f3a90-0000-4000-8000-000000000001 --version 1 --json
    ```
    """
    from workers.entrypoints.entry_work import Whose, version_of  # noqa: PLC0415

    if as_of is not None and version is not None:
        raise typer.BadParameter("name a time or a version, not both", param_hint="--as-of, --version")
    settings = client_settings()
    span = WHOLE if as_of is None else Span(until=moment_of(as_of, time_zone))
    whose = Whose(_tenant(settings, tenant), owner)
    found = run_async(lambda: version_of(settings, entry, whose, span._replace(last=version)))
    if as_json:
        say_json(version_json(found))
    else:
        console().print(version_table(found))


def _tenant(settings: Settings, given: str | None) -> str:
    return settings.defaults.tenant if given is None else given
