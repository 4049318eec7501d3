"""`poon`, the command line."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from workers.entrypoints.commands import (
    backup,
    capacity,
    config,
    demo,
    dlq,
    doctor,
    duplicates,
    entries,
    entry_history,
    evaluate,
    events,
    health,
    keys,
    lag,
    mappings,
    migrate,
    owners,
    projections,
    run,
    scaling,
    send,
    spans,
    statement,
    tail,
    top,
    topics,
    trace,
    workflows,
)
from workers.entrypoints.failures import CarefulGroup

DISTRIBUTION = "poon-workers"

app = typer.Typer(
    name="poon",
    cls=CarefulGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings: `poon config`. Exit codes: 0 done, 1 no, 2 usage, 65 bad input, 69 service unavailable,"
    " 70 unexpected, 75 no outcome in time, 78 wrong setting, 130 interrupted,"
    " 143 stopped with work in flight.",
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001  a callback of the command line
    if wanted:
        typer.echo(f"poon {installed_version(DISTRIBUTION)}")
        raise typer.Exit


@app.callback()
def poon(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Turn receipts and spending texts into structured, categorised spending.

    Start with `poon demo`, or `poon run` in one terminal and `poon send text "กาแฟ 65 บาท" --wait` in another.
    """


app.command()(demo.demo)
app.command()(run.run)
app.add_typer(send.app, name="send")
app.add_typer(statement.app, name="statement")
app.command()(tail.tail)
app.command()(lag.lag)
app.command()(top.top)
app.command()(trace.trace)
app.command()(spans.spans)
app.add_typer(dlq.app, name="dlq")
app.add_typer(events.app, name="events")
app.add_typer(mappings.app, name="mappings")
app.add_typer(duplicates.app, name="duplicates")
app.add_typer(workflows.app, name="workflows")
app.add_typer(entries.app, name="entries")
entries.app.command()(entry_history.show)
entries.app.command()(entry_history.history)
app.command()(entries.totals)
app.command()(entries.merchants)
app.command()(entries.quality)
app.add_typer(projections.app, name="projections")
app.add_typer(owners.app, name="owners")
app.add_typer(keys.app, name="keys")
app.add_typer(topics.app, name="topics")
app.add_typer(backup.app, name="backup")
app.add_typer(scaling.app, name="scaling")
app.add_typer(evaluate.app, name="eval")
app.command("capacity")(capacity.capacity_command)
app.command()(migrate.migrate)
app.command()(config.config)
app.command()(health.health)
app.command()(doctor.doctor)


def main() -> None:
    """Run the command line; the entry point of the installed program."""
    for stream in (sys.stdout, sys.stderr):
        # Thai text and check marks, whatever the machine's locale says.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app()


if __name__ == "__main__":
    main()
