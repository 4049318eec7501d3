"""`poon doctor`: what is wrong, what it means, and what to do next."""

from __future__ import annotations

from typing import Annotated

import typer

from workers.config import WORKER_AREAS, SettingsError
from workers.entrypoints.areas import chosen_areas
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.doctor.rounds import Report, make
from workers.entrypoints.doctor.settings import unloadable
from workers.entrypoints.doctor.view import report_json, report_text
from workers.entrypoints.output import console, say_json

# A light command does not load the libraries of all services: they are imported where they are used.


def doctor(
    *,
    worker: Annotated[
        list[str] | None,
        typer.Option("--worker", help="Also ask the worker at this address, for instance http://10.0.0.7:8080."),
    ] = None,
    area: Annotated[
        list[str] | None, typer.Option("--area", help="Areas that should be worked for. Default: runtime.areas.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, help="Longest time of one check, seconds.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Look at everything the fleet stands on, and say what is wrong, what it means and what to do.

    Looks at settings, broker, topics, clocks, consumer groups and their lag, database, replica, cache, model servers,
    image store, dead letters, workflows, projections and workers, side by side. Changes nothing and spends nothing.
    Ends with 0 when all is well or only notices were found, 1 with warnings, 69 when work stands still, 78 when a
    setting or the schema is in the way.

    For instance:

    ```
    poon doctor
    poon doctor --worker http://10.0.0.7:8080 --json
    ```
    """
    report = _examined(worker or [], area, timeout)
    if as_json:
        say_json(report_json(report))
    else:
        console().print(report_text(report))
    if report.exit_code:
        raise typer.Exit(report.exit_code)


def _examined(workers: list[str], areas: list[str] | None, timeout: float) -> Report:
    try:
        settings = client_settings()
    except SettingsError as error:
        return unloadable(error)
    from workers.bootstrap.examining import Examination  # noqa: PLC0415
    from workers.entrypoints.doctor.checks import Doctor  # noqa: PLC0415

    chosen = chosen_areas(areas, WORKER_AREAS) if areas else settings.runtime.areas
    checks = Doctor(settings, Examination(settings, timeout), chosen).checks(workers)
    return run_async(lambda: make(checks, timeout))
