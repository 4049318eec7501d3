"""`make dashboard-pictures`: a fleet at work, every query of every dashboard, and a picture of each for the docs."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from infra.dashboards.every import DASHBOARDS
from tests.architecture.tree import ROOT
from tests.pictures.drawing import picture
from tests.pictures.page import ANSWERS, PICTURES, conditions_page, name_of_picture
from tests.pictures.run import observed
from tests.pictures.seen import OtherDefinitionsError, Seen
from tests.services.service import ServiceUnavailableError
from workers.entrypoints.exits import ExitCode

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def pictures(
    minutes: Annotated[float, typer.Option("--minutes", min=1.0, help="For how long commands are sent.")] = 5.0,
    *,
    again: Annotated[bool, typer.Option("--again", help="Draw the answers of the last run, without another.")] = False,
) -> None:
    """Write docs/pictures: what Prometheus answered, and the pictures of it."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        if not again:
            _keep(asyncio.run(observed(minutes * 60, console.print)))
        written = files(Seen.kept(ANSWERS.read_bytes()))
    except (ServiceUnavailableError, FileNotFoundError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(ExitCode.USAGE) from error
    except OtherDefinitionsError as error:
        console.print(f"was not asked in the last run, make dashboard-pictures: {error}", style="red", markup=False)
        raise typer.Exit(ExitCode.USAGE) from error
    for path, content in written.items():
        path.write_bytes(content)
        console.print(f"{path.relative_to(ROOT)}: {len(content) / 1000:.0f} kB")


def files(seen: Seen) -> dict[Path, bytes]:
    """All that is drawn and written."""
    drawn = {PICTURES / name_of_picture(one.name): picture(one, seen) for one in DASHBOARDS}
    return {**drawn, PICTURES / "README.md": conditions_page(seen).encode()}


def _keep(seen: Seen) -> None:
    """Before anything is drawn: a fault of the drawing costs no run."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    ANSWERS.write_bytes(seen.keep())


if __name__ == "__main__":
    app()
