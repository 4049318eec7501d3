"""`poon top`: a live view of what fleets are doing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Annotated

import typer

from adapters.http.client import FleetUrlError
from workers.bootstrap.clients import system_clock
from workers.bootstrap.heartbeat import UnreadableBeatError, read_beat
from workers.config import WORKER_AREAS, Settings
from workers.entrypoints.areas import chosen_areas
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.live import live_view
from workers.entrypoints.output import console, say_json
from workers.entrypoints.top.frames import Frame, frame
from workers.entrypoints.top.looking import Lookout
from workers.entrypoints.top.view import frame_json, picture
from workers.ports.errors import UnavailableError

Urls = Annotated[
    list[str] | None,
    typer.Option("--url", help="Ask the fleet at this address, for instance http://10.0.0.7:8080; repeatable."),
]
Areas = Annotated[
    list[str] | None,
    typer.Option("--area", help=f"Lag of this area only; repeatable. One of {', '.join(WORKER_AREAS)}."),
]
Interval = Annotated[float, typer.Option("--interval", min=0.2, help="Seconds between two pictures.")]
Once = Annotated[bool, typer.Option("--once", help="One picture only, after one interval, so that it has rates.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a picture.")]


def top(
    *, url: Urls = None, area: Areas = None, interval: Interval = 1.0, once: Once = False, as_json: Json = False
) -> None:
    """Watch fleets work: lag in messages and seconds, what is in flight, rates, retries, the slowest lanes.

    Asks the fleet that runs with this data folder, or those named, over HTTP, and the broker of the settings for the
    lag. A lane or partition marked STUCK has a record that is worked on for longer than its retries allow.

    For instance:

    ```
    poon top
    poon top --url http://10.0.0.7:8080 --url http://10.0.0.8:8080
    poon top --once --json
    ```
    """
    areas = chosen_areas(area, WORKER_AREAS)
    settings = client_settings()
    urls = url or [_local(settings)]
    try:
        lookout = Lookout(settings, urls, areas, system_clock())
    except FleetUrlError as error:
        raise typer.BadParameter(str(error), param_hint="--url") from None
    live = not once and not as_json
    with live_view(console(), whole_screen=True) if live else nullcontext(console().print) as show_next:

        def show(made: Frame) -> None:
            if as_json:
                say_json(frame_json(made))
            else:
                show_next(picture(made))

        with suppress(KeyboardInterrupt):
            run_async(lambda: _watch(lookout, interval, show, once=once))


async def _watch(lookout: Lookout, interval: float, show: Callable[[Frame], None], *, once: bool) -> None:
    clock = system_clock()
    async with asyncio.TaskGroup() as tasks:
        lag = tasks.create_task(lookout.follow_lag())
        before = await lookout.snapshot()
        if not once:
            show(frame(None, before))
        while True:
            await clock.sleep(interval)
            now = await lookout.snapshot()
            show(frame(before, now))
            before = now
            if once:
                break
        lag.cancel()


def _local(settings: Settings) -> str:
    """Where the fleet of this data folder answers."""
    try:
        beat = read_beat(settings.data_dir)
    except UnreadableBeatError:
        beat = None
    if beat is None:
        raise UnavailableError(
            f"no fleet runs with the data folder {settings.data_dir}: start `poon run`, or name one with --url"
        )
    if beat.url is None:
        raise UnavailableError(
            f"process {beat.pid} does not answer over HTTP: run it with POON_HTTP__ENABLED=true, or name one with --url"
        )
    return beat.url
