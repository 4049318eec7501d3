"""`poon trace`: one command's whole story."""

from __future__ import annotations

from typing import Annotated

import typer

from workers.config import Settings
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import complain, console, say_json

# A light command does not load the database's libraries: they are imported where they are used.


def trace(
    asked: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Of a command, an outcome, a dead letter, a workflow or an entry; or entry-ID and the like.",
        ),
    ],
    *,
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="Of this tenant only; default: whosever has it.")
    ] = None,
    personal: Annotated[bool, typer.Option("--personal", help="Also show what owners wrote, and amounts.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell what became of a command and what led to it, from the database alone.

    Shows what was decided on it and when, backends and what they cost, its dead letter and redrives, the workflow it
    began or belongs to, and where its entry stands. Times are UTC. Ends with 1 where nothing is stored under the id.

    For instance:

    ```
    poon trace 3f0a6c8e-9c55-5d0e-8f6a-4c8d1b7a2e11
    poon trace entry-7c2f3a90-0000-4000-8000-000000000001 --json
    ```
    """
    from workers.entrypoints.story_lines import story_tree  # noqa: PLC0415
    from workers.entrypoints.story_work import told  # noqa: PLC0415

    settings = client_settings()
    story = run_async(lambda: told(settings, asked, tenant, personal=personal))
    if story is None:
        _say_nothing_is_known(settings, asked, tenant)
        raise typer.Exit(ExitCode.NO)
    if as_json:
        say_json(story)
    else:
        console().print(story_tree(story))


def _say_nothing_is_known(settings: Settings, asked: str, tenant: str | None) -> None:
    of = f" of tenant {tenant}" if tenant else ""
    complain(f"nothing{of} is stored under {asked} in {settings.database.url}. It may be that")
    for possibility in (
        "it waits, or is worked on: `poon lag` shows how far each area is behind, `poon top` what is in flight",
        "it was never sent, or to another broker; its topic keeps records for 7 days, answers and events for 30",
        "it is a correlation id, or an id of the sender's own: only a command's id (ce_id) is looked up",
        "its decision was archived and deleted (`poon events archive --delete`): the archive has it",
    ):
        complain(f"- {possibility}")
