"""`poon migrate`: the database's schema."""

from __future__ import annotations

from typing import Annotated

import typer

from workers.entrypoints.commands.options import JsonObject
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import say, say_json

CURRENT = "current"

Check = Annotated[
    bool, typer.Option("--check", help="Change nothing; end with 1 unless the release can work on the schema.")
]


def migrate(*, check: Check = False, as_json: JsonObject = False) -> None:
    """Bring the database's schema up to this release. Repeating it is safe.

    A newer schema is left as it is where it says that this release may work on it, and refused otherwise.

    For instance:

    ```
    poon migrate
    POON_DATABASE__URL=postgresql://poon:secret@db/poon poon migrate --check
    ```
    """
    # A light command does not load the database's libraries.
    from workers.bootstrap.ground import migrate_schema, schema_of, serves  # noqa: PLC0415

    settings = client_settings()
    before = run_async(lambda: schema_of(settings))
    # A current schema is migrated all the same: it costs nothing, and says its revision.
    is_left = check or (serves(before, settings) and before != CURRENT)
    revision = None if is_left else run_async(lambda: migrate_schema(settings))
    place = str(settings.database.url)
    if as_json:
        say_json({"database": place, "found": before, "revision": revision})
    elif revision is None:
        say(f"{place}: the schema is {before}")
    else:
        say(f"{place}: the schema was {before} and is at revision {revision}")
    if check and not serves(before, settings):
        raise typer.Exit(ExitCode.NO)
