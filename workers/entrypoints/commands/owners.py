"""`poon owners`: hand over what is stored of an owner, erase it, or erase again after a restore."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from contracts.commands.privacy import EraseOwner
from workers.config import Settings
from workers.entrypoints.command_input import addressed, checked
from workers.entrypoints.commands.options import Patience
from workers.entrypoints.commands.send import Answer, CommandId, Json, Tenant, deliver, sender_of
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.documents import document
from workers.entrypoints.erasure_lines import past_erasures
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import complain, say, say_json
from workers.ports.privacy import PastErasure, Standing

app = typer.Typer(no_args_is_help=True, help="Hand over everything stored of an owner, or erase it.")

OwnerName = Annotated[str, typer.Argument(metavar="OWNER", help="Whose data it is.")]


@app.command()
def export(
    owner: OwnerName,
    *,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The ZIP file to write; must not exist yet.")],
    tenant: Tenant = None,
    as_json: Json = False,
) -> None:
    """Write everything stored of an owner into one ZIP file: rows as JSON Lines, pictures and statements as they are.

    For instance:

    ```
    poon owners export anong --to anong.zip
    ```
    """
    settings = client_settings()
    whose = sender_of(settings, tenant, owner)
    contents = run_async(lambda: _exported(settings, whose.tenant, owner, to))
    if as_json:
        say_json(contents)
        return
    rows, files = sum(contents["tables"].values()), len(contents["files"])
    say(f"{to}: {rows} rows of {len(contents['tables'])} tables, {files} files")


@app.command()
def erase(
    owner: OwnerName,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; nothing brings the data back.")] = False,
    tenant: Tenant = None,
    command_id: CommandId = None,
    timeout: Patience = 120.0,
    as_json: Json = False,
) -> None:
    """Erase an owner, by a command through the log, and wait for the outcome; 1 when it is no success.

    What waits on topics is refused from then on, and goes with their retention. Archives are rewritten by
    `poon events forget`; backups are not touched.

    For instance:

    ```
    poon owners export anong --to anong.zip && poon owners erase anong --yes
    ```
    """
    if not yes:
        raise typer.BadParameter(f"everything stored of {owner} would be deleted; say --yes", param_hint="--yes")
    settings = client_settings()
    command = addressed(EraseOwner.type, {"owner": owner}, sender_of(settings, tenant, owner))
    deliver(
        settings,
        [checked(replace(command, id=command_id))],
        Answer(wait=True, timeout_seconds=timeout, as_json=as_json),
    )


@app.command()
def erasures(
    *,
    from_topic: Annotated[
        bool, typer.Option("--from-topic", help="Of the outcome topic instead of the database, as far back as it goes.")
    ] = False,
) -> None:
    """List who was erased, one JSON object a line: keep it apart from the backups, which do not know later ones.

    For instance:

    ```
    poon owners erasures > erasures.jsonl
    poon owners erasures --from-topic >> erasures.jsonl
    ```
    """
    settings = client_settings()
    for past in run_async(lambda: _past(settings, from_topic=from_topic)):
        say_json(past._asdict())


@app.command("erase-again")
def erase_again(
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="What `poon owners erasures` listed; - is standard input.")
    ],
    *,
    as_json: Json = False,
) -> None:
    """Erase again who was erased after a backup that was restored, before the fleet starts; 1 if one was left.

    Each with the moment it had: what an owner sent afterwards, having come back, is still decided when it is replayed.

    For instance:

    ```
    poon owners erase-again erasures.jsonl
    ```
    """
    settings = client_settings()
    wanted = past_erasures(document(file))
    counts = run_async(lambda: _erased_again(settings, wanted))
    if as_json:
        say_json(counts)
    else:
        say(f"erased again: {counts[Standing.DUE]}, known to the database: {counts[Standing.KNOWN]}")
    if counts[Standing.LATER]:
        complain(
            f"left as they are: {counts[Standing.LATER]} owners of whom something later is stored;"
            " restore again and erase before the fleet starts"
        )
        raise typer.Exit(ExitCode.NO)


async def _past(settings: Settings, *, from_topic: bool) -> Sequence[PastErasure]:
    # A light command does not load the database's libraries.
    from workers.bootstrap.owners import published_erasures, stored_erasures  # noqa: PLC0415

    return await (published_erasures(settings) if from_topic else stored_erasures(settings))


async def _erased_again(settings: Settings, wanted: Sequence[PastErasure]) -> dict[Standing, int]:
    from workers.bootstrap.owners import erasure_repeater  # noqa: PLC0415

    counts = dict.fromkeys(Standing, 0)
    async with erasure_repeater(settings) as repeater:
        for past in wanted:
            counts[await repeater.repeat(past)] += 1
    return counts


async def _exported(settings: Settings, tenant: str, owner: str, target: Path) -> dict[str, Any]:
    # A light command does not load the database's libraries.
    from workers.bootstrap.owners import owner_reading  # noqa: PLC0415
    from workers.entrypoints.owner_archive import OwnerArchive  # noqa: PLC0415

    async with owner_reading(settings) as (reader, files):
        return await OwnerArchive(reader, files).write(tenant, owner, target)
