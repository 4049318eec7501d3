"""`poon run`: the fleet."""

from __future__ import annotations

from typing import Annotated

import typer

from workers.config import WORKER_AREAS, Settings
from workers.entrypoints.context import loaded_settings, run_async
from workers.entrypoints.output import error_console
from workers.entrypoints.program import program

Areas = Annotated[
    str | None,
    typer.Option(
        "--areas", help=f"Work for these areas only, with commas: {','.join(WORKER_AREAS)}. Default: runtime.areas."
    ),
]


def run(areas: Areas = None) -> None:
    """Run the fleet until SIGTERM or Ctrl-C, which let it finish its work first.

    With nothing configured, everything runs in this process: the embedded broker (in memory), SQLite, local text
    recognition. Then use `poon send` and `poon tail` in another terminal. With real services configured, create the
    topics with `poon topics apply` and the tables with `poon migrate` first.

    For instance:

    ```
    poon run
    POON_KAFKA__BOOTSTRAP_SERVERS=kafka:9092 poon run --areas texts,spending
    ```
    """
    settings = loaded_settings().settings
    chosen = _chosen(areas, settings)

    async def work() -> None:
        # A light command does not load what a fleet needs.
        from workers.bootstrap import fleet  # noqa: PLC0415
        from workers.bootstrap.ground import grounded  # noqa: PLC0415

        async with grounded(settings) as address:
            _greet(settings, address, chosen)
            await fleet.run(settings, chosen)

    run_async(work)


def _chosen(areas: str | None, settings: Settings) -> tuple[str, ...]:
    if areas is None:
        return settings.runtime.areas
    names = tuple(name.strip() for name in areas.split(",") if name.strip())
    unknown = [name for name in names if name not in WORKER_AREAS]
    if unknown or not names:
        wrong = f"unknown area {unknown[0]!r}" if unknown else "no area is named"
        raise typer.BadParameter(f"{wrong}, choose from {', '.join(WORKER_AREAS)}", param_hint="--areas")
    return names


def _greet(settings: Settings, address: str, areas: tuple[str, ...]) -> None:
    out = error_console()
    kind = "embedded broker, in memory, at" if settings.is_embedded else "broker"
    out.print(f"areas: {', '.join(areas)}; {kind} {address}; database {settings.database.url}", markup=False)
    if settings.is_embedded:
        poon = program()
        out.print(f'in another terminal: {poon} send text "กาแฟ 65 บาท" --wait   or   {poon} tail', markup=False)
