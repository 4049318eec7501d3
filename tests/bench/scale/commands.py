"""The command line of the experiments about growth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.clock import SystemClock
from tests.bench.contenders import CONTENDERS, FLOOR, OURS, Contender, Queue
from tests.bench.ground import ground
from tests.bench.job import MOST_PADDING
from tests.bench.machine import machine_facts
from tests.bench.report import print_facts
from tests.bench.scale import memory as memories
from tests.bench.scale import soaking
from tests.bench.scale.growth import GROWING, Dimension, Growth, GrowthOptions
from tests.bench.scale.levels import TOLERANCE, levels, verdicts
from tests.bench.scale.rebalance import RebalanceOptions, run_rebalance
from tests.bench.scale.scaled import ScaledOptions, run_scaled
from tests.bench.scale.sheets import print_sheets
from tests.bench.scale.soak import run_soak
from tests.bench.scale.starts import import_milliseconds, summarize_starts
from tests.bench.scale.startup import Startup
from tests.bench.terminal import CONSOLE, folder, tell, write

GUARDED: Final = OURS[0]
_SHOWN: Final = 20
"""Problems printed; the file has all."""

Keep = Annotated[Path | None, typer.Option(help="Keep the contenders' logs in this new folder.")]
Names = Annotated[str, typer.Option(help="Who takes part, with commas; they have to read the topic of commands.")]
Rounds = Annotated[int, typer.Option(help="How often each contender gets its turn.")]
Rate = Annotated[float, typer.Option(help="Commands a second.")]


def register(app: typer.Typer) -> None:
    """Add the experiments to the bench's command line."""
    for command in (growth, memory, soak, startup, rebalance, scaling):
        app.command()(command)


def growth(  # noqa: PLR0913  one argument an option
    *,
    dimension: Annotated[Dimension, typer.Option(help="What grows.")] = Dimension.BACKLOG,
    sizes: Annotated[str, typer.Option(help="How much of it there is, with commas; ascending.")] = "",
    messages: Annotated[int, typer.Option(help="Of each size a round; small backlogs are repeated.")] = 20_000,
    rounds: Rounds = 3,
    contenders: Names = f"{FLOOR.name},{GUARDED.name}",
    tolerance: Annotated[float, typer.Option(help="How much a message's cost may change, as a share.")] = TOLERANCE,
    keep: Keep = None,
) -> None:
    """Let one thing grow: fails when a message becomes dearer with it, by itself and in floors of the same round."""
    growing = GROWING[dimension]
    wanted = sorted(int(size) for size in sizes.split(",")) if sizes else growing.sizes
    if dimension is Dimension.SIZE and wanted[-1] > MOST_PADDING:
        raise typer.BadParameter(f"at most {MOST_PADDING}: the contract allows no larger entry", param_hint="--sizes")
    options = GrowthOptions(dimension, wanted, messages, rounds)
    chosen = _chosen(contenders)
    facts = machine_facts()
    with folder(keep) as place, ground(roomy=True) as services:
        experiment = Growth(services, options, place, tell)
        steps = list(experiment.rounds(chosen))
        facts |= services.facts()
    found = levels(steps, FLOOR.name)
    judged = verdicts(found, GUARDED.name, tolerance, flat=growing.flat)
    content = {"unit": growing.unit, "flat": growing.flat, "levels": found, "verdicts": judged}
    dearer = [f"{each.group}: the cost of a message does not hold" for each in judged if not each.holds]
    _finish("growth", facts, {"options": options, **content, "steps": steps}, [*experiment.problems, *dearer])


def memory(
    *,
    messages: Annotated[int, typer.Option(help="Handled by one process.")] = 1_000_000,
    contender: Annotated[str, typer.Option(help="Who.")] = GUARDED.name,
    grows: Annotated[float, typer.Option(help="MiB it may grow after the first fifth.")] = 8.0,
    most: Annotated[float, typer.Option(help="MiB it may hold at its peak.")] = 250.0,
    keep: Keep = None,
) -> None:
    """Handle a great many messages in one process: fails when its memory grows, or is too much."""
    (who,) = _chosen(contender)
    facts = machine_facts()
    with folder(keep) as place, ground() as services:
        run = memories.run_memory(services, who, messages, place, tell)
        facts |= services.facts()
    peak = run.measured.worker_peak_mib if run.measured else 0.0
    trends = memories.trends_of(run.samples, grows)
    content = {"curve": memories.curve(run.samples), "trends": trends, "peak_mib": peak, "samples": run.samples}
    wrong = [*run.problems, *memories.faults(trends, peak, most)]
    _finish("memory", facts, {"measured": run.measured, **content}, wrong)


