"""The command line of the bench suite."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from tests.bench import baseline as stored
from tests.bench import breakdown, markdown, sealing
from tests.bench.baseline import Baseline
from tests.bench.contenders import CONTENDERS, FLOOR, OURS, Contender, Queue, slowed
from tests.bench.event_store import commands as event_stores
from tests.bench.ground import Ground, ground
from tests.bench.head_of_line.calls import Calls
from tests.bench.head_of_line.experiment import EVERYTHING, HeadOfLine, HeadOfLineOptions
from tests.bench.head_of_line.report import head_of_line_table, print_backlog, print_stuck, print_targets
from tests.bench.job import Job
from tests.bench.latencies import summarize_latencies
from tests.bench.latency import Latency, LatencyOptions
from tests.bench.machine import machine_facts
from tests.bench.queries import commands as queries
from tests.bench.report import (
    print_breakdown,
    print_comparisons,
    print_facts,
    print_latencies,
    print_multiples,
    print_summaries,
)
from tests.bench.scale import commands as scale
from tests.bench.scale import sheets
from tests.bench.summary import multiples, summarize
from tests.bench.telemetry import telemetry
from tests.bench.telling import telling
from tests.bench.terminal import CONSOLE
from tests.bench.terminal import folder as _folder
from tests.bench.terminal import tell as _tell
from tests.bench.terminal import write as _write
from tests.bench.throughput import Options, Throughput
from tests.bench.workflows import workflows
from tests.services.service import ServiceUnavailableError

EVERYBODY: Final = ",".join(CONTENDERS)
GUARDED: Final = OURS[0]
TOLERANCE: Final = 0.3
PLANTED: Final = 0.6
"""The planted slowdown, as a share of what the guarded contender's worker costs."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Messages = Annotated[int, typer.Option(help="Messages of the backlog.")]
Rounds = Annotated[int, typer.Option(help="How often each contender gets its turn.")]
Keys = Annotated[int, typer.Option(help="Owners, which are the keys.")]
Partitions = Annotated[int, typer.Option(help="Partitions of every topic.")]
Names = Annotated[str, typer.Option(help=f"Who takes part, with commas: {EVERYBODY}.")]
Keep = Annotated[Path | None, typer.Option(help="Keep logs and profiles in this new folder.")]


@app.callback()
def bench() -> None:
    """Measure the fleet beside the floor and beside others: same job, same services, in turns."""


@app.command()
def throughput(  # noqa: PLR0913  one argument an option
    *,
    messages: Messages = 20_000,
    rounds: Rounds = 3,
    contenders: Names = EVERYBODY,
    keys: Keys = 1_000,
    partitions: Partitions = 12,
    padding: Annotated[int, typer.Option(help="Bytes added to each command.")] = 0,
    profile: Annotated[bool, typer.Option("--profile", help="Run under cProfile; read with python -m pstats.")] = False,
    keep: Keep = None,
) -> None:
    """Consume a saturated backlog: rate, CPU and memory of each contender, and its share of the floor."""
    chosen = _chosen(contenders)
    options = Options(Job(messages, keys, padding), partitions, rounds, profile)
    facts = machine_facts()
    with _folder(keep, profile=profile) as folder, ground() as services:
        experiment = Throughput(services, options, folder, _tell)
        possible = _possible(chosen, services)
        experiment.warm_up(FLOOR)
        measured = list(experiment.rounds(possible))
        facts |= services.facts()
    summaries = summarize(measured, FLOOR.name)
    print_facts(CONSOLE, facts)
    print_summaries(CONSOLE, summaries, FLOOR.name)
    for ours in OURS:
        print_multiples(CONSOLE, ours.name, multiples(measured, ours.name))
    _write("throughput", {"facts": facts, "options": options, "summaries": summaries, "measurements": measured})
    if any(summary.problems for summary in summaries):
        raise typer.Exit(1)


