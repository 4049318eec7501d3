"""`poon mappings`: what merchants and phrases mean, looked at and reviewed."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from contracts.commands.categories import ReviewMapping
from contracts.mappings import MappingStatus, ReviewDecision
from workers.config import Settings
from workers.domain.mappings import SHARED, CategoryMapping
from workers.entrypoints.command_input import addressed, checked
from workers.entrypoints.commands.options import Patience
from workers.entrypoints.commands.send import Answer, Json, Owner, Tenant, deliver, sender_of
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.output import console, say, say_json, table

app = typer.Typer(no_args_is_help=True, help="Look at category mappings, and review what is to be shared.")

_COLUMNS = ("Id", "Version", "Status", "Means", "Key", "Source", "Said", "Otherwise", "Right")


@app.command("list")
def list_mappings(
    *,
    tenant: Annotated[str | None, typer.Option("--tenant", help="Whose; default: defaults.tenant.")] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", help="Mappings of this owner; default: those shared by the tenant.")
    ] = None,
    status: Annotated[
        list[MappingStatus] | None, typer.Option("--status", help="In this status; repeatable. Default: all.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List category mappings; those of all owners with what waits for review, or those of one owner.

    For instance:

    ```
    poon mappings list --status candidate
    poon mappings list --owner anong --json
    ```
    """
    settings = client_settings()
    wanted = settings.defaults.tenant if tenant is None else tenant
    found = run_async(lambda: _listed(settings, wanted, SHARED if owner is None else owner))
    chosen = [mapping for mapping in found if not status or mapping.status in status]
    if as_json:
        for mapping in chosen:
            say_json(mapping_json(mapping))
    elif chosen:
        console().print(table(_COLUMNS, map(_row, chosen), right=("Version", "Said", "Otherwise", "Right")))
    else:
        say("no mappings")


@app.command()
def review(  # noqa: PLR0913  each is an option
    mapping_id: Annotated[str, typer.Argument(metavar="ID", help="The mapping's id.")],
    decision: Annotated[ReviewDecision, typer.Argument(help="What becomes of it.")],
    *,
    by: Annotated[str | None, typer.Option("--by", help="Who decides; the user's name if left out.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why, kept with the mapping's history.")] = None,
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="The version you saw; of another one nothing is decided.")
    ] = None,
    tenant: Tenant = None,
    owner: Owner = None,
    timeout: Patience = 30.0,
    as_json: Json = False,
) -> None:
    """Approve or reject a candidate, or retire a mapping, and wait for the outcome; 1 when it is no success.

    For instance:

    ```
    poon mappings review 3a0f6c0e-94ab-5f0e-8a35-1c7c6f0f9b42 approve --by nok
    ```
    """
    settings = client_settings()
    said = {
        "mapping_id": mapping_id,
        "decision": decision,
        "reviewer": by or getpass.getuser(),
        "reason": reason,
        "expected_version": version,
    }
    fields = {name: value for name, value in said.items() if value is not None}
    command = addressed(ReviewMapping.type, fields, sender_of(settings, tenant, owner))
    deliver(settings, [checked(command)], Answer(wait=True, timeout_seconds=timeout, as_json=as_json))


def mapping_json(mapping: CategoryMapping) -> dict[str, Any]:
    """All of a mapping, and how often it is right."""
    return {**mapping._asdict(), "success_rate": mapping.success_rate.value}


async def _listed(settings: Settings, tenant: str, owner: str) -> Sequence[CategoryMapping]:
    # A light command does not load the database's libraries.
    from workers.bootstrap.mappings import mapping_repository  # noqa: PLC0415

    async with mapping_repository(settings) as mappings:
        return await mappings.of_owner(tenant, owner)


def _row(mapping: CategoryMapping) -> tuple[str, ...]:
    return (
        str(mapping.id),
        str(mapping.version),
        mapping.status,
        mapping.category,
        mapping.key,
        mapping.source,
        str(mapping.confirmations),
        str(mapping.contradictions),
        f"{mapping.success_rate.value:.2f}",
    )