def soak(  # noqa: PLR0913  one argument an option
    *,
    minutes: Annotated[float, typer.Option(help="How long.")] = 60.0,
    rate: Rate = 200.0,
    workers: Annotated[int, typer.Option(help="Processes of the fleet.")] = 2,
    seed: Annotated[int, typer.Option(help="Decides what is sent.")] = 1,
    grows: Annotated[float, typer.Option(help="MiB each worker may grow after the first fifth.")] = 10.0,
    most: Annotated[float, typer.Option(help="MiB each worker may hold.")] = 300.0,
    keep: Keep = None,
) -> None:
    """Send mixed traffic for long: fails when a promise breaks, or anything grows."""
    options = soaking.SoakOptions(minutes, rate, workers, seed, grows, most)
    facts = machine_facts()
    with folder(keep) as place, ground() as services:
        run = run_soak(services, options, place, SystemClock(), tell)
        facts |= services.facts()
    trends = soaking.trends_of(run.samples, options)
    counts = {"sent": run.sent, "commands": run.commands, "republished": run.republished, "progress": run.progress}
    content = {"trends": trends, **counts, "problems": run.problems, "samples": run.samples}
    wrong = [*run.problems, *soaking.faults(run.samples, options)]
    _finish("soak", facts, {"options": options, **content}, wrong)


def startup(
    *,
    rounds: Annotated[int, typer.Option(help="Starts of each contender.")] = 10,
    contenders: Names = f"{FLOOR.name},{GUARDED.name}",
    imports: Annotated[bool, typer.Option("--imports", help="Tell where imports take their time, too.")] = False,
    keep: Keep = None,
) -> None:
    """Start processes: until a waiting command has its outcome, and until the process says it is ready."""
    chosen = _chosen(contenders)
    facts = machine_facts()
    with folder(keep) as place, ground() as services:
        experiment = Startup(services, place, tell)
        starts = list(experiment.rounds(chosen, rounds))
        told = import_milliseconds(experiment.imports(GUARDED)) if imports else {}
        facts |= services.facts()
    content = {"summaries": summarize_starts(starts), "imports": told, "starts": starts}
    _finish("startup", facts, {**content}, [])


def rebalance(
    *,
    workers: Annotated[int, typer.Option(help="The most there are.")] = 4,
    rate: Rate = 200.0,
    seconds: Annotated[float, typer.Option(help="Between two changes; a worker's start is in it.")] = 20.0,
    pause: Annotated[float, typer.Option(help="Seconds a partition may pause at most.")] = 5.0,
    again: Annotated[float, typer.Option(help="The share of outcomes that may be published once more.")] = 0.01,
    keep: Keep = None,
) -> None:
    """Have workers join and leave one by one under steady traffic: what commands feel of it."""
    options = RebalanceOptions(workers, rate, seconds, pause, again)
    facts = machine_facts()
    with folder(keep) as place, ground() as services:
        run = run_rebalance(services, options, place, tell)
        facts |= services.facts()
    _finish("rebalance", facts, {"options": options, "felt": run.felt}, run.problems)


def scaling(
    *,
    workers: Annotated[int, typer.Option(min=1, help="Workers at most.")] = 4,
    burst: Annotated[float, typer.Option(help="Messages a second in the burst.")] = 300.0,
    lasts: Annotated[float, typer.Option(help="Seconds of the burst.")] = 60.0,
    after: Annotated[float, typer.Option(help="Seconds behind the burst.")] = 140.0,
    keep: Keep = None,
) -> None:
    """Scale workers on real Kafka by the formula: fails when the predicted time to drain is more than 10 % off."""
    options = ScaledOptions(workers=workers, burst=burst, lasts=lasts, after=after)
    facts = machine_facts()
    with folder(keep) as place, ground() as services:
        run = run_scaled(services, options, place, tell)
        facts |= services.facts()
    _finish("scaling", facts, {"options": options, "run": run}, run.problems)


def _finish(name: str, facts: dict[str, str], content: dict[str, object], wrong: list[str]) -> None:
    """Print and write what was found; fail if something is wrong."""
    write(name, {"facts": facts, **content, "wrong": wrong})  # first, for a run may have taken hours
    print_facts(CONSOLE, facts)
    print_sheets(CONSOLE, name, content)
    for sentence in wrong[:_SHOWN]:
        CONSOLE.print(f"[bold red]{name}:[/bold red]", sentence, markup=True, highlight=False)
    if wrong:
        raise typer.Exit(1)


def _chosen(names: str) -> list[Contender]:
    possible = [name for name, each in CONTENDERS.items() if each.queue is Queue.BACKLOG]
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if not wanted or any(name not in possible for name in wanted):
        raise typer.BadParameter(f"choose from {', '.join(possible)}", param_hint="--contenders")
    return [CONTENDERS[name] for name in wanted]