@app.command()
def latency(
    *,
    rate: Annotated[float, typer.Option(help="Commands a second.")] = 200.0,
    seconds: Annotated[float, typer.Option(help="Measured, after five of warming up.")] = 20.0,
    rounds: Rounds = 3,
    contenders: Annotated[str, typer.Option(help="Who takes part, with commas.")] = "floor,ours-on,ours-off",
    keep: Keep = None,
) -> None:
    """Answer commands at a steady rate: from a command's time-stamp until its outcome is visible."""
    chosen = _backlogged(_chosen(contenders))
    options = LatencyOptions(rate=rate, seconds=seconds, rounds=rounds)
    facts = machine_facts()
    with _folder(keep) as folder, ground() as services:
        measured = list(Latency(services, options, folder, _tell).rounds(chosen))
        facts |= services.facts()
    summaries = summarize_latencies(measured, FLOOR.name)
    print_facts(CONSOLE, facts)
    print_latencies(CONSOLE, summaries, FLOOR.name)
    _write("latency", {"facts": facts, "options": options, "summaries": summaries, "measurements": measured})
    if any(summary.problems for summary in summaries):
        raise typer.Exit(1)


@app.command()
def head_of_line(  # noqa: PLR0913  one argument an option
    *,
    parts: Annotated[str, typer.Option(help="What takes part, with commas.")] = ",".join(EVERYTHING),
    messages: Annotated[int, typer.Option(help="Messages of each backlog.")] = 60_000,
    keys: Annotated[str, typer.Option(help="Keys of each backlog, with commas, the most first.")] = "10000,1000",
    in_flight: Annotated[int, typer.Option(help="Most calls at a time.")] = 1_000,
    partitions: Partitions = 4,
    rounds: Rounds = 3,
    mean: Annotated[float, typer.Option(help="Of a call, the cap included, seconds.")] = 0.2,
    p99: Annotated[float, typer.Option(help="Of the calls, seconds.")] = 2.0,
    cap: Annotated[float, typer.Option(help="No call takes longer, seconds.")] = 5.0,
    sequential: Annotated[int, typer.Option(help="Messages that the sequential consumer is watched for.")] = 1_200,
    rate: Annotated[float, typer.Option(help="Of the steady traffic; 0: 65 % of what the backlog showed.")] = 0.0,
    seconds: Annotated[float, typer.Option(help="Of the steady traffic, measured.")] = 30.0,
    period: Annotated[float, typer.Option(help="Seconds between two commands of the stuck key.")] = 5.0,
    keep: Keep = None,
) -> None:
    """Slow calls, keys in order: the rate beside no ordering and others, then what a stuck key does to the others."""
    options = HeadOfLineOptions(
        parts=_parts(parts),
        messages=messages,
        keys=tuple(int(number) for number in keys.split(",")),
        in_flight=in_flight,
        partitions=partitions,
        rounds=rounds,
        calls=Calls.of(mean, p99, cap),
        sequential=sequential,
        rate=rate,
        seconds=seconds,
        period=period,
    )
    facts = machine_facts()
    with _folder(keep) as folder, ground() as services:
        result = HeadOfLine(services, options, folder, _tell).run()
        facts |= services.facts()
    print_facts(CONSOLE, facts)
    print_backlog(CONSOLE, result.summaries)
    print_stuck(CONSOLE, result.stuck, result.stuck_turns)
    print_targets(CONSOLE, result.targets)
    # The kind of a file is what stands before its first dash.
    _write("head_of_line", {"facts": facts, **result.content()})
    if not result.is_sound:
        raise typer.Exit(1)


