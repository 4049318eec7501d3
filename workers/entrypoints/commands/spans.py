"""`poon spans`: where the time of traced commands went."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from workers.entrypoints.exits import ExitCode
from workers.entrypoints.output import complain, console, say_json

# The reader is imported where it is used, as in every command.


def spans(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Spans as OTLP in JSON; - reads standard input.")],
    *,
    trace: Annotated[str | None, typer.Option("--trace", help="Only this trace, by its id.")] = None,
    command: Annotated[
        str | None, typer.Option("--command", help="Only the traces in which this command, or outcome, was processed.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a stage.")] = False,
) -> None:
    """Tell in which stages traced commands spent their time, the longest first.

    A stage's own time is what nothing below it was at work in. FILE is what a collector's file exporter writes, or what
    Tempo answers for a trace. Ends with 1 where there is no command among the spans.

    For instance:

    ```
    poon spans spans.jsonl
    curl -s http://localhost:3200/api/traces/TRACE_ID | poon spans -
    ```
    """
    from workers.bootstrap.stages import NoSpansError, stages_of  # noqa: PLC0415
    from workers.entrypoints.stage_lines import stage_json, stage_table  # noqa: PLC0415

    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        found = stages_of(data, trace, command)
    except (OSError, NoSpansError) as error:
        complain(f"{file}: {error}")
        raise typer.Exit(ExitCode.BAD_INPUT) from None
    if not found:
        complain(f"{file}: there is no command's trace in it" if not (trace or command) else f"{file}: no such trace")
        raise typer.Exit(ExitCode.NO)
    if as_json:
        for stage in found:
            say_json(stage_json(stage))
    else:
        console().print(stage_table(found))
