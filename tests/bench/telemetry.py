"""What telling costs: the fleet with nothing of it, with each part alone, and with all, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import typer
from rich.table import Table

from tests.bench.contenders import FLOOR, OURS, PARTS_OF_TELEMETRY
from tests.bench.ground import ground
from tests.bench.job import Job
from tests.bench.machine import machine_facts
from tests.bench.measuring import WORKER
from tests.bench.report import print_facts, print_summaries
from tests.bench.summary import Summary, summarize
from tests.bench.terminal import CONSOLE, folder, tell, write
from tests.bench.throughput import Options, Throughput

ON: Final = OURS[0]
OFF: Final = OURS[1]
GOAL: Final = 0.25
"""The share of the throughput that all of it may cost."""


def telemetry(
    *,
    messages: Annotated[int, typer.Option(help="Messages of the backlog.")] = 20_000,
    rounds: Annotated[int, typer.Option(help="How often each gets its turn.")] = 3,
) -> None:
    """Consume a backlog without telemetry, with each part of it, and with all: rate, and worker CPU of each part."""
    chosen = [OFF, *PARTS_OF_TELEMETRY, ON]
    facts = machine_facts()
    with folder(None) as place, ground() as services:
        experiment = Throughput(services, Options(Job(messages), rounds=rounds), place, tell)
        experiment.warm_up(FLOOR)
        measured = list(experiment.rounds(chosen))
        facts |= services.facts()
    summaries = summarize(measured, OFF.name)
    print_facts(CONSOLE, facts)
    print_summaries(CONSOLE, summaries, OFF.name)
    CONSOLE.print(_costs(costs(summaries)))
    write("telemetry", {"facts": facts, "summaries": summaries, "costs": costs(summaries), "measurements": measured})
    on = next(summary for summary in summaries if summary.contender == ON.name)
    if any(summary.problems for summary in summaries) or is_above_the_goal(on):
        raise typer.Exit(1)


def costs(summaries: Sequence[Summary]) -> dict[str, float]:
    """Worker CPU that each costs above the fleet that tells nothing, microseconds a message."""
    known = {summary.contender: summary.cpu_microseconds.get(WORKER) for summary in summaries}
    base = known.pop(OFF.name, None)
    return {name: cpu - base for name, cpu in known.items() if cpu is not None and base is not None}


def is_above_the_goal(on: Summary) -> bool:
    """Whether all of it costs more of the throughput than it may."""
    return on.share_of_rate is None or on.share_of_rate < 1 - GOAL


def _costs(found: Mapping[str, float]) -> Table:
    table = Table("Part", title=f"Above {OFF.name}")
    table.add_column("worker CPU, µs a message", justify="right")
    for name, cost in found.items():
        table.add_row(name, f"{cost:+.0f}")
    return table