@app.command()
def check(
    *,
    messages: Messages = 10_000,
    rounds: Rounds = 5,
    update: Annotated[bool, typer.Option("--update", help="Store what is found as the new baseline.")] = False,
    plant_slowdown: Annotated[
        bool, typer.Option("--plant-slowdown", help=f"Make ours {PLANTED:.0%} dearer: fail unless it is noticed.")
    ] = False,
    keep: Keep = None,
) -> None:
    """Fail when a message has become 30 % dearer than the stored baseline says, in floors."""
    options = Options(Job(messages), rounds=rounds)
    with _folder(keep) as folder, ground() as services:
        experiment = Throughput(services, options, folder, _tell)
        floor = experiment.warm_up(FLOOR)
        known = None if update else stored.read()
        guarded = GUARDED
        if plant_slowdown and known is not None:
            guarded = slowed(GUARDED, stored.slowdown_of(PLANTED, known, floor))
        measured = list(experiment.rounds([FLOOR, guarded]))
        found = stored.ratios(measured, GUARDED.name, FLOOR.name)
        if known is None:
            fresh = Baseline(GUARDED.name, {group: spread.median for group, spread in found.items()}, TOLERANCE)
            stored.write(fresh)
            known = fresh
        if stored.is_to_be_repeated(stored.compare(known, found)):
            _tell("dearer than the baseline, but not by every round: measuring as often again before it counts")
            measured += experiment.rounds([FLOOR, guarded])
    comparisons = stored.compare(known, stored.ratios(measured, GUARDED.name, FLOOR.name))
    summaries = summarize(measured, FLOOR.name)
    print_summaries(CONSOLE, summaries, FLOOR.name)
    print_comparisons(CONSOLE, comparisons, FLOOR.name)
    _write("check", {"facts": machine_facts(), "comparisons": comparisons, "measurements": measured})
    wrong = any(summary.problems for summary in summaries)
    if wrong or any(each.is_slowdown for each in comparisons) is not plant_slowdown:
        raise typer.Exit(1)


@app.command()
def explain(
    profiles: Annotated[list[Path], typer.Argument(help="Files profile.out of throughput --profile.")],
    *,
    messages: Messages = 20_000,
    above: Annotated[float, typer.Option(help="Leave out what costs less, microseconds a message.")] = 1.0,
) -> None:
    """Tell where the CPU of profiled contenders went, package by package."""
    columns = {file.parent.name: breakdown.microseconds(file, messages) for file in profiles}
    print_breakdown(CONSOLE, columns, above)


@app.command()
def table(files: Annotated[list[Path], typer.Argument(help="Files a run has written to build/bench.")]) -> None:
    """Print results as the tables of docs/performance.md."""
    kinds = {
        "throughput": markdown.throughput_table,
        "latency": markdown.latency_table,
        "head_of_line": head_of_line_table,
        **sheets.MARKDOWN,
    }
    for file in files:
        content = json.loads(file.read_text())
        typer.echo("\n".join([*markdown.environment(content), "", *kinds[file.name.partition("-")[0]](content), ""]))


def _parts(names: str) -> tuple[str, ...]:
    wanted = tuple(name.strip() for name in names.split(",") if name.strip())
    if not wanted or set(wanted) - set(EVERYTHING):
        raise typer.BadParameter(f"choose from {', '.join(EVERYTHING)}", param_hint="--parts")
    return wanted


def _backlogged(wanted: list[Contender]) -> list[Contender]:
    """Only those that read the topic of commands can be sent commands one by one."""
    others = [contender.name for contender in wanted if contender.queue is not Queue.BACKLOG]
    if others:
        raise typer.BadParameter(f"{', '.join(others)} reads no topic of commands", param_hint="--contenders")
    return wanted


def _chosen(names: str) -> list[Contender]:
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in CONTENDERS]
    if unknown or not wanted:
        raise typer.BadParameter(f"choose from {', '.join(CONTENDERS)}", param_hint="--contenders")
    return [CONTENDERS[name] for name in wanted]


def _possible(wanted: list[Contender], services: Ground) -> list[Contender]:
    """Those that can take part here; of the others it is told why they are left out."""
    possible = []
    for contender in wanted:
        try:
            contender.python()
            if contender.queue is Queue.REDIS:
                _tell(f"{contender.name} uses {services.redis.service}")
        except ServiceUnavailableError as error:
            CONSOLE.print(f"[bold yellow]{contender.name} is left out:[/bold yellow] {error}", highlight=False)
        else:
            possible.append(contender)
    return possible


scale.register(app)
event_stores.register(app)
sealing.register(app)
app.command()(workflows)
app.command()(telemetry)
app.command()(telling)
queries.register(app)

if __name__ == "__main__":
    app()
