"""`poon tail`: follow the outcomes."""

from __future__ import annotations

from typing import Annotated

import typer

from contracts.registry import AREAS
from workers.bootstrap.clients import outcomes, system_clock
from workers.entrypoints.areas import chosen_areas
from workers.entrypoints.commands.options import JsonLines
from workers.entrypoints.context import client_settings, run_async
from workers.entrypoints.outcome_lines import outcome_json, outcome_line
from workers.entrypoints.output import error_console, say, say_json
from workers.entrypoints.waiting import POLL_SECONDS
from workers.ports.outcomes import FromBeginning, FromEnd, Outcome

Areas = Annotated[
    list[str] | None, typer.Option("--area", help=f"Follow this area only; repeatable. One of {', '.join(AREAS)}.")
]
FromBeginningOption = Annotated[
    bool, typer.Option("--from-beginning", help="Start with the oldest outcome the broker has.")
]
Count = Annotated[int | None, typer.Option("--count", "-n", min=1, help="Stop after this many outcomes.")]
Timeout = Annotated[float | None, typer.Option("--timeout", min=0.1, help="Stop after this many seconds.")]


def tail(
    *,
    area: Areas = None,
    from_beginning: FromBeginningOption = False,
    count: Count = None,
    timeout: Timeout = None,
    as_json: JsonLines = False,
) -> None:
    """Follow what becomes of commands, until interrupted.

    Takes nothing away from anybody: it belongs to no consumer group.

    For instance:

    ```
    poon tail
    poon tail --area texts --from-beginning --json --timeout 5
    ```
    """
    areas = chosen_areas(area)
    settings = client_settings()
    start = FromBeginning() if from_beginning else FromEnd()

    async def follow() -> None:
        printer = _Printer(as_json=as_json, limit=count)
        async with outcomes(settings, areas, start) as reader:
            if not as_json:
                error_console().print(f"following {', '.join(areas)}; stop with Ctrl-C", style="dim")
            clock = system_clock()
            deadline = None if timeout is None else clock.monotonic() + timeout
            while not printer.is_full and (deadline is None or clock.monotonic() < deadline):
                for outcome in await reader.read(POLL_SECONDS):
                    printer.show(outcome)

    try:
        run_async(follow)
    except KeyboardInterrupt:
        return


class _Printer:
    """Prints outcomes, at most `limit` of them."""

    def __init__(self, *, as_json: bool, limit: int | None) -> None:
        self._as_json = as_json
        self._left = limit

    @property
    def is_full(self) -> bool:
        return self._left == 0

    def show(self, outcome: Outcome) -> None:
        if self.is_full:
            return
        if self._left is not None:
            self._left -= 1
        if self._as_json:
            say_json(outcome_json(outcome))
        else:
            say(outcome_line(outcome))
