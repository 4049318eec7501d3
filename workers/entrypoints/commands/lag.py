"""`poon lag`: how far each area is behind, from the broker alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from workers.bootstrap.clients import consumed_topics, lag_reader, system_clock
from workers.config import WORKER_AREAS, Settings
from workers.entrypoints.areas import chosen_areas
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.lags import LagRow, by_topic, lag_json, lag_rows, seconds_text, total
from workers.entrypoints.live import live_view
from workers.entrypoints.output import console, say_json, table
from workers.ports.errors import UnavailableError

Areas = Annotated[
    list[str] | None, typer.Option("--area", help=f"This area only; repeatable. One of {', '.join(WORKER_AREAS)}.")
]
All = Annotated[bool, typer.Option("--all", help="Also show partitions that are not behind.")]
Watch = Annotated[bool, typer.Option("--watch", help="Go on until interrupted.")]
Interval = Annotated[float, typer.Option("--interval", min=0.5, help="Seconds between two readings of --watch.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a reading.")]

Reading = Sequence[LagRow] | UnavailableError

COLUMNS = ("Group", "Topic", "Part.", "Committed", "End", "Lag", "Finished above", "Open", "Oldest")
_RIGHT = ("Part.", "Committed", "End", "Lag", "Finished above", "Open", "Oldest")


def lag(
    *,
    area: Areas = None,
    show_all: All = False,
    watch: Watch = False,
    interval: Interval = 2.0,
    as_json: Json = False,
) -> None:
    """Show how far each area is behind: in messages, and in seconds since the oldest of them was written.

    Asks the broker alone, so it needs no running worker and joins no group. *Finished above* counts messages that are
    done with although an older one is not; *open* is what is still to be done.

    For instance:

    ```
    poon lag
    poon lag --area texts --watch --json
    ```
    """
    areas = chosen_areas(area, WORKER_AREAS)
    settings = client_settings()
    with live_view(console()) if watch and not as_json else nullcontext(console().print) as show_next:

        def show(reading: Reading) -> None:
            if as_json:
                _print_json(reading)
            elif isinstance(reading, UnavailableError):
                show_next(Text(str(reading), style="red"))
            else:
                show_next(lag_table(reading, show_all=show_all))

        if not watch:
            show(run_async(lambda: _once(settings, areas)))
            return
        with suppress(KeyboardInterrupt):
            run_async(lambda: _watch(settings, areas, interval, show))


def lag_table(rows: Sequence[LagRow], *, show_all: bool = False) -> Table:
    """A line for each partition that is behind, and a total for each topic."""
    lines: list[Sequence[str | Text]] = []
    for group, topic, found in by_topic(rows):
        lines += [_line(row) for row in found if show_all or row.is_behind]
        behind = sum(row.is_behind for row in found)
        whole = total(found)
        told = (group, topic, f"{behind}/{len(found)}", "", "", *_numbers(whole.messages, whole.finished, whole.open))
        lines.append([Text(text, style="bold") for text in (*told, seconds_text(whole.seconds))])
    return table(COLUMNS, lines, right=_RIGHT)


def _line(row: LagRow) -> Sequence[str | Text]:
    committed = "none" if row.committed is None else str(row.committed)
    numbers = _numbers(row.lag.messages, row.lag.finished, row.lag.open)
    age = seconds_text(row.lag.seconds)
    return (row.group, row.topic, str(row.partition), committed, str(row.end), *numbers, age)


def _numbers(*numbers: int) -> tuple[str, ...]:
    return tuple(str(number) for number in numbers)


async def _once(settings: Settings, areas: Sequence[str]) -> list[LagRow]:
    async with lag_reader(settings) as reader:
        lags = await reader.read(consumed_topics(settings, areas))
    return lag_rows(lags, system_clock().now())


async def _watch(settings: Settings, areas: Sequence[str], interval: float, show: Callable[[Reading], None]) -> None:
    clock = system_clock()
    async with lag_reader(settings) as reader:
        while True:
            try:
                lags = await reader.read(consumed_topics(settings, areas))
            except UnavailableError as error:  # it may come back, and is watched for that
                show(error)
            else:
                show(lag_rows(lags, clock.now()))
            await clock.sleep(interval)


def _print_json(reading: Reading) -> None:
    now = system_clock().now()
    if isinstance(reading, UnavailableError):
        say_json({"at": now.isoformat(), "error": str(reading)})
    else:
        say_json(lag_json(reading, now))
