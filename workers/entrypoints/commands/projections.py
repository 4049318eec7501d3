"""`poon projections`: the read models, how they stand and how they are built anew."""

from __future__ import annotations

from typing import Annotated

import typer

from workers.entrypoints.commands.send import Json
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.output import console, error_console, say, say_json, table
from workers.entrypoints.query_lines import generation_json, generations_table
from workers.projections.catalogue import PROJECTIONS
from workers.projections.rebuilding import BuildProgress

# A light command does not load the database's libraries: `query_work` is imported where it is used.

app = typer.Typer(no_args_is_help=True, help="See how the read models stand, and build them anew while they answer.")


def _known(name: str) -> str:
    if name not in PROJECTIONS:
        raise typer.BadParameter(f"unknown projection {name!r}, choose from {', '.join(PROJECTIONS)}")
    return name


Name = Annotated[str, typer.Argument(metavar="NAME", help=f"One of {', '.join(PROJECTIONS)}.", callback=_known)]


@app.command("list")
def list_projections(*, as_json: Json = False) -> None:
    """List the projections and what they answer.

    For instance:

    ```
    poon projections list
    ```
    """
    if as_json:
        for one in PROJECTIONS.values():
            say_json({"name": one.name, "about": one.about, "areas": one.areas})
    else:
        rows = ((one.name, one.about, ", ".join(one.areas)) for one in PROJECTIONS.values())
        console().print(table(("Name", "Answers", "Follows the outcomes of"), rows))


@app.command()
def status(*, as_json: Json = False) -> None:
    """Show the generations of each projection: the one that answers, and the one that is being built.

    How far behind the topics they are is told by `poon lag --area projections`.

    For instance:

    ```
    poon projections status
    ```
    """
    from workers.entrypoints.query_work import generations  # noqa: PLC0415

    settings = client_settings()
    found = run_async(lambda: generations(settings, None))
    if as_json:
        for generation in found:
            say_json(generation_json(generation))
    elif found:
        console().print(generations_table(found))
    else:
        say("nothing has been built yet: `poon run` with the area projections does, or `poon projections rebuild NAME`")


@app.command()
def rebuild(name: Name, *, as_json: Json = False) -> None:
    """Build a projection anew from all stored events while the old one answers, then put it in its place.

    May be interrupted and run again: it goes on where it was. Commands may flow meanwhile.

    For instance:

    ```
    poon projections rebuild spending
    ```
    """
    from workers.entrypoints.query_work import rebuilt  # noqa: PLC0415

    settings = client_settings()
    told: list[BuildProgress] = []

    def tell(progress: BuildProgress) -> None:
        told.append(progress)
        del told[:-1]
        error_console().print(_words(progress), markup=False)

    number = run_async(lambda: rebuilt(settings, name, tell))
    events, rate = (told[-1].events, told[-1].rate) if told else (0, 0.0)
    if as_json:
        say_json({"projection": name, "generation": number, "events": events, "events_per_second": round(rate, 1)})
    else:
        say(f"generation {number} of {name} answers")


def _words(progress: BuildProgress) -> str:
    place = "" if progress.position is None else f", at {progress.position.tenant}/{progress.position.stream}"
    return f"{progress.events:,} events, {progress.rate:,.0f} a second{'' if progress.done else place}"
