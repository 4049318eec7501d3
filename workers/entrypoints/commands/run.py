"""`poon run`: the fleet."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Annotated, Final

import typer

from workers.config import WORKER_AREAS, Settings
from workers.domain.scaling.local import fixed_values, local_values
from workers.domain.scaling.values import ScalingValues
from workers.entrypoints.context import loaded_settings, run_async
from workers.entrypoints.documents import document
from workers.entrypoints.output import error_console
from workers.entrypoints.program import program

AUTO: Final = "auto"

Areas = Annotated[
    str | None,
    typer.Option(
        "--areas", help=f"Work for these areas only, with commas: {','.join(WORKER_AREAS)}. Default: runtime.areas."
    ),
]
Processes = Annotated[
    str | None,
    typer.Option("--processes", help="Supervise worker processes: a number, or auto for as many as the lag asks for."),
]
ScaledObject = Annotated[
    str | None,
    typer.Option("--scaled-object", help="For auto: YAML with a ScaledObject or its spec, instead of local values."),
]
Attached = Annotated[bool, typer.Option("--attached", hidden=True, help="Drain when standard input ends.")]


def run(
    *, areas: Areas = None, processes: Processes = None, scaled_object: ScaledObject = None, attached: Attached = False
) -> None:
    """Run the fleet until SIGTERM or Ctrl-C, which let it finish its work first.

    With nothing configured, everything runs in this process: the embedded broker (in memory), SQLite, local text
    recognition. Then use `poon send` and `poon tail` in another terminal. With real services configured, create the
    topics with `poon topics apply` and the tables with `poon migrate` first.

    With `--processes` it works in processes that it supervises: those that die are started again, and with `auto` there
    are as many as KEDA would ask for, from one to one a processor. That needs a real Kafka, and
    PostgreSQL where writers shall not wait for one another.

    For instance:

    ```
    poon run
    POON_KAFKA__BOOTSTRAP_SERVERS=kafka:9092 poon run --areas texts,spending
    POON_KAFKA__BOOTSTRAP_SERVERS=kafka:9092 poon run --processes auto
    ```
    """
    if attached:
        threading.Thread(target=_drain_at_end_of_input, name="end of input", daemon=True).start()
    settings = loaded_settings().settings
    chosen = _chosen(areas, settings)
    if processes is not None:
        _supervise(settings, chosen, processes, scaled_object)
        return
    if scaled_object is not None:
        raise typer.BadParameter("only with --processes auto", param_hint="--scaled-object")

    async def work() -> None:
        # A light command does not load what a fleet needs.
        from workers.bootstrap import fleet  # noqa: PLC0415
        from workers.bootstrap.ground import grounded  # noqa: PLC0415

        async with grounded(settings) as address:
            _greet(settings, address, chosen)
            await fleet.run(settings, chosen)

    run_async(work)


def _drain_at_end_of_input() -> None:
    """Wait for the supervisor's end. Reads past Python's buffers, which may not be held when the program ends."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _supervise(settings: Settings, areas: tuple[str, ...], processes: str, scaled_object: str | None) -> None:
    from workers.bootstrap import processes as supervising  # noqa: PLC0415
    from workers.bootstrap.ground import grounded  # noqa: PLC0415

    values = processes_wanted(processes, scaled_object, supervising.partitions_of(areas))
    if settings.is_embedded:
        raise typer.BadParameter(
            "needs a real Kafka, set POON_KAFKA__BOOTSTRAP_SERVERS: the embedded broker gives a group's partitions to"
            " one process only",
            param_hint="--processes",
        )
    command = (sys.executable, "-m", "workers.entrypoints.cli", "run", "--attached", "--areas", ",".join(areas))

    async def work() -> None:
        async with grounded(settings) as address:
            _greet(settings, address, areas)
            least, most = values.min_replica_count, values.max_replica_count
            error_console().print(f"worker processes: {least} to {most}", markup=False)
            await supervising.supervise(settings, areas, values, supervising.Launch(command, dict(os.environ)))

    run_async(work)


def processes_wanted(processes: str, scaled_object: str | None, partitions: int) -> ScalingValues:
    """The scaling values that the options ask for.

    Raises:
        BadParameter: they say nothing that can be done.
        InputError: the file holds no scaling values.
    """
    if processes == AUTO:
        if scaled_object is None:
            return local_values(os.cpu_count() or 1, partitions)
        from workers.entrypoints.scaling.manifests import scaling_values  # noqa: PLC0415

        return scaling_values(document(scaled_object), scaled_object)
    if not processes.isdecimal() or int(processes) == 0:
        raise typer.BadParameter("write auto, or a number from 1", param_hint="--processes")
    if scaled_object is not None:
        raise typer.BadParameter("only with --processes auto", param_hint="--scaled-object")
    return fixed_values(int(processes))


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
