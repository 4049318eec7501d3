"""`poon backup`: copy the database while the fleet runs, put it back, and go on from there."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import complain, say, say_json
from workers.runtime.backups import Manifest, Rewound

# A light command does not load the database's libraries: `workers.bootstrap.backups` is imported where it is used.

app = typer.Typer(no_args_is_help=True, help="Copy the database while the fleet runs, put it back, go on from there.")

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", file_okay=False, help="The backup's own folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def create(
    folder: Folder,
    *,
    positions: Annotated[
        bool, typer.Option(" /--no-positions", help="Without where consumer groups are: the broker is away.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Copy the database as it is at one moment, with sums of every table and where consumer groups are.

    With PostgreSQL by `pg_dump`, with SQLite by its online backup. The fleet goes on meanwhile. Encrypt the folder
    with a tool of yours before it leaves the machine: it holds everything the database holds.

    For instance:

    ```
    poon backup create /backups/2026-11-26
    ```
    """
    settings = client_settings()

    async def run() -> Manifest:
        from workers.bootstrap.backups import backups, positions_now  # noqa: PLC0415

        ready = await backups(settings, version("poon-workers"))
        # Before the copy: what is committed is stored, so what lies before these is in it.
        return await ready.create(folder, await positions_now(settings) if positions else ())

    _tell(folder, run_async(run), as_json=as_json)


@app.command()
def verify(
    folder: Folder,
    *,
    database: Annotated[
        bool, typer.Option("--database", help="Compare with the database of the settings too; 1 if it differs.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read a backup: is it whole, and the file that was written? With --database: does a database hold the same?

    For instance:

    ```
    poon backup verify /backups/2026-11-26
    ```
    """
    settings = client_settings()

    async def run() -> tuple[Manifest, Sequence[str]]:
        from workers.bootstrap.backups import backups  # noqa: PLC0415

        ready = await backups(settings, version("poon-workers"), restoring=not database)
        manifest = await ready.verified(folder)
        return manifest, await ready.differences(manifest) if database else ()

    manifest, differences = run_async(run)
    _tell(folder, manifest, as_json=as_json)
    _judge(differences)


@app.command()
def restore(folder: Folder, *, as_json: Json = False) -> None:
    """Put a backup into an empty database, and compare every table's sums with the backup's; 1 if one differs.

    The fleet must not run. Afterwards: `poon migrate`, `poon owners erase-again`, `poon backup rewind`, and start it.

    For instance:

    ```
    POON_DATABASE__URL=postgresql://poon:secret@db/restored poon backup restore /backups/2026-11-26
    ```
    """
    settings = client_settings()

    async def run() -> tuple[Manifest, Sequence[str]]:
        from workers.bootstrap.backups import backups, manifest_in  # noqa: PLC0415

        ready = await backups(settings, version("poon-workers"), restoring=True)
        differences = await ready.restore(folder)
        return await manifest_in(folder), differences

    manifest, differences = run_async(run)
    _tell(folder, manifest, as_json=as_json)
    _judge(differences)


@app.command()
def rewind(folder: Folder, *, as_json: Json = False) -> None:
    """Have all consumer groups go on where they were at a backup, so that what came after it is decided again.

    The fleet must not run. Ends with 1 where the broker has deleted records since: those are lost unless their
    producers send them again.

    For instance:

    ```
    poon backup rewind /backups/2026-11-26
    ```
    """
    settings = client_settings()

    async def run() -> Sequence[Rewound]:
        from workers.bootstrap.backups import rewind as rewind_groups  # noqa: PLC0415

        return await rewind_groups(settings, folder)

    found = run_async(run)
    gone = sum(one.gone for one in found)
    if as_json:
        say_json({"partitions": len(found), "gone": gone, "renewed": sum(one.renewed for one in found)})
    else:
        say(f"{len(found)} partitions of {len({one.position.group for one in found})} groups go on from the backup")
        for one in found:
            if line := _trouble(one):
                say(line)
    if gone:
        raise typer.Exit(ExitCode.NO)


def _trouble(one: Rewound) -> str | None:
    topic, number = one.position.partition
    if one.renewed:
        return f"{topic}/{number} of {one.position.group}: the topic is a new one, read from its start"
    if one.gone:
        return f"{topic}/{number} of {one.position.group}: {one.gone:,} records after the backup are not on it any more"
    return None


def _tell(folder: Path, manifest: Manifest, *, as_json: bool) -> None:
    snapshot = manifest.snapshot
    told: dict[str, Any] = {
        "folder": str(folder),
        "taken_at": snapshot.taken_at,
        "database": snapshot.database,
        "revision": snapshot.revision,
        "rows": sum(one.rows for one in snapshot.sums),
        "bytes": manifest.size,
        "positions": len(manifest.positions),
    }
    if as_json:
        say_json(told)
    else:
        moment = snapshot.taken_at.isoformat(timespec="seconds")
        say(
            f"{folder}: {told['rows']:,} rows of {snapshot.database} at {moment},"
            f" {manifest.size:,} bytes, positions of {len(manifest.positions)} partitions"
        )


def _judge(differences: Sequence[str]) -> None:
    for line in differences:
        complain(line)
    if differences:
        raise typer.Exit(ExitCode.NO)
